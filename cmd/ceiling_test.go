package cmd

import (
	"errors"
	"net"
	"testing"
)

// Two may be there at once. The third is accepted when one of them leaves, and
// whoever waits when the listener is closed is told.
func TestCeiling(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := newCeiling(ln, 2)
	accepted, ended := make(chan net.Conn), make(chan error, 1)
	go func() {
		for {
			conn, err := c.Accept()
			if err != nil {
				ended <- err
				return
			}
			accepted <- conn
		}
	}()
	for range 4 {
		come, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer come.Close()
	}
	first, second := <-accepted, <-accepted
	select {
	case <-accepted:
		t.Error("a third is there while two are")
	case c.places <- struct{}{}:
		t.Error("there is a place left")
	default:
	}
	_ = first.Close()
	_ = first.Close() // gives back one place only
	third := <-accepted
	if _, ok := third.(stream); !ok {
		t.Errorf("got a %T, want a stream", third)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting ended with %v, want net.ErrClosed", err)
	}
	_, _ = second.Close(), third.Close()
}

func TestMostConnections(t *testing.T) {
	for files, want := range map[uint64]int{256: 128, 1024: 768, 65536: 65280, 1 << 63: 1<<20 - 256} {
		if got := mostConnections(files); got != want {
			t.Errorf("with %d files there are %d connections, want %d", files, got, want)
		}
	}
}

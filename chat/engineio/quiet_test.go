//go:build unix

package engineio_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chat/chat/engineio"
)

// newLoopback starts a server of echoes on this machine and connects to it:
// what is quiet is told by a file descriptor, which a pipe has not.
func newLoopback(t *testing.T, cfg engineio.Config) (*engineio.Server, *websocket.Conn, chan engineio.Reason) {
	t.Helper()
	ended := newEnded()
	engine := engineio.NewServer(newEcho(ended), cfg)
	web := httptest.NewServer(engine)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = engine.Shutdown(ctx)
		web.Close()
	})
	conn, _, err := websocket.Dial(t.Context(), web.URL+"/?EIO=4&transport=websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if _, _, err := conn.Read(t.Context()); err != nil { // the open packet
		t.Fatal(err)
	}
	return engine, conn, ended
}

// echoes sends a message and reads it back, answering pings, which it counts.
func echoes(t *testing.T, conn *websocket.Conn, text string) (pings int) {
	t.Helper()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
	for {
		_, got, err := conn.Read(t.Context())
		switch {
		case err != nil:
			t.Fatal(err)
		case string(got) == text:
			return pings
		case string(got) != "2":
			t.Fatalf("got %q, want %q", got, text)
		}
		pings++
		if err := conn.Write(t.Context(), websocket.MessageText, []byte("3")); err != nil {
			t.Fatal(err)
		}
	}
}

// newRawLoopback is newLoopback for a client that speaks frames.
func newRawLoopback(t *testing.T, cfg engineio.Config) (*engineio.Socket, net.Conn, *bufio.Reader, chan engineio.Reason) {
	t.Helper()
	ended, sockets := newEnded(), make(chan *engineio.Socket, 1)
	engine := engineio.NewServer(func(s *engineio.Socket) engineio.Handler {
		sockets <- s
		return &echo{s, ended}
	}, cfg)
	web := httptest.NewServer(engine)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = engine.Shutdown(ctx)
		web.Close()
	})
	conn, err := net.Dial("tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute)) // or a fault would hang
	if _, err := io.WriteString(conn, handshake); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	if _, err := http.ReadResponse(reader, nil); err != nil {
		t.Fatal(err)
	}
	if open, err := readFrame(reader); err != nil || !strings.HasPrefix(open, "text 0{") {
		t.Fatalf("got %q and %v, want the open packet", open, err)
	}
	return <-sockets, conn, reader, ended
}

// waitUntilQuiet returns when a reader left the waiting to another goroutine.
func waitUntilQuiet(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		var stacks bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(stacks.Bytes(), []byte("awaitMessage")) {
			return
		}
		runtime.Gosched()
	}
	t.Fatal("no reader went quiet")
}

// A client is heard whether it is quiet, talks, or is quiet again after a pong.
func TestAQuietClientIsHeard(t *testing.T) {
	_, conn, _ := newLoopback(t, engineio.Config{PingInterval: 20 * time.Millisecond})
	echoes(t, conn, "4first")
	waitUntilQuiet(t)
	for pings, i := 0, 0; pings < 3; i++ {
		n := echoes(t, conn, fmt.Sprint("4", i))
		if pings += n; n > 0 {
			waitUntilQuiet(t)
		}
	}
}

// What came along with a message is in a buffer, where nobody sees it who waits
// for the connection.
func TestTwoFramesInOneSegment(t *testing.T) {
	_, conn, reader, _ := newRawLoopback(t, engineio.Config{})
	if _, err := io.WriteString(conn, text("4first")+text("4second")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"text 4first", "text 4second"} {
		if got, err := readFrame(reader); err != nil || got != want {
			t.Fatalf("got %q and %v, want %q", got, err, want)
		}
	}
}

// A quiet client is woken by the first byte of its next message, and has the time
// of one for the rest.
func TestAQuietClientThatSendsHalfAHeaderEnds(t *testing.T) {
	_, conn, reader, ended := newRawLoopback(t, engineio.Config{MessageTimeout: 20 * time.Millisecond})
	if _, err := io.WriteString(conn, text("4x")); err != nil {
		t.Fatal(err)
	}
	if _, err := readFrame(reader); err != nil {
		t.Fatal(err)
	}
	waitUntilQuiet(t)
	if _, err := io.WriteString(conn, "\x81"); err != nil {
		t.Fatal(err)
	}
	wantEnd(t, ended, engineio.MessageTimeout)
}

// A client that does not read fills what the network holds, and then its queue,
// or the time of a write.
func TestSlowOnARealNetwork(t *testing.T) {
	for name, cfg := range map[string]engineio.Config{
		"by the time of a write": {WriteTimeout: 50 * time.Millisecond, MaxQueue: 1 << 30},
		"by its queue":           {MaxQueue: 8 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			socket, _, _, ended := newRawLoopback(t, cfg)
			for range 32 { // more than the buffers of the system
				socket.Send(engineio.Text(bytes.Repeat([]byte("x"), 1<<20)))
			}
			wantEnd(t, ended, engineio.Slow)
		})
	}
}

func TestAQuietClientIsClosed(t *testing.T) {
	engine, conn, ended := newLoopback(t, engineio.Config{})
	echoes(t, conn, "4x")
	waitUntilQuiet(t)
	engine.CloseAll(engineio.ServerClose)
	_, _, err := conn.Read(t.Context())
	if got, want := websocket.CloseStatus(err), websocket.StatusNormalClosure; got != want {
		t.Errorf("closed with %v, want %v", err, want)
	}
	wantEnd(t, ended, engineio.ServerClose)
}

func TestAQuietClientThatIsLostEnds(t *testing.T) {
	_, conn, ended := newLoopback(t, engineio.Config{})
	echoes(t, conn, "4x")
	waitUntilQuiet(t)
	_ = conn.CloseNow()
	wantEnd(t, ended, engineio.TransportError)
}

func TestAQuietClientThatIsDeadEnds(t *testing.T) {
	_, conn, ended := newLoopback(t, engineio.Config{PingInterval: 20 * time.Millisecond, PingTimeout: 20 * time.Millisecond})
	echoes(t, conn, "4x")
	wantEnd(t, ended, engineio.PingTimeout)
}

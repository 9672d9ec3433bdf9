package once

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
)

// The fault: the connection breaks after Redis ran the script and before it
// answered. Running it again would find the code used, by ourselves.
func TestScriptIsNotSentTwice(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var ran atomic.Int32
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answer(conn, func() { ran.Add(1) })
		}
	}()
	rdb := redis.NewClient(&redis.Options{Addr: l.Addr().String(), MaxRetries: 5})
	t.Cleanup(func() { _ = rdb.Close() })

	script := redis.NewScript(`return 1`)
	if err := script.Run(t.Context(), New(rdb), []string{"k"}).Err(); err == nil {
		t.Error("Run: got no error from a connection that broke")
	}
	if got := ran.Load(); got != 1 {
		t.Errorf("script sent %d times, want 1", got)
	}
}

// answer plays a Redis that refuses the handshake's extras and dies of scripts.
func answer(conn net.Conn, script func()) {
	defer func() { _ = conn.Close() }()
	for in := bufio.NewReader(conn); ; {
		words, err := command(in)
		if err != nil {
			return
		}
		if strings.HasPrefix(strings.ToLower(words[0]), "eval") {
			script()
			return
		}
		fmt.Fprint(conn, "-ERR unknown command\r\n")
	}
}

// command reads one command: an array of bulk strings.
func command(in *bufio.Reader) ([]string, error) {
	var n int
	if _, err := fmt.Fscanf(in, "*%d\r\n", &n); err != nil {
		return nil, err
	}
	words := make([]string, n)
	for i := range words {
		var size int
		if _, err := fmt.Fscanf(in, "$%d\r\n", &size); err != nil {
			return nil, err
		}
		b := make([]byte, size+2)
		if _, err := io.ReadFull(in, b); err != nil {
			return nil, err
		}
		words[i] = string(b[:size])
	}
	return words, nil
}

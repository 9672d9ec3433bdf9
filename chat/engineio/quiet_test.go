//go:build unix

package engineio_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"runtime"
	"runtime/pprof"
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

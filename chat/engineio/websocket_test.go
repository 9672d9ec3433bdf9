package engineio_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"chat/chat/engineio"
)

func TestWebsocketEchoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		c := w.Dial("websocket")
		if open := c.Read(); !strings.Contains(open, `"upgrades":[]`) {
			t.Errorf("got %s, want no upgrades on a websocket", open)
		}
		for _, size := range []int{0, 1, 124, 125, 65534, 65535, 500_000} {
			text := "4" + strings.Repeat("x", size)
			c.Send(text)
			if got := c.Read(); got != text {
				t.Errorf("%d bytes did not come back as they were", size)
			}
		}
		if err := c.Conn.Write(t.Context(), websocket.MessageBinary, []byte{1, 2}); err != nil {
			t.Fatal(err)
		}
		c.Want("\x01\x02")
	})
}

func TestFaultsOnAWebsocket(t *testing.T) {
	for _, test := range []struct {
		name, text string
		code       websocket.StatusCode
		reason     engineio.Reason
	}{
		{"unknown type", "9", websocket.StatusPolicyViolation, engineio.ParseError},
		{"empty message", "", websocket.StatusPolicyViolation, engineio.ParseError},
		{"ping from a client", "2", websocket.StatusPolicyViolation, engineio.ParseError},
		{"close", "1", websocket.StatusNormalClosure, engineio.ClientClose},
		{"bad UTF-8", "4\xff", websocket.StatusInvalidFramePayloadData, engineio.BadText},
		{"too large", "4" + strings.Repeat("x", 1000), websocket.StatusMessageTooBig, engineio.TooLarge},
		{"a handler that panics", "4panic", websocket.StatusInternalError, engineio.Panic},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := newEnded()
				w := newWorld(t, engineio.Config{MaxPayload: 1000}, newEcho(ended))
				other := w.Dial("websocket")
				c := w.Dial("websocket")
				other.Read()
				c.Read()
				go func() { _ = c.Conn.Write(t.Context(), websocket.MessageText, []byte(test.text)) }() // It may be closed midway.
				c.WantClosed(test.code)
				wantEnd(t, ended, test.reason)
				other.Send("4fine")
				other.Want("4fine")
			})
		})
	}
}

// The library would wait for the rest of a message for ever.
func TestAMessageHasToArriveInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		c := w.Dial("websocket")
		c.Read()
		writer, err := c.Conn.Writer(t.Context(), websocket.MessageText)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := writer.Write(make([]byte, 10_000)); err != nil { // more than the client buffers
			t.Fatal(err)
		}
		wantEnd(t, ended, engineio.MessageTimeout)
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("the socket ended after %v, want 10s", got)
		}
	})
}

// A client that stops reading costs a bounded amount of memory for a bounded
// time, and the others nothing.
func TestAClientThatDoesNotReadIsClosedAsSlow(t *testing.T) {
	for _, test := range []struct {
		name   string
		frames int // of 1 KiB
		within time.Duration
	}{
		{"by its queue", 5000, 0},
		{"by the time of a write", 100, 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := newEnded()
				sockets := make(chan *engineio.Socket, 2)
				w := newWorld(t, engineio.Config{}, func(s *engineio.Socket) engineio.Handler {
					sockets <- s
					return &echo{s, ended}
				})
				slow := w.Dial("websocket")
				slow.Read()
				socket := <-sockets
				start := time.Now()
				for range test.frames {
					socket.Send(engineio.Text(make([]byte, 1024)))
				}
				wantEnd(t, ended, engineio.Slow)
				if got := time.Since(start); got > test.within {
					t.Errorf("the socket ended after %v, want %v", got, test.within)
				}
				other := w.Dial("websocket")
				other.Read()
				other.Send("4fine")
				other.Want("4fine")
			})
		})
	}
}

func TestCloseSendsWhatIsQueuedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		sockets := make(chan *engineio.Socket, 1)
		w := newWorld(t, engineio.Config{}, func(s *engineio.Socket) engineio.Handler {
			sockets <- s
			return &echo{s, ended}
		})
		c := w.Dial("websocket")
		c.Read()
		socket := <-sockets
		for range 100 {
			socket.Send(engineio.Text([]byte("last words")))
		}
		socket.Close(engineio.ServerClose)
		for range 100 {
			c.Want("4last words")
		}
		c.WantClosed(websocket.StatusNormalClosure)
		wantEnd(t, ended, engineio.ServerClose)
	})
}

func TestShutdownTellsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		c := w.Dial("websocket")
		c.Read()
		session := w.OpenPolling()
		polled := make(chan string, 1)
		go func() { _, body := w.Get(session); polled <- body }()
		synctest.Wait()
		done := make(chan error, 1)
		go func() { done <- w.engine.Shutdown(context.Background()) }()
		c.WantClosed(websocket.StatusGoingAway)
		if got := <-polled; got != "1" {
			t.Errorf("the poll got %q, want a close packet", got)
		}
		if err := <-done; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		wantEnd(t, ended, engineio.Shutdown)
		wantEnd(t, ended, engineio.Shutdown)
		if status, _ := w.Get("polling"); status != 503 {
			t.Errorf("a handshake got %d, want 503", status)
		}
	})
}

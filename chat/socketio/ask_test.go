package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

// newOne starts a server and lets one client in.
func newOne(t *testing.T) (*Socket, *enginetest.Websocket) {
	t.Helper()
	server := NewServer(Config{Log: slog.New(slog.DiscardHandler)})
	sockets := make(chan *Socket, 1)
	Of(server, "/", func(_ context.Context, s *Socket, _ json.RawMessage) (*Socket, error) {
		sockets <- s
		return s, nil
	})
	w := enginetest.New(t, "/socket.io/", server)
	t.Cleanup(func() { server.CloseAll(engineio.ServerClose) })
	c := w.Dial("websocket")
	c.Read()
	c.Send("40")
	c.Read()
	return <-sockets, c
}

// A client that never replies must not fill the memory with questions.
func TestAQuestionIsForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newOne(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		asked := make(chan error, 1)
		go func() { _, err := s.Ask(ctx, "question"); asked <- err }()
		c.Want(`420["question"]`)
		if err := <-asked; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that time was up", err)
		}
		if n := len(s.asked); n != 0 {
			t.Errorf("%d questions are remembered, want none", n)
		}
	})
}

// Whoever asked has the reply for as long as they like, though the reader goes on
// to what comes behind it, in the same buffer.
func TestAReplyIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newOne(t)
		want := `"` + strings.Repeat("reply", 100) + `"`
		for range 20 {
			replies := make(chan Reply, 1)
			go func() {
				r, err := s.Ask(t.Context(), "question")
				if err != nil {
					t.Error(err)
				}
				replies <- r
			}()
			id := strings.TrimSuffix(strings.TrimPrefix(c.Read(), "42"), `["question"]`)
			c.Send("43" + id + "[" + want + "]")
			c.Send("43" + id + `["` + strings.Repeat("other", 100) + `"]`)
			synctest.Wait()
			if r := <-replies; len(r.Args) != 1 || string(r.Args[0]) != want {
				t.Fatalf("got %.80q, want %.80q", r.Args, want)
			}
		}
	})
}

// Somebody may come to know a socket only when its client has left.
func TestTheContextOfOneThatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newOne(t)
		c.Send("41")
		synctest.Wait()
		if err := s.Context().Err(); err == nil {
			t.Error("its context has not ended")
		}
	})
}

package engineio_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

// A world is a server of sockets and its clients.
type world struct {
	*enginetest.World
	engine *engineio.Server
}

// newWorld starts a server whose sockets are handled by what open returns.
func newWorld(t *testing.T, cfg engineio.Config, open func(*engineio.Socket) engineio.Handler) *world {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	engine := engineio.NewServer(open, cfg)
	w := &world{enginetest.New(t, "/engine.io/", engine), engine}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // whoever is left is dropped
		_ = engine.Shutdown(ctx)
	})
	return w
}

// An echo sends every message back and notes how the socket ended.
type echo struct {
	socket *engineio.Socket
	ended  chan engineio.Reason
}

func newEcho(ended chan engineio.Reason) func(*engineio.Socket) engineio.Handler {
	return func(s *engineio.Socket) engineio.Handler { return &echo{s, ended} }
}

func (e *echo) Message(m engineio.Message) {
	switch {
	case string(m.Data) == "panic":
		panic(errors.New("a fault of the handler"))
	case m.Binary:
		e.socket.Send(engineio.Binary(m.Data))
	default:
		e.socket.Send(engineio.Text(m.Data))
	}
}

func (e *echo) Close(why engineio.Reason) { e.ended <- why }

func newEnded() chan engineio.Reason { return make(chan engineio.Reason, 100) }

func wantEnd(t *testing.T, ended <-chan engineio.Reason, want engineio.Reason) {
	t.Helper()
	if got := <-ended; got != want {
		t.Fatalf("the socket ended with %q, want %q", got, want)
	}
}

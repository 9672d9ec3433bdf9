package socketio

import (
	"context"
	"fmt"
	"sync"

	"chat/chat/engineio"
)

// A Socket is one client in one namespace. Its methods may be called by any
// goroutine, but for those of recovery.go that say otherwise.
type Socket struct {
	// Fixed once the client was admitted.
	server    *Server
	engine    *engineio.Socket
	namespace string
	client    client // what the caller knows of it
	id        string
	pid       string // the private id of one that can be resumed, or ""
	recovered bool

	mu      sync.Mutex
	ctx     context.Context      // made when somebody asks for it; guarded by mu
	cancel  context.CancelFunc   // of ctx; guarded by mu
	left    bool                 // the namespace; guarded by mu
	nextAsk int64                // guarded by mu
	asked   map[int64]chan Reply // replies that somebody waits for; guarded by mu
}

// ID tells sockets apart, also one that was resumed from the one that ended. It
// is not the id of the session below, and clients may see it.
func (s *Socket) ID() string { return s.id }

// Owner is what engineio.Config.Authorize said of the connection.
func (s *Socket) Owner() string { return s.engine.Owner() }

// Namespace is the name of the namespace.
func (s *Socket) Namespace() string { return s.namespace }

// Transport is "polling" or "websocket", whichever the connection uses now.
func (s *Socket) Transport() string { return s.engine.Transport() }

// Context ends when the client leaves the namespace or its connection ends. Its
// values are those of the context that engineio.Config.Authorize returned.
func (s *Socket) Context() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx == nil { // most sockets are idle and never need one
		s.ctx, s.cancel = context.WithCancel(s.engine.Context())
		if s.left {
			s.cancel()
		}
	}
	return s.ctx
}

// endContext ends the context, also one that is asked for later.
func (s *Socket) endContext() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
	if s.cancel != nil {
		s.cancel()
	}
}

// Send queues packets for the client and returns at once; see
// engineio.Socket.Send. A packet has to be encoded for the socket's namespace.
func (s *Socket) Send(packets ...Packet) {
	for _, p := range packets {
		s.engine.Send(p.framesFor(s)...)
	}
}

// SendIn is Send but for the writing, which is left to the batch.
func (s *Socket) SendIn(b *engineio.Batch, p Packet) {
	s.engine.SendIn(b, p.framesFor(s)...)
}

// Emit encodes an event and sends it to this client alone.
func (s *Socket) Emit(event string, args ...any) error {
	p, err := Encode(s.namespace, event, args...)
	if err != nil {
		return fmt.Errorf("emitting: %w", err)
	}
	s.Send(p)
	return nil
}

// Disconnect tells the client that the server ends the connection, and ends it.
// What was sent before still goes out. The official clients do not reconnect by
// themselves after this.
func (s *Socket) Disconnect(why engineio.Reason) {
	s.engine.Send(frames(header{kind: typeDisconnect, namespace: s.namespace, id: noAck}, nil)...)
	s.engine.Close(why)
}

// Drop ends the connection without the words that keep the official clients
// from reconnecting.
func (s *Socket) Drop(why engineio.Reason) { s.engine.Close(why) }

// Abort ends the whole connection now, whatever is queued for the client: one
// that has another connection already reads nothing from this one.
func (s *Socket) Abort(why engineio.Reason) { s.engine.Abort(why) }

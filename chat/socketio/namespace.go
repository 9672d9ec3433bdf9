package socketio

import (
	"context"
	"encoding/json"
	"fmt"

	"chat/chat/engineio"
)

// A Namespace is a set of events for clients of which the caller knows an S: a
// type of its own, usually a pointer.
type Namespace[S any] struct {
	name         string
	admit        func(context.Context, *Socket, json.RawMessage) (S, error)
	connected    func(S)
	disconnected func(S, engineio.Reason)
	handlers     map[string]func(S, *Event) error
}

// Of adds a namespace to a server. Its name begins with "/" and holds neither
// "," nor "?". Admit is asked about every client that wants in, with the context
// of its connection and the payload it sent, which is a JSON object or nil. It
// must not send to the socket, which does not know yet that it is in; see
// OnConnect, and Resume for a client that comes back.
func Of[S any](server *Server, name string, admit func(ctx context.Context, s *Socket, auth json.RawMessage) (S, error)) *Namespace[S] {
	if !validNamespace(name) {
		panic(fmt.Sprintf("socketio: %q is no name for a namespace", name))
	}
	n := &Namespace[S]{
		name:         name,
		admit:        admit,
		connected:    func(S) {},
		disconnected: func(S, engineio.Reason) {},
		handlers:     make(map[string]func(S, *Event) error),
	}
	server.namespaces[name] = n
	return n
}

// OnConnect sets what is called when a client was told that it is in.
func (n *Namespace[S]) OnConnect(f func(S)) { n.connected = f }

// OnDisconnect sets what is called once, last, when a client left the namespace
// or its connection ended.
func (n *Namespace[S]) OnDisconnect(f func(S, engineio.Reason)) { n.disconnected = f }

// OnEvent sets the handler of an event with any arguments. It acknowledges the
// event itself; an error is acknowledged for it.
func (n *Namespace[S]) OnEvent(event string, handler func(S, *Event) error) {
	n.handlers[event] = handler
}

// Handle sets the handler of an event with one argument, and acknowledges the
// event with what it returns. A method expression fits: (*client).join. The
// context ends with the socket.
func Handle[S, In, Out any](n *Namespace[S], event string, handler func(S, context.Context, In) (Out, error)) {
	n.OnEvent(event, func(state S, e *Event) error {
		var in In
		if err := e.Decode(0, &in); err != nil {
			return err
		}
		out, err := handler(state, e.socket.Context(), in)
		if err != nil || !e.WantsAck() {
			return err
		}
		return e.Ack(out)
	})
}

// A client is what the caller knows of one socket, whatever the namespace's type
// for it.
type client interface {
	connect()
	event(*Event)
	disconnect(engineio.Reason)
}

// A namespace is a Namespace, whatever its type for a client.
type namespace interface {
	enter(context.Context, *Socket, json.RawMessage) (client, error)
}

type clientOf[S any] struct {
	namespace *Namespace[S]
	socket    *Socket
	state     S
}

func (n *Namespace[S]) enter(ctx context.Context, socket *Socket, auth json.RawMessage) (client, error) {
	state, err := n.admit(ctx, socket, auth)
	if err != nil {
		return nil, err
	}
	return &clientOf[S]{n, socket, state}, nil
}

func (s *clientOf[S]) connect() { s.namespace.connected(s.state) }

func (s *clientOf[S]) disconnect(why engineio.Reason) { s.namespace.disconnected(s.state, why) }

// event calls the handler. An event without one is ignored, and gets no
// acknowledgement either, as with the reference.
func (s *clientOf[S]) event(e *Event) {
	handler, ok := s.namespace.handlers[e.Name]
	if !ok {
		return
	}
	if err := handler(s.state, e); err != nil {
		var now engineio.Batch
		defer now.Flush()
		e.RefuseIn(&now, err)
	}
}

// Package socketio answers: which event did a client mean, and how is it
// answered?
//
// It is the server side of Socket.IO protocol version 5
// (https://github.com/socketio/socket.io-protocol) over package engineio:
// namespaces, events, acknowledgements, and binary attachments. It has no rooms,
// because the protocol has none: who gets an event is the caller's business,
// who encodes it once with Encode and sends it to as many sockets as it likes.
//
// A namespace has a type of the caller's own for what it knows of one client,
// and its events are handled by methods of that type:
//
//	ns := socketio.Of(server, "/", admit)        // func(context.Context, *Socket, json.RawMessage) (*client, error)
//	socketio.Handle(ns, "join", (*client).join)  // func(*client, context.Context, joinRequest) (joinAck, error)
//
// A client whose connection broke may come back to what it missed; see
// Socket.Resume. What was missed is the caller's business too.
//
// A packet with attachments, which are ten at most, is one message: they have to
// be here within the engine's MessageTimeout of the packet, and together be no
// larger than its MaxQueue. The reference bounds the size of each alone, which is
// MaxPayload, and their time not at all.
//
// Everything is registered before the server gets its first request.
//
// # Goroutines
//
// The package starts none. Handlers of one connection are called one at a time,
// in the order of the wire, by the goroutine that read the event; the next one
// is read when they return.
package socketio

// Package engineio answers: how do frames travel between one client and this
// server, whatever the network allows?
//
// It is the server side of Engine.IO protocol version 4
// (https://github.com/socketio/engine.io-protocol): HTTP long-polling, websocket,
// the upgrade from the first to the second, and the heartbeat that finds dead
// peers. It promises that messages of one socket arrive in the order they were
// sent, in both directions, through an upgrade too, and that a peer that does
// not read costs a bounded amount of memory for a bounded time.
//
// Left out on purpose: Engine.IO 3 (refused as the reference server refuses it),
// JSONP, WebTransport, permessage-deflate, cookies and CORS headers. Who may
// connect is the caller's decision (Config.Authorize), and so is the check of
// the Origin header, which has to happen before a request reaches this package.
//
// # Goroutines
//
// A websocket has one goroutine, its reader, which calls the Handler; while the
// client says nothing, a smaller one stands in for it. Whoever sends also writes, as far as the network takes it at once; what it does not
// take is left to a second goroutine, which ends when the queue is empty. A
// polling socket has none of its own: the goroutines of
// its HTTP requests do the work. The heartbeat is a timer.
//
// # Locks
//
// Server.mu, then Socket.mu, then outbox.mu. Socket.receive serialises calls of
// the Handler and is taken before any of them. No lock is held during a call of
// the Handler but Socket.receive, and none during a write to the network but
// outbox.writing.
package engineio

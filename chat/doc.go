// Package chat answers: who talks to whom?
//
// A Server keeps rooms. A room is a name that somebody was told, the people in
// it, and what they say to each other while they are there. People are visitors
// with a session; who is one is the caller's decision (Config.Visitor), because
// this package and package auth do not know each other.
//
// # Who is who
//
//	Visitor   somebody with a session, as the caller knows them
//	person    a visitor with all their sockets, while there are any
//	client    one socket of a visitor; events are its methods
//	Member    one client in one room
//	presence  a visitor in one room, over all their members there
//	Person    a visitor as the others see them, on the wire
//	visit     a visitor at the time of a handshake, before there is a client
//
// # The wire
//
// Rooms speak Socket.IO in the namespace "/". The events and their payloads are
// the Go types of wire.go. They keep those of the application this one grew out
// of, which any client of it may still use, and only add fields. A refused event
// is acknowledged with {"error":{"code","message"}}. The server sets sender, id
// and time of a message; nobody sends to a room that they have not joined.
//
// # Goroutines and locks
//
// A socket's reader calls the handlers, which are methods of client (one socket)
// and Member (one socket in one room). A room has a goroutine while somebody
// speaks, its writer, which ends when all is written or left to the sockets.
//
// Locks are taken in this order and never the other way round: Server.mu,
// Room.mu, the send queues of package engineio. Broadcasting only queues and
// never blocks, so it happens under the room's lock: that is what gives every
// member the same order of messages, and of who came and went between them.
//
// # Files
//
// A picture travels by HTTP upload and a message refers to it. The server keeps
// the bytes, never looks at them, and serves them only to those who joined the
// room, as a download that no browser runs or shows by itself. They go when the
// room has been empty for a while: nobody could ask for them any more.
package chat

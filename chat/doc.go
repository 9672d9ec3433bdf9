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
// the Go types of wire.go and record.go. They keep those of the application this
// one grew out of, which any client of it may still use, and only add fields. A
// refused event is acknowledged with {"error":{"code","message"}}. The server
// sets sender, id and time of a message; nobody sends to a room that they have
// not joined.
//
// # What a message goes through
//
// A message is handed to the room's log (History), which gives it its id and its
// time and stores it. Then the log delivers it to the room, which is where it
// gets its place among all that the members see; the acknowledgement has that
// place for its sender. So what is acknowledged is stored, everybody has the
// order of the log, and whoever was away asks for what came after the last
// message they have:
//
//	join, after: X   the member is in, but what is said is held back
//	                 a page of what came after X is read from the log
//	                 the page is the answer; what was held and is not in it
//	                 follows, and then whatever is said
//	                 or, if the page is not the last one: the client joins again
//
// A client that got no answer sends its message again under the same client_id.
// The log knows it by that, and answers as the first time. One that was refused
// because the log did not answer, while the entry was stored, is given its own
// message like the others.
//
// # Goroutines and locks
//
// A socket's reader calls the handlers, which are methods of client (one socket)
// and Member (one socket in one room). It may wait for the log: to read a page,
// to open a room, and when the client has too much under way. The log's
// goroutine, or a reader in Append, calls Room.deliver and the functions that
// acknowledge, and must not wait. What a room is told is written by one goroutine
// at a time, its writer: the reader of who spoke, for one round, else one that
// lives until all is written or left to the sockets.
//
// Locks are taken in this order and never the other way round: Server.mu,
// Room.mu, the send queues of package engineio. Room.opening is held while a room
// waits for its log, with none of the others. Broadcasting only queues and never
// blocks, so it happens under the room's lock: that is what gives every member
// the same order of messages, and of who came and went between them.
//
// # Files
//
// A picture travels by HTTP upload and a message refers to it. The server keeps
// the bytes, never looks at them, and serves them only to those who joined the
// room, as a download that no browser runs or shows by itself. They go with the
// message; see package files.
package chat

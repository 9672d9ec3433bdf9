package socketio

import (
	"encoding/json"
	"slices"

	"chat/chat/engineio"
)

// A client whose connection broke may come back to what it missed: the
// connection state recovery of the official clients, since 4.6. This package
// carries it over the wire. Who a private id belongs to, what was missed, and
// for how long that is kept are the caller's business, in admit:
//
//  1. A client that may come back later gets a private id by Recoverable.
//  2. Packets for it carry an offset (Packet.WithOffset), which is the caller's
//     name for a place in the order of what the client is sent.
//  3. A client that comes back says its private id and the last offset it got
//     (Returning). When the caller knows both, and the id is of the owner that
//     asks now, it calls Resume with what was missed. Else the client is a new
//     one: its old events are lost to it, and it knows that they are.
//
// The official client takes the last argument of any event for an offset if it
// is a string, or the name of an event that has no arguments. So a packet for a
// recoverable socket has an offset or ends with another type; else the client
// comes back with an offset that nobody knows.

// Recoverable makes the answer to the client carry a private id, and packets
// sent to the socket their offset. Whoever knows the id may ask for what its
// owner missed, so it has at least 120 random bits, as crypto/rand.Text makes
// them. It is for admit only, before anybody else has the socket.
func (s *Socket) Recoverable(pid string) { s.pid = pid }

// Resume makes the socket go on where another one ended: it has its id and its
// private id, and the packets that were missed go out before the answer to the
// client, which is how a client expects them. It is for admit only, before
// anybody else has the socket; from then on packets may be sent to it, and go
// out behind those that were missed. So a caller who holds its rooms' locks
// while it looks up what was missed and lets the socket in again leaves no gap.
// A client that is refused after all keeps what it got and never shows it.
func (s *Socket) Resume(id, pid string, missed ...Packet) {
	s.id, s.pid, s.recovered = id, pid, true
	s.Send(missed...)
}

// Recovered reports whether the socket was resumed.
func (s *Socket) Recovered() bool { return s.recovered }

// Returning reads from the payload of a CONNECT what a client says that comes
// back. Both are empty for one that does not. Both are only what it says.
func Returning(auth json.RawMessage) (pid, offset string) {
	var said struct {
		PID    json.RawMessage `json:"pid"`
		Offset json.RawMessage `json:"offset"`
	}
	if json.Unmarshal(auth, &said) != nil || json.Unmarshal(said.PID, &pid) != nil || json.Unmarshal(said.Offset, &offset) != nil || pid == "" || offset == "" {
		return "", ""
	}
	return pid, offset
}

// WithOffset returns the packet with an offset as its last argument, for sockets
// that are recoverable. All others still get it without: a client that does not
// know of recovery would hand the offset to the handlers of its events.
func (p Packet) WithOffset(offset string) Packet {
	event := p.frames[0].Data()
	end := append(appendString([]byte{','}, offset), ']')
	p.withOffset = slices.Clone(p.frames)
	p.withOffset[0] = engineio.Text(event[:len(event)-1], end)
	return p
}

// framesFor is what a socket gets of a packet.
func (p Packet) framesFor(s *Socket) []engineio.Frame {
	if s.pid != "" && p.withOffset != nil {
		return p.withOffset
	}
	return p.frames
}

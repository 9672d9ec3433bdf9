package engineio

import "bufio"

// Most clients are quiet most of the time, and a goroutine that decoded a
// message keeps the large stack it grew for that. So when a client has gone
// quiet, its reader leaves the waiting to a new goroutine, which needs the
// smallest stack there is and starts a reader when something comes. That halves
// the memory of an idle connection. It costs the time of a goroutine's start
// and of growing its stack, a few microseconds a message, so the reader of a
// client that talks waits itself.

// fewMessages is how many messages since its last pong make a client one that
// talks. It is as many as one sends who comes in and listens.
const fewMessages = 4

// A quietness is what the reader of a websocket knows of how much the client
// talks. It is the reader's alone.
type quietness struct {
	reader   *bufio.Reader // the library's
	messages int           // since the last pong
}

// heard counts a packet.
func (q *quietness) heard(p packet) {
	if p.kind == typePong {
		q.messages = 0
	} else {
		q.messages++
	}
}

// isQuiet reports whether the client says little, and nothing just now.
func (q *quietness) isQuiet() bool {
	return q.messages <= fewMessages && q.reader.Buffered() == 0
}

// readWebsocket is the reader of a socket whose transport is l.
func (s *Socket) readWebsocket(l *link) {
	for s.readMessage(l) {
		if l.out.raw != nil && l.isQuiet() {
			go s.awaitMessage(l)
			return
		}
	}
}

// awaitMessage is the reader while nothing comes. A connection that ends is
// something that comes.
func (s *Socket) awaitMessage(l *link) {
	l.out.raw.awaitInput()
	go s.readWebsocket(l)
}

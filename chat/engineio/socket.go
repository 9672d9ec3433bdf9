package engineio

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"sync"
	"time"
)

// A Socket is one Engine.IO session with one client, over whichever transport
// it uses now. Its methods may be called by any goroutine.
type Socket struct {
	// Fixed.
	server *Server
	id     string
	owner  string
	ctx    context.Context
	cancel context.CancelFunc

	// receive is held during every call of the handler, which newSocket sets
	// before it lets go of the lock for the first time.
	receive sync.Mutex
	handler Handler

	mu        sync.Mutex
	state     state
	link      *link         // nil while on polling; guarded by mu
	queue     []Frame       // what waits for a poll; guarded by mu
	queued    int           // bytes in queue; guarded by mu
	poll      chan struct{} // the pending poll, woken by a send; guarded by mu
	posting   bool          // a POST is being read; guarded by mu
	upgrading upgrading     // how far an upgrade is; guarded by mu
	beat      heartbeat     // guarded by mu
	endReason Reason        // for state closing and closed; guarded by mu
}

type state uint8

const (
	stateOpen    state = iota
	stateClosing       // what is queued still goes out; nothing comes in
	stateClosed
)

// ID is the session id. Whoever knows it and has the session's owner may read
// and write in the socket's name, so it belongs in no log.
func (s *Socket) ID() string { return s.id }

// Owner is what Config.Authorize said at the handshake.
func (s *Socket) Owner() string { return s.owner }

// Context ends when the socket does. Its values are those of the context that
// Config.Authorize returned.
func (s *Socket) Context() context.Context { return s.ctx }

// Transport is "polling" or "websocket", whichever the socket uses now.
func (s *Socket) Transport() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == nil {
		return "polling"
	}
	return "websocket"
}

// openFrame is the first packet of every session.
func (s *Socket) openFrame() Frame {
	upgrades := []string{"websocket"}
	if s.link != nil {
		upgrades = []string{}
	}
	cfg := s.server.cfg
	data, _ := json.Marshal(struct { // strings and numbers cannot fail
		SID          string   `json:"sid"`
		Upgrades     []string `json:"upgrades"`
		PingInterval int64    `json:"pingInterval"`
		PingTimeout  int64    `json:"pingTimeout"`
		MaxPayload   int      `json:"maxPayload"`
	}{s.id, upgrades, cfg.PingInterval.Milliseconds(), cfg.PingTimeout.Milliseconds(), cfg.MaxPayload})
	return newFrame(typeOpen, false, data)
}

// Send sends frames to the client, in this order and with nothing between them.
// It does not wait for the client: what the network does not take at once stays
// queued, so Send may be called under a lock; for many sockets see SendIn. A
// socket that ended or is closing drops them; a queue that grows over
// Config.MaxQueue ends the socket as Slow.
func (s *Socket) Send(frames ...Frame) {
	if due := s.sendOpen(frames); due != nil {
		due.flush()
	}
}

// SendIn is Send but for the writing, which is left to the batch.
func (s *Socket) SendIn(b *Batch, frames ...Frame) {
	if due := s.sendOpen(frames); due != nil {
		b.due = append(b.due, due)
	}
}

func (s *Socket) sendOpen(frames []Frame) *outbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen {
		return nil
	}
	return s.enqueue(frames...)
}

// enqueue hands frames to the transport of the moment. The caller holds s.mu,
// and flushes what it returns, if anything, when it has let go.
func (s *Socket) enqueue(frames ...Frame) *outbox {
	if s.link != nil {
		due, full := s.link.out.enqueue(frames...)
		if full {
			s.overflow()
		}
		if due {
			return s.link.out
		}
		return nil
	}
	before := s.queued
	for _, f := range frames {
		s.queue = append(s.queue, f)
		s.queued += f.Len()
	}
	if most := s.server.cfg.MaxQueue; s.queued > most {
		if before <= most {
			s.overflow()
		}
		return nil
	}
	s.wakePoll()
	return nil
}

// Close ends the socket in good order: what was sent before goes out first. It
// returns at once; Handler.Close tells when it is done. A client on a websocket
// has WriteTimeout to take it; one on polling, closeTimeout to come for it.
func (s *Socket) Close(why Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen {
		return
	}
	s.state, s.endReason = stateClosing, why
	if s.link != nil {
		link := s.link
		go func() {
			link.out.drain()
			s.end(why)
		}()
		return
	}
	s.wakePoll()
	time.AfterFunc(closeTimeout, func() { s.end(why) })
}

// Abort ends the socket now, whatever is queued: for a client that is known not
// to be at the other end any more.
func (s *Socket) Abort(why Reason) { s.end(why) }

// end ends the socket now, whatever is queued. Only the first call counts.
func (s *Socket) end(why Reason) {
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return
	}
	if s.state == stateClosing {
		why = s.endReason
	}
	s.state, s.endReason = stateClosed, why
	link := s.link
	s.queue, s.queued = nil, 0
	s.beat.timer.Stop()
	s.wakePoll()
	s.mu.Unlock()

	s.server.tally.ended[why].Add(1)
	s.server.remove(s.id)
	s.cancel()
	// The caller may be inside the handler, so the last call waits elsewhere.
	go s.finish(link, why)
}

// finish tells the handler, then the client.
func (s *Socket) finish(l *link, why Reason) {
	defer s.server.running.Done()
	s.call(func() { s.handler.Close(why) })
	if l != nil {
		l.close(why)
	}
}

// handlePacket handles one packet of the client, from either transport. It reports
// whether the socket is still open.
func (s *Socket) handlePacket(p packet) bool {
	s.heard(p.kind == typePong)
	switch p.kind {
	case typeMessage:
		return s.deliver(Message{Binary: p.binary, Data: p.data})
	case typePong:
		return true
	case typeClose:
		s.clientClose()
	default:
		s.end(ParseError)
	}
	return false
}

// clientClose ends the socket because the client said so. The poll that a
// client has under way may arrive behind its close; it is given a moment and
// gets an answer, not an error.
func (s *Socket) clientClose() {
	s.mu.Lock()
	wait := s.state == stateOpen && s.link == nil && s.poll == nil
	if wait {
		s.state, s.endReason = stateClosing, ClientClose
		s.queue, s.queued = nil, 0
		time.AfterFunc(crossing, func() { s.end(ClientClose) })
	}
	s.mu.Unlock()
	if !wait {
		s.end(ClientClose)
	}
}

// deliver gives a message to the handler, unless the socket is on its way out.
func (s *Socket) deliver(m Message) bool {
	s.call(func() {
		if s.isOpen() {
			s.handler.Message(m)
		}
	})
	return s.isOpen()
}

// call runs one call of the handler. A panic in it ends this socket and no
// other.
func (s *Socket) call(f func()) {
	s.receive.Lock()
	defer s.receive.Unlock()
	defer func() {
		if fault := recover(); fault != nil {
			s.server.cfg.Log.Error("panic in a socket's handler", "panic", fault, "stack", string(debug.Stack()))
			s.end(Panic)
		}
	}()
	f()
}

func (s *Socket) isOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stateOpen
}

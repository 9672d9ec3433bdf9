package engineio

import "time"

// A heartbeat finds clients that are gone without a word: it sends a ping
// PingInterval after the last pong, and the client has PingTimeout to answer.
type heartbeat struct {
	timer    *time.Timer
	due      time.Time // of the next ping, or of the pong
	pinged   bool      // a pong is owed
	extended bool      // its time was extended once
}

// lateness is how far behind its time a timer may be without that being counted
// in the client's favour. More than that, and the machine was busy or asleep.
const lateness = 100 * time.Millisecond

func (s *Socket) startHeartbeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat.due = time.Now().Add(s.server.cfg.PingInterval)
	s.beat.timer = time.AfterFunc(s.server.cfg.PingInterval, s.tick)
}

// tick is called when the client owes us nothing and it is time for a ping, or
// when the time for its pong is over.
func (s *Socket) tick() {
	if due := s.ping(); due != nil {
		due.flush()
	}
}

func (s *Socket) ping() (due *outbox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state == stateClosed:
	case s.beat.pinged:
		go s.end(PingTimeout)
	default:
		s.beat.pinged, s.beat.extended = true, false
		if s.state == stateOpen {
			due = s.enqueue(pingFrame)
		}
		s.beat.expect(s.server.cfg.PingTimeout)
	}
	return due
}

// expect sets the time for a pong, counted from when the ping was due: for a
// client that counts along, the session ends when it was told it would.
func (b *heartbeat) expect(timeout time.Duration) {
	if time.Since(b.due) > lateness {
		b.due = time.Now()
	}
	b.due = b.due.Add(timeout)
	b.timer.Reset(time.Until(b.due))
}

// overdue reports whether the time for a pong is over, also when the timer has
// not noticed yet.
func (b *heartbeat) overdue() bool {
	return b.pinged && !time.Now().Before(b.due)
}

// heard notes a packet. A pong starts the next interval. Anything else shows
// that the client lives although its pong may be queued behind a large message,
// so it extends the time once (as the reference does since 6.6.12): once,
// because a client that never answers a ping is to be found.
func (s *Socket) heard(pong bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state != stateOpen || !s.beat.pinged:
	case pong:
		s.beat.pinged = false
		s.beat.restart(s.server.cfg.PingInterval)
	case !s.beat.extended:
		s.beat.extended = true
		s.beat.restart(s.server.cfg.PingTimeout)
	}
}

func (b *heartbeat) restart(after time.Duration) {
	b.due = time.Now().Add(after)
	b.timer.Reset(after)
}

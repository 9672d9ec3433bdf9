package chat

import (
	"time"

	"chat/chat/engineio"
)

// A visit is a visitor at the time of a handshake. It travels in the context of
// the connection.
type visit struct {
	Visitor
	generation int
	offsets    bool // see takesOffsets
}

type visitKey struct{}

// endings are the sessions that ended while a handshake may have been under way.
// Such a handshake found the session alive, but its socket was not there yet to
// be closed, so it is refused when it wants to join in.
type endings struct {
	generation int                  // raised when all sessions end
	visitors   map[string]time.Time // when each ended
}

// remembered is how long an ending counts: longer than a handshake may take
// from the look at the session to the namespace.
const remembered = time.Minute

// covers reports whether a visit's session has ended. The caller holds
// Server.mu, as for the others.
func (e *endings) covers(v visit) bool {
	_, ended := e.visitors[v.ID]
	return ended || v.generation != e.generation
}

func (e *endings) add(visitorID string, now time.Time) {
	for id, at := range e.visitors {
		if now.Sub(at) > remembered {
			delete(e.visitors, id)
		}
	}
	if e.visitors == nil {
		e.visitors = make(map[string]time.Time)
	}
	e.visitors[visitorID] = now
}

func (s *Server) generation() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endings.generation
}

// End ends the sockets of a visitor, whose session is over; call it when the
// session is gone. Their page learns the reason: "logout".
func (s *Server) End(visitorID, reason string) {
	s.mu.Lock()
	s.endings.add(visitorID, time.Now())
	if p := s.people[visitorID]; p != nil {
		p.tell(reason)
	}
	s.mu.Unlock()
	s.sockets.CloseOwner(visitorID, engineio.SessionEnded)
}

// EndAll ends the sockets of everybody, for a reason such as "rotated".
func (s *Server) EndAll(reason string) {
	s.mu.Lock()
	s.endings.generation++
	for _, p := range s.people {
		p.tell(reason)
	}
	s.mu.Unlock()
	s.sockets.CloseAll(engineio.SessionEnded)
}

// tell says goodbye. The caller holds Server.mu.
func (p *person) tell(reason string) {
	for c := range p.clients {
		_ = c.socket.Emit("session_ended", endedEvent{reason}) // a string can be encoded
		c.socket.Disconnect(engineio.SessionEnded)
	}
}

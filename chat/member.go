package chat

import (
	"time"

	"chat/chat/history"
)

// A Member is one socket in one room.
type Member struct {
	client *client
	room   *Room

	// Guarded by room.mu.
	present bool
	live    bool                // gets what is said
	has     history.ID          // all up to here, by the answer to join; the log may yet deliver some of it
	began   history.ID          // where it was when it went live
	held    *held               // what is said while the member catches up; nil when it does not
	sending map[string]*sending // what the member is not answered about yet, by origin
	typing  *time.Timer         // ends the typing; nil when not typing
}

// leave takes the member out: for good if its person said so, else as one who
// may be back in a moment.
func (m *Member) leave(forGood bool) {
	r := m.room
	r.mu.Lock()
	m.endTyping()
	r.depart(m, forGood)
	r.unlock()
	r.server.release(r)
}

// take gives the member what was said, and reports whether it did at once. What it
// said itself it is told by an answer, unless it was told already that it was not
// stored: the answer of the log may have been lost, and not the entry. The caller
// holds room.mu.
func (m *Member) take(s *said) bool {
	switch {
	case s.socket == m.client.sid && m.stored(s.origin, s.id):
	case s.id <= m.has:
	case m.held != nil:
		m.held.add(s)
	case m.live:
		m.send(s)
		return true
	}
	return false
}

// send queues what was said for the member. The caller holds room.mu.
func (m *Member) send(s *said) {
	c := m.client
	if c.pid == "" {
		c.socket.SendIn(&m.room.batch, s.withoutOffset())
		return
	}
	c.trail.mu.Lock() // two rooms must not change places between the trail and the queue
	defer c.trail.mu.Unlock()
	c.trail.add(step{s.room, s.id})
	c.socket.SendIn(&m.room.batch, s.withOffset())
}

// startTyping shows the others that the member types, until they stop, send,
// leave, or do nothing for a while.
func (m *Member) startTyping() {
	r := m.room
	r.mu.Lock()
	defer r.unlock()
	if m.typing == nil {
		m.typing = time.AfterFunc(typingLasts, m.stopTyping)
	} else {
		m.typing.Reset(typingLasts)
	}
	who := m.person()
	r.broadcast(m, "show_typing", typingEvent{r.name, who})
	r.pass(passing{Typing: &who})
}

func (m *Member) stopTyping() {
	m.room.mu.Lock()
	defer m.room.unlock()
	m.endTyping()
}

// endTyping takes back what startTyping showed. The caller holds room.mu.
func (m *Member) endTyping() {
	if m.typing == nil {
		return
	}
	m.typing.Stop()
	m.typing = nil
	who := m.person()
	m.room.broadcast(m, "hide_typing", typingEvent{m.room.name, who})
	m.room.pass(passing{Stopped: &who})
}

// person is how the room sees the member. The caller holds room.mu.
func (m *Member) person() Person { return m.room.here.person(m.client.visitor) }

// held is what is said while a member catches up. It is bounded; a member for
// whom it is not enough has to ask for the rest.
type held struct {
	said  []*said
	bytes int
	over  bool
}

// The limits of held, and of a page of messages.
const (
	maxHeld      = 500
	maxPageBytes = 512 << 10
)

func (h *held) add(s *said) {
	if h.over = h.over || len(h.said) == maxHeld || h.bytes+s.bytes > maxPageBytes; h.over {
		h.said = nil
		return
	}
	h.said = append(h.said, s)
	h.bytes += s.bytes
}

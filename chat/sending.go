package chat

import (
	"context"
	"strconv"
	"time"

	"chat/chat/history"
	"chat/chat/socketio"
)

// A sending is something that a member said and is not answered about yet.
type sending struct {
	event *socketio.Event
	start time.Time
}

// originOf names one attempt to say something: the socket, and its number there.
func originOf(socket string, attempt uint64) string {
	return string(strconv.AppendUint(append(make([]byte, 0, len(socket)+8), socket+" "...), attempt, 10))
}

// begin notes an attempt that is to be answered. Whoever begins calls room.spoke
// when the log has been told.
func (m *Member) begin(origin string, e *socketio.Event) {
	m.room.mu.Lock()
	defer m.room.unlock()
	if m.sending == nil {
		m.sending = make(map[string]*sending)
	}
	m.sending[origin] = &sending{event: e, start: time.Now()}
	m.room.speaking++
}

// stored answers that the log has what the member said, if that was not answered
// yet, and reports whether it did. It is called when the log delivers the entry,
// so that the answer has the entry's place among all that the member gets. If it
// came later, behind what others said next, and the connection broke between
// them, then the member would come back for what follows the others' and miss
// its own. The caller holds room.mu.
func (m *Member) stored(origin string, id history.ID) bool {
	s, ok := m.sending[origin]
	if !ok {
		return false
	}
	delete(m.sending, origin)
	m.room.server.tally.kept(time.Since(s.start))
	m.acknowledge(s, id)
	return true
}

// answered is called with what became of an attempt in the end. Most often the
// log has delivered it, and there is nothing left to say. The caller holds
// room.mu.
func (m *Member) answered(origin string, id history.ID, again bool, err error) {
	s, ok := m.sending[origin]
	switch {
	case !ok:
	case err != nil:
		delete(m.sending, origin)
		s.event.RefuseIn(&m.room.batch, unavailable(err))
	case again:
		delete(m.sending, origin)
		m.acknowledge(s, id)
	default:
		m.stored(origin, id) // It was not fit to be delivered.
	}
}

// repeats acknowledges what the log has by that name already, and reports whether
// it has anything.
func (m *Member) repeats(ctx context.Context, e *socketio.Event, name string) bool {
	if !clientID.MatchString(name) {
		return false
	}
	id, ok, err := m.room.server.cfg.History.Find(ctx, m.room.name, m.keyOf(name))
	if err != nil || !ok {
		return false
	}
	m.room.mu.Lock()
	defer m.room.unlock()
	m.acknowledge(&sending{event: e}, id)
	return true
}

func (m *Member) acknowledge(s *sending, id history.ID) {
	if m.client.pid != "" {
		m.client.trail.said(id)
	}
	_ = s.event.AckIn(&m.room.batch, sendAck{ID: string(id), Timestamp: timestamp(id.Time())}) // strings can be encoded
}

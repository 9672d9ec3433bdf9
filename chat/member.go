package chat

import (
	"time"

	"chat/chat/socketio"
)

// A Member is one socket in one room.
type Member struct {
	client *client
	room   *Room

	// Guarded by room.mu.
	present bool
	typing  *time.Timer // ends the typing; nil when not typing
}

// enter brings the member in and acknowledges the event with who is there.
func (m *Member) enter(e *socketio.Event) error {
	r := m.room
	r.mu.Lock()
	defer r.unlock()
	if !m.present {
		r.add(m, *m.client.person.name.Load())
	}
	you := Person{m.client.visitor, r.people[m.client.visitor].name}
	return e.Ack(joinAck{Room: r.name, You: you, Members: r.list()})
}

// leave takes the member out, for good.
func (m *Member) leave() {
	r := m.room
	r.mu.Lock()
	m.endTyping()
	r.remove(m)
	r.unlock()
	r.server.release(r)
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
	r.broadcast(m, "show_typing", typingEvent{r.name, m.person()})
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
	m.room.broadcast(m, "hide_typing", typingEvent{m.room.name, m.person()})
}

// send checks a message, gives it its id and time, and gives it to the others:
// to other people, and to other sockets of the sender.
func (m *Member) send(in sendRequest) (sendAck, error) {
	file, err := m.room.resolve(in.File)
	if err != nil {
		return sendAck{}, err
	}
	if err := checkText(in.Text, file != nil); err != nil {
		return sendAck{}, err
	}
	r := m.room
	r.mu.Lock()
	defer r.unlock()
	m.endTyping()
	id, at := r.server.ids.next(r.server.cfg.Now())
	r.broadcast(m, "receive_message", Message{
		Room:      r.name,
		ID:        id,
		Timestamp: timestamp(at),
		Text:      in.Text,
		Sender:    m.person(),
		File:      file,
	})
	return sendAck{ID: id, Timestamp: timestamp(at)}, nil
}

// person is how the room sees the member. The caller holds room.mu.
func (m *Member) person() Person {
	return Person{m.client.visitor, m.room.people[m.client.visitor].name}
}

package chat

import (
	"context"
	"errors"
	"regexp"

	"chat/chat/files"
	"chat/chat/history"
	"chat/chat/socketio"
)

var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// send checks a message and says it.
func (c *client) send(e *socketio.Event) error {
	return change(c, e, func(ctx context.Context, m *Member, in sendRequest) (record, error) {
		file, err := m.room.resolve(ctx, in.File)
		if err != nil {
			return record{}, err
		}
		if err := checkText(in.Message, file != nil, c.server.cfg.Limits.Text); err != nil {
			return record{}, err
		}
		if _, err := idOf(in.ReplyTo); err != nil {
			return record{}, err
		}
		return record{Text: &in.Message, File: file, ReplyTo: in.ReplyTo, picture: len(in.Message) > c.server.cfg.Limits.Text}, nil
	})
}

// say hands something to the log, which gives it its id, its time and its place
// among all that is said. The sender is told when the log has it.
func (m *Member) say(ctx context.Context, e *socketio.Event, said record, name string) error {
	r := m.room
	m.client.attempts++
	entry := history.Entry{Origin: originOf(m.client.sid, m.client.attempts), Blanks: said.blanks, Pin: said.Kind == kindTitle}
	if name != "" {
		if !clientID.MatchString(name) {
			return errBadClientID
		}
		entry.Key = m.keyOf(name)
		said.ClientID = name
	}
	if said.File != nil {
		entry.File = said.File.Name
	}
	r.mu.Lock()
	if said.Kind == kindMessage {
		m.endTyping()
	}
	said.Sender = m.person()
	r.unlock()
	entry.Data = said.encode()
	return m.append(ctx, e, entry)
}

// keyOf is by what the log knows what the member said under a name.
func (m *Member) keyOf(name string) string { return m.client.visitor + " " + name }

// append hands an entry to the log. It waits while the client has too much
// under way, which is what holds back a client that sends faster than the log
// takes.
func (m *Member) append(ctx context.Context, e *socketio.Event, entry history.Entry) error {
	c, r := m.client, m.room
	if c.underWay == nil {
		c.underWay = make(chan struct{}, maxUnderWay)
	}
	select {
	case c.underWay <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if entry.File != "" {
		r.server.cfg.Files.Keep(r.name, entry.File)
	}
	m.begin(entry.Origin, e)
	defer r.spoke()
	r.server.cfg.History.Append(r.name, entry, func(stored history.Entry, again bool, err error) {
		<-c.underWay
		if entry.File != "" { // Sent again with another file, the message is the first one.
			r.server.cfg.Files.Release(r.name, entry.File, err == nil && (!again || stored.File == entry.File))
		}
		r.mu.Lock()
		defer r.unlock()
		m.answered(entry.Origin, stored.ID, again, err)
	})
	return nil
}

// resolve checks the file that a message refers to.
func (r *Room) resolve(ctx context.Context, ref *fileRef) (*File, error) {
	if ref == nil {
		return nil, nil
	}
	if min(ref.Width, ref.Height) < 1 || max(ref.Width, ref.Height) > maxSide || len(ref.Blur) > maxBlur {
		return nil, errBadFile
	}
	size, err := r.server.cfg.Files.Size(ctx, r.name, ref.Name)
	switch {
	case errors.Is(err, files.ErrNone):
		return nil, errNoFile
	case err != nil:
		return nil, unavailable(err)
	}
	return &File{Name: ref.Name, URL: fileURL(r.name, ref.Name), Width: ref.Width, Height: ref.Height, Size: size, Blur: ref.Blur}, nil
}

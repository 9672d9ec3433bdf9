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

// say checks a message and hands it to the log, which gives it its id, its time
// and its place among the others. The sender is told when the log has it.
func (m *Member) say(ctx context.Context, e *socketio.Event, in sendRequest) error {
	r := m.room
	file, err := r.resolve(ctx, in.File)
	if err != nil {
		return err
	}
	if err := checkText(in.Text, file != nil); err != nil {
		return err
	}
	if in.ReplyTo != "" {
		if _, err := history.ParseID(in.ReplyTo); err != nil {
			return errBadID
		}
	}
	entry := history.Entry{Origin: m.client.socket.ID()}
	if in.ClientID != "" {
		if !clientID.MatchString(in.ClientID) {
			return errBadClientID
		}
		entry.Key = m.client.visitor + " " + in.ClientID
	}
	if file != nil {
		entry.File = file.Name
		r.server.cfg.Files.Keep(r.name, file.Name)
	}
	r.mu.Lock()
	m.endTyping()
	sender := m.person()
	r.unlock()
	entry.Data = record{Text: &in.Text, Sender: sender, File: file, ReplyTo: in.ReplyTo}.encode()
	return m.append(ctx, e, entry)
}

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
	r.server.cfg.History.Append(r.name, entry, func(stored history.Entry, _ bool, err error) {
		<-c.underWay
		r.mu.Lock()
		defer r.unlock()
		if err != nil {
			e.RefuseIn(&r.batch, unavailable(err))
			return
		}
		_ = e.AckIn(&r.batch, sendAck{ID: string(stored.ID), Timestamp: timestamp(stored.ID.Time())}) // strings can be encoded
	})
	return nil
}

// resolve checks the file that a message refers to.
func (r *Room) resolve(ctx context.Context, ref *fileRef) (*File, error) {
	if ref == nil {
		return nil, nil
	}
	if min(ref.Width, ref.Height) < 1 || max(ref.Width, ref.Height) > maxSide {
		return nil, errBadFile
	}
	size, err := r.server.cfg.Files.Size(ctx, r.name, ref.Name)
	switch {
	case errors.Is(err, files.ErrNone):
		return nil, errNoFile
	case err != nil:
		return nil, unavailable(err)
	}
	return &File{Name: ref.Name, URL: fileURL(r.name, ref.Name), Width: ref.Width, Height: ref.Height, Size: size}, nil
}

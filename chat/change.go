package chat

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"chat/chat/history"
	"chat/chat/socketio"
)

// changeable is how long people may edit and delete what they said.
const changeable = 15 * time.Minute

// The limits of a reaction and of a title.
const (
	maxEmoji = 64 // bytes: a family with skin tones takes 41
	maxTitle = 80 // characters
)

// edit gives a message of one's own another text. It is a new entry of the log,
// so that everybody and the history agree.
func (c *client) edit(e *socketio.Event) error {
	return change(c, e, func(ctx context.Context, m *Member, in editRequest) (record, error) {
		old, err := m.own(ctx, in.ID)
		if err != nil {
			return record{}, err
		}
		if err := checkText(in.Message, old.File != nil, c.server.cfg.Limits.Text); err != nil {
			return record{}, err
		}
		blanks, err := m.blanks(ctx, history.ID(in.ID), old, in.ClientID, true)
		if err != nil {
			return record{}, err
		}
		return record{Kind: kindEdit, Target: in.ID, Text: &in.Message, blanks: blanks}, nil
	})
}

// remove takes a message of one's own back.
func (c *client) remove(e *socketio.Event) error {
	return change(c, e, func(ctx context.Context, m *Member, in deleteRequest) (record, error) {
		old, err := m.own(ctx, in.ID)
		if err != nil {
			return record{}, err
		}
		blanks, err := m.blanks(ctx, history.ID(in.ID), old, in.ClientID, false)
		if err != nil {
			return record{}, err
		}
		return record{Kind: kindDelete, Target: in.ID, blanks: blanks}, nil
	})
}

// react adds a reaction to a message, or takes it back.
func (c *client) react(e *socketio.Event) error {
	return change(c, e, func(ctx context.Context, m *Member, in reactRequest) (record, error) {
		if blank(in.Emoji) || len(in.Emoji) > maxEmoji {
			return record{}, errBadEmoji
		}
		if _, err := m.find(ctx, in.ID); err != nil {
			return record{}, err
		}
		return record{Kind: kindReaction, Target: in.ID, Emoji: in.Emoji, On: &in.On}, nil
	})
}

// setTitle gives the room a title, or none.
func (c *client) setTitle(e *socketio.Event) error {
	return change(c, e, func(_ context.Context, _ *Member, in titleRequest) (record, error) {
		if utf8.RuneCountInString(in.Title) > maxTitle || in.Title != "" && blank(in.Title) {
			return record{}, errBadTitle
		}
		return record{Kind: kindTitle, Title: &in.Title}, nil
	})
}

// A changeRequest is one of those that change something: it is for a room, and
// may carry a name like a message.
type changeRequest interface {
	about() (room, clientID string)
}

// change does what all changes have in common: it counts against the budget for
// messages, goes to the log, and is acknowledged when the log has it.
func change[In changeRequest](c *client, e *socketio.Event, check func(context.Context, *Member, In) (record, error)) error {
	if err := c.allow(); err != nil {
		return err
	}
	var in In
	if err := e.Decode(0, &in); err != nil {
		return err
	}
	room, clientID := in.about()
	m, err := c.find(room)
	if err != nil {
		return err
	}
	if !c.budget.messages.Allow() {
		return errRateLimited
	}
	ctx := c.socket.Context()
	said, err := check(ctx, m, in)
	if overtaken(err) && m.repeats(ctx, e, clientID) {
		return nil
	}
	if err != nil {
		return err
	}
	return m.say(ctx, e, said, clientID)
}

// overtaken reports whether what is refused now may have been stored earlier: time
// went by since, or what it is about was taken away.
func overtaken(err error) bool {
	return errors.Is(err, errTooLate) || errors.Is(err, errNoMessage) || errors.Is(err, errNoFile)
}

// find is the message of an id.
func (m *Member) find(ctx context.Context, id string) (record, error) {
	at, err := history.ParseID(id)
	if err != nil {
		return record{}, errBadID
	}
	entries, _, _, err := m.room.server.cfg.History.After(ctx, m.room.name, at.Prev(), 1)
	if err != nil {
		return record{}, unavailable(err)
	}
	if len(entries) == 0 || entries[0].ID != at {
		return record{}, errNoMessage
	}
	found, err := decodeRecord(entries[0].Data)
	if err != nil || found.Kind != kindMessage {
		return record{}, errNoMessage
	}
	return found, nil
}

// own is find for a message that the member may change.
func (m *Member) own(ctx context.Context, id string) (record, error) {
	found, err := m.find(ctx, id)
	if err != nil {
		return record{}, err
	}
	if found.Sender.ID != m.client.visitor {
		return record{}, errNotYours
	}
	if m.room.server.cfg.Now().Sub(history.ID(id).Time()) > changeable {
		return record{}, errTooLate
	}
	return found, nil
}

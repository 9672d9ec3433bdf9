package chat

import (
	"context"

	"chat/chat/engineio"
	"chat/chat/history"
	"chat/chat/socketio"
)

// A client is one socket of a visitor. Its methods are the handlers of events,
// which are called one at a time.
type client struct {
	// Fixed before it is in any room.
	server  *Server
	socket  *socketio.Socket
	sid     string // the socket's ID, or that of the one it goes on from
	visitor string
	person  *person
	budget  *budget
	pid     string // by which the client may come back, or ""
	trail   *trail
	absence *absence // of a client with a pid

	// The reader's.
	rooms    map[string]*Member
	attempts uint64 // to say something

	underWay chan struct{} // one for each entry that the log has not answered for; the reader makes it
}

// join makes the client a member of a room, and a member of the room again if
// it is one.
func (c *client) join(e *socketio.Event) error {
	if err := c.allow(); err != nil {
		return err
	}
	var in joinRequest
	if err := e.Decode(0, &in); err != nil {
		return err
	}
	if !roomName.MatchString(in.Room) {
		return errBadRoom
	}
	after, err := idOf(in.After)
	if err != nil {
		return err
	}
	m, ok := c.rooms[in.Room]
	if !ok {
		if len(c.rooms) >= c.server.cfg.Limits.Rooms {
			return tooManyRooms(c.server.cfg.Limits.Rooms)
		}
		if c.rooms == nil {
			c.rooms = make(map[string]*Member, 1)
		}
		m = &Member{client: c, room: c.server.enter(in.Room)}
		c.rooms[in.Room] = m
	}
	return m.enter(c.socket.Context(), e, after)
}

// idOf reads the id of a message, which may be left out.
func idOf(text string) (history.ID, error) {
	if text == "" {
		return "", nil
	}
	id, err := history.ParseID(text)
	if err != nil {
		return "", errBadID
	}
	return id, nil
}

// history gives a member a page of what was said earlier.
func (c *client) history(ctx context.Context, in historyRequest) (historyAck, error) {
	m, err := c.member(in.Room)
	if err != nil {
		return historyAck{}, err
	}
	before, err := idOf(in.Before)
	if err != nil {
		return historyAck{}, err
	}
	after, err := idOf(in.After)
	if err != nil {
		return historyAck{}, err
	}
	limit := maxLimit
	if in.Limit > 0 {
		limit = min(in.Limit, maxLimit)
	}
	if after != "" {
		page, err := m.room.later(ctx, after, limit)
		if err != nil {
			return historyAck{}, unavailable(err)
		}
		return historyAck{page.messages, page.older, page.last, page.more, page.gap}, nil
	}
	page, err := m.room.earlier(ctx, before, limit)
	if err != nil {
		return historyAck{}, unavailable(err)
	}
	return historyAck{Messages: page.messages, Older: page.older}, nil
}

func (c *client) leave(_ context.Context, in roomRequest) (leaveAck, error) {
	m, err := c.member(in.Room)
	if err != nil {
		return leaveAck{}, err
	}
	delete(c.rooms, in.Room)
	m.leave(true)
	c.trail.leave(in.Room)
	return leaveAck(in), nil
}

func (c *client) typing(_ context.Context, in roomRequest) (typingAck, error) {
	m, err := c.member(in.Room)
	if err != nil {
		return typingAck{}, err
	}
	if !c.budget.typing.Allow() {
		return typingAck{}, errRateLimited
	}
	m.startTyping()
	return typingAck(in), nil
}

func (c *client) stopTyping(_ context.Context, in roomRequest) (typingAck, error) {
	m, err := c.member(in.Room)
	if err != nil {
		return typingAck{}, err
	}
	m.stopTyping()
	return typingAck(in), nil
}

// allow counts an event. A client that goes on after it was told to wait is
// dropped; a well-behaved one never comes near.
func (c *client) allow() error {
	if c.budget.events.Allow() {
		return nil
	}
	c.socket.Drop(engineio.Flood)
	return errRateLimited
}

// member counts an event and finds the client in the event's room.
func (c *client) member(room string) (*Member, error) {
	if err := c.allow(); err != nil {
		return nil, err
	}
	return c.find(room)
}

func (c *client) find(room string) (*Member, error) {
	m, ok := c.rooms[room]
	switch {
	case ok:
		return m, nil
	case !roomName.MatchString(room):
		return nil, errBadRoom
	}
	return nil, errNotJoined
}

// gone is called when the socket has ended.
func (c *client) gone(why engineio.Reason) {
	final := isFinal(why)
	switch {
	case c.pid == "":
	case final:
		c.server.absences.forget(c.absence)
	default:
		c.server.absences.begin(c)
	}
	// Who was silent for so long has been away already; more would be more than
	// the 45 seconds in which the others are told.
	silent := why == engineio.PingTimeout
	for _, m := range c.rooms {
		m.leave(final || silent)
	}
	c.server.forget(c)
}

// isFinal reports whether a client that ended so is not to come back as the same
// one: it said that it leaves, or was told that it has to.
func isFinal(why engineio.Reason) bool {
	switch why {
	case engineio.ClientDisconnect, engineio.SessionEnded, engineio.ServerClose, engineio.Flood:
		return true
	}
	return false
}

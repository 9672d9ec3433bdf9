package chat

import (
	"context"

	"chat/chat/engineio"
	"chat/chat/socketio"
)

// A client is one socket of a visitor. Its methods are the handlers of events,
// which are called one at a time.
type client struct {
	// Fixed.
	server  *Server
	socket  *socketio.Socket
	visitor string
	person  *person
	budget  *budget

	// The reader's.
	rooms map[string]*Member
}

// join makes the client a member of a room, and a member of the room again if
// it is one. It acknowledges under the room's lock, so that the list of members
// and the events that change it are one sequence for the client.
func (c *client) join(e *socketio.Event) error {
	if err := c.allow(); err != nil {
		return err
	}
	var in roomRequest
	if err := e.Decode(0, &in); err != nil {
		return err
	}
	if !roomName.MatchString(in.Room) {
		return errBadRoom
	}
	m, ok := c.rooms[in.Room]
	if !ok {
		if len(c.rooms) >= maxRooms {
			return errTooManyRooms
		}
		if c.rooms == nil {
			c.rooms = make(map[string]*Member, 1)
		}
		m = &Member{client: c, room: c.server.enter(in.Room)}
		c.rooms[in.Room] = m
	}
	return m.enter(e)
}

func (c *client) leave(_ context.Context, in roomRequest) (leaveAck, error) {
	m, err := c.member(in.Room)
	if err != nil {
		return leaveAck{}, err
	}
	delete(c.rooms, in.Room)
	m.leave()
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

func (c *client) send(_ context.Context, in sendRequest) (sendAck, error) {
	m, err := c.member(in.Room)
	if err != nil {
		return sendAck{}, err
	}
	if !c.budget.messages.Allow() {
		return sendAck{}, errRateLimited
	}
	return m.send(in)
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

// member finds the client in a room.
func (c *client) member(room string) (*Member, error) {
	if err := c.allow(); err != nil {
		return nil, err
	}
	if !roomName.MatchString(room) {
		return nil, errBadRoom
	}
	m, ok := c.rooms[room]
	if !ok {
		return nil, errNotJoined
	}
	return m, nil
}

// gone is called when the socket has ended.
func (c *client) gone(engineio.Reason) {
	for _, m := range c.rooms {
		m.leave()
	}
	c.server.forget(c)
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"chat/chat/engineio"
	"chat/chat/socketio"
)

// A client is one socket in a namespace of the test server.
type client struct {
	*socketio.Socket
	hall         *hall
	auth         json.RawMessage
	takesOffsets bool

	// The hall's.
	pid   string
	rooms map[string]bool
}

func newNamespaces(server *socketio.Server, recovery bool) {
	for _, name := range []string{"/", "/custom"} {
		newEchoes(socketio.Of(server, name, admit(newHall(recovery))))
	}
	socketio.Of(server, "/denied", func(context.Context, *socketio.Socket, json.RawMessage) (*client, error) {
		return nil, &socketio.Error{Code: "E_AUTH", Message: "Not authorized"}
	})
}

func admit(h *hall) func(context.Context, *socketio.Socket, json.RawMessage) (*client, error) {
	return func(ctx context.Context, s *socketio.Socket, auth json.RawMessage) (*client, error) {
		if len(auth) == 0 {
			auth = json.RawMessage("{}")
		}
		asked, _ := ctx.Value(requestKey{}).(request)
		c := &client{Socket: s, hall: h, auth: auth, takesOffsets: !asked.python}
		pid, offset := socketio.Returning(auth)
		h.enter(c, pid, offset)
		return c, nil
	}
}

func newEchoes(ns *socketio.Namespace[*client]) {
	ns.OnConnect(func(c *client) { _ = c.emit("auth", c.auth) })
	ns.OnDisconnect(func(c *client, why engineio.Reason) { c.hall.leave(c, why == engineio.ClientDisconnect) })
	ns.OnEvent("message", (*client).message)
	ns.OnEvent("message-with-ack", (*client).messageWithAck)
	ns.OnEvent("whoami", (*client).whoami)
	ns.OnEvent("join", (*client).join)
	ns.OnEvent("leave", (*client).leave)
	ns.OnEvent("to-room", (*client).toRoom)
	ns.OnEvent("push", (*client).push)
	ns.OnEvent("ask-me", (*client).askMe)
	ns.OnEvent("remembers", (*client).remembers)
	ns.OnEvent("kick", (*client).kick)
	ns.OnEvent("drop", func(c *client, _ *socketio.Event) error { c.Drop(engineio.ServerClose); return nil })
}

// emit sends an event to this client alone, which may get it later.
func (c *client) emit(event string, args ...any) error {
	p, err := socketio.Encode(c.Namespace(), event, args...)
	if err != nil {
		return err
	}
	c.hall.tell(c, p)
	return nil
}

// emitRaw is emit for arguments as they came in an event.
func (c *client) emitRaw(event string, args []json.RawMessage, attachments [][]byte) {
	c.hall.tell(c, socketio.EncodeRaw(c.Namespace(), event, args, attachments))
}

// remembers tells whether a client is there or may come back.
func (c *client) remembers(e *socketio.Event) error {
	var id string
	if err := e.Decode(0, &id); err != nil {
		return err
	}
	return e.Ack(c.hall.remembers(id))
}

// kick ends the client for good.
func (c *client) kick(*socketio.Event) error {
	c.hall.leave(c, true)
	c.Disconnect(engineio.ServerClose)
	return nil
}

func (c *client) message(e *socketio.Event) error {
	c.emitRaw("message-back", e.Args, e.Attachments)
	return nil
}

func (c *client) messageWithAck(e *socketio.Event) error {
	e.AckRaw(e.Args, e.Attachments)
	return nil
}

func (c *client) whoami(e *socketio.Event) error {
	asked, _ := c.Context().Value(requestKey{}).(request)
	return e.Ack(map[string]any{"cookie": asked.cookie, "transport": c.Transport(), "recovered": c.Recovered()})
}

func (c *client) join(e *socketio.Event) error {
	var room string
	if err := e.Decode(0, &room); err != nil {
		return err
	}
	c.hall.join(c, room)
	return e.Ack("ok")
}

func (c *client) leave(e *socketio.Event) error {
	var room string
	if err := e.Decode(0, &room); err != nil {
		return err
	}
	c.hall.part(c, room)
	return e.Ack("ok")
}

func (c *client) toRoom(e *socketio.Event) error {
	var room string
	if err := e.Decode(0, &room); err != nil {
		return err
	}
	c.hall.say(c, room, socketio.EncodeRaw(c.Namespace(), "room-msg", e.Args[1:], e.Attachments))
	return e.Ack("ok")
}

func (c *client) push(e *socketio.Event) error {
	var n, size int
	if err := errors.Join(e.Decode(0, &n), e.Decode(1, &size)); err != nil {
		return err
	}
	for i := range n {
		if err := c.emit("pushed", i, strings.Repeat("x", size)); err != nil {
			return err
		}
	}
	return e.Ack("ok")
}

// askMe asks back, beside the reader that has to read the reply. By then the event
// may be another's.
func (c *client) askMe(e *socketio.Event) error {
	args, attachments := kept(e.Args), kept(e.Attachments)
	go func() {
		ctx, cancel := context.WithTimeout(c.Context(), 2*time.Second)
		defer cancel()
		reply, err := c.AskRaw(ctx, "question", args, attachments)
		if err != nil {
			_ = c.emit("answer-was", "timeout")
			return
		}
		args := append([]json.RawMessage{json.RawMessage(`"ok"`)}, reply.Args...)
		c.emitRaw("answer-was", args, reply.Attachments)
	}()
	return nil
}

// kept is a copy that outlives the handler of an event.
func kept[T ~[]byte](all []T) []T {
	copies := make([]T, len(all))
	for i, one := range all {
		copies[i] = bytes.Clone(one)
	}
	return copies
}

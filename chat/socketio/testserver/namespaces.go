package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"chat/chat/engineio"
	"chat/chat/socketio"
)

// A client is one socket in a namespace of the test server.
type client struct {
	*socketio.Socket
	rooms *rooms
	auth  json.RawMessage
}

// rooms are sets of clients by name.
type rooms struct {
	mu      sync.Mutex
	members map[string]map[*client]bool
}

func newNamespaces(server *socketio.Server) {
	for _, name := range []string{"/", "/custom"} {
		newEchoes(socketio.Of(server, name, admit(&rooms{members: make(map[string]map[*client]bool)})))
	}
	socketio.Of(server, "/denied", func(context.Context, *socketio.Socket, json.RawMessage) (*client, error) {
		return nil, &socketio.Error{Code: "E_AUTH", Message: "Not authorized"}
	})
}

func admit(r *rooms) func(context.Context, *socketio.Socket, json.RawMessage) (*client, error) {
	return func(_ context.Context, s *socketio.Socket, auth json.RawMessage) (*client, error) {
		if len(auth) == 0 {
			auth = json.RawMessage("{}")
		}
		return &client{s, r, auth}, nil
	}
}

func newEchoes(ns *socketio.Namespace[*client]) {
	ns.OnConnect(func(c *client) { _ = c.Emit("auth", c.auth) })
	ns.OnDisconnect(func(c *client, _ engineio.Reason) { c.rooms.leaveAll(c) })
	ns.OnEvent("message", (*client).message)
	ns.OnEvent("message-with-ack", (*client).messageWithAck)
	ns.OnEvent("whoami", (*client).whoami)
	ns.OnEvent("join", (*client).join)
	ns.OnEvent("leave", (*client).leave)
	ns.OnEvent("to-room", (*client).toRoom)
	ns.OnEvent("push", (*client).push)
	ns.OnEvent("ask-me", (*client).askMe)
	ns.OnEvent("kick", func(c *client, _ *socketio.Event) error { c.Disconnect(); return nil })
	ns.OnEvent("drop", func(c *client, _ *socketio.Event) error { c.Drop(engineio.ServerClose); return nil })
}

func (c *client) message(e *socketio.Event) error {
	p, err := socketio.EncodeRaw(c.Namespace(), "message-back", e.Args, e.Attachments)
	c.Send(p)
	return err
}

func (c *client) messageWithAck(e *socketio.Event) error {
	e.AckRaw(e.Args, e.Attachments)
	return nil
}

func (c *client) whoami(e *socketio.Event) error {
	cookie, _ := c.Context().Value(cookieKey{}).(string)
	return e.Ack(map[string]any{"cookie": cookie, "transport": c.Transport(), "recovered": false})
}

func (c *client) join(e *socketio.Event) error {
	var room string
	if err := e.Decode(0, &room); err != nil {
		return err
	}
	c.rooms.join(c, room)
	return e.Ack("ok")
}

func (c *client) leave(e *socketio.Event) error {
	var room string
	if err := e.Decode(0, &room); err != nil {
		return err
	}
	c.rooms.leave(c, room)
	return e.Ack("ok")
}

func (c *client) toRoom(e *socketio.Event) error {
	var room string
	if err := e.Decode(0, &room); err != nil {
		return err
	}
	p, err := socketio.EncodeRaw(c.Namespace(), "room-msg", e.Args[1:], e.Attachments)
	if err != nil {
		return err
	}
	c.rooms.send(c, room, p)
	return e.Ack("ok")
}

func (c *client) push(e *socketio.Event) error {
	var n, size int
	if err := errors.Join(e.Decode(0, &n), e.Decode(1, &size)); err != nil {
		return err
	}
	for i := range n {
		if err := c.Emit("pushed", i, strings.Repeat("x", size)); err != nil {
			return err
		}
	}
	return e.Ack("ok")
}

// askMe asks back, beside the reader that has to read the reply.
func (c *client) askMe(e *socketio.Event) error {
	go func() {
		ctx, cancel := context.WithTimeout(c.Context(), 2*time.Second)
		defer cancel()
		reply, err := c.AskRaw(ctx, "question", e.Args, e.Attachments)
		if err != nil {
			_ = c.Emit("answer-was", "timeout")
			return
		}
		args := append([]json.RawMessage{json.RawMessage(`"ok"`)}, reply.Args...)
		if p, err := socketio.EncodeRaw(c.Namespace(), "answer-was", args, reply.Attachments); err == nil {
			c.Send(p)
		}
	}()
	return nil
}

func (r *rooms) join(c *client, room string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[room] == nil {
		r.members[room] = make(map[*client]bool)
	}
	r.members[room][c] = true
}

func (r *rooms) leave(c *client, room string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members[room], c)
}

func (r *rooms) leaveAll(c *client) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, members := range r.members {
		delete(members, c)
	}
}

// send sends a packet to a room, but not to its sender.
func (r *rooms) send(from *client, room string, p socketio.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.members[room] {
		if c != from {
			c.Send(p)
		}
	}
}

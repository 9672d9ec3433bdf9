package socketio

import (
	"bytes"
	"crypto/rand"
	"slices"
	"time"

	"chat/chat/engineio"
)

// A conn is one connection: the packets of a client, in all the namespaces it
// is in. It is the engineio.Handler of its socket, so its methods are called one
// at a time and its fields need no lock.
type conn struct {
	server *Server
	engine *engineio.Socket
	idle   *time.Timer // ends a client that is in no namespace; nil when it is
	seats  []*place    // one in practice, so a list is smaller than a map and as fast
	owed   *owed       // the packet whose attachments have not all come
}

// A place is a seat and the socket that sits there.
type place struct {
	seat
	*Socket
}

type owed struct {
	header
	attachments [][]byte
}

func (s *Server) open(engine *engineio.Socket) engineio.Handler {
	c := &conn{server: s, engine: engine}
	c.startIdle()
	return c
}

// Message handles one packet, or the attachment of one.
func (c *conn) Message(m engineio.Message) {
	if !c.message(m) {
		c.engine.Close(engineio.ParseError)
	}
}

// message reports whether the message was one that the protocol allows here.
func (c *conn) message(m engineio.Message) bool {
	if m.Binary {
		return c.attachment(m.Data)
	}
	if c.owed != nil {
		return false
	}
	h, err := decodeHeader(m.Data)
	if err != nil {
		return false
	}
	if h.attachments > 0 {
		// Who was not let in has nothing kept for it.
		if c.find(h.namespace) < 0 {
			return false
		}
		h.data = bytes.Clone(h.data)
		c.owed = &owed{header: h}
		return true
	}
	return c.packet(h, nil)
}

func (c *conn) attachment(data []byte) bool {
	if c.owed == nil {
		return false
	}
	c.owed.attachments = append(c.owed.attachments, bytes.Clone(data))
	if len(c.owed.attachments) < c.owed.header.attachments {
		return true
	}
	whole := c.owed
	c.owed = nil
	return c.packet(whole.header, whole.attachments)
}

// find is the index of a namespace that the client is in, or -1.
func (c *conn) find(namespace string) int {
	return slices.IndexFunc(c.seats, func(p *place) bool { return p.namespace == namespace })
}

func (c *conn) packet(h header, attachments [][]byte) bool {
	i := c.find(h.namespace)
	if h.kind == typeConnect {
		return i < 0 && c.connect(h)
	}
	if i < 0 {
		return false
	}
	at := c.seats[i]
	switch h.kind {
	case typeDisconnect:
		c.seats = slices.Delete(c.seats, i, i+1)
		if len(c.seats) == 0 {
			c.startIdle()
		}
		at.leave(engineio.ClientDisconnect)
		return true
	case typeEvent, typeBinaryEvent:
		return at.receive(h, attachments)
	}
	args, err := decodeArgs(h.data, len(attachments))
	if err != nil {
		return false
	}
	at.replied(h.id, Reply{Args: args, Attachments: attachments})
	return true
}

// connect lets the client into a namespace, or tells it why not.
func (c *conn) connect(h header) bool {
	namespace, ok := c.server.namespaces[h.namespace]
	if !ok {
		c.refuse(h.namespace, &Error{Message: "Invalid namespace"})
		return true
	}
	socket := &Socket{server: c.server, engine: c.engine, namespace: h.namespace, id: rand.Text()}
	seat, err := namespace.enter(c.engine.Context(), socket, bytes.Clone(h.data))
	if err != nil {
		socket.leave()
		told := public(err)
		c.server.logRefusal("connect", told)
		c.refuse(h.namespace, told)
		return true
	}
	c.stopIdle()
	c.seats = append(c.seats, &place{seat, socket})
	c.reply(typeConnect, h.namespace, struct {
		SID string `json:"sid"`
		PID string `json:"pid,omitempty"`
	}{socket.id, socket.pid})
	seat.connect()
	return true
}

func (c *conn) refuse(namespace string, e *Error) {
	c.reply(typeConnectError, namespace, e.forConnect())
}

func (c *conn) reply(kind byte, namespace string, payload any) {
	data, err := appendJSON(nil, payload)
	if err != nil {
		panic(err) // plain structs of strings
	}
	c.engine.Send(frames(header{kind: kind, namespace: namespace, id: noAck, data: data}, nil)...)
}

// receive hands an event to its handler.
func (p *place) receive(h header, attachments [][]byte) bool {
	args, err := decodeArgs(h.data, len(attachments))
	if err != nil {
		return false
	}
	name, err := eventName(args)
	if err != nil {
		return false
	}
	p.event(&Event{Name: name, Args: args[1:], Attachments: attachments, socket: p.Socket, id: h.id})
	return true
}

func (p *place) leave(why engineio.Reason) {
	p.Socket.leave()
	p.disconnect(why)
}

// startIdle gives a client that is in no namespace the time to join one.
func (c *conn) startIdle() {
	c.idle = time.AfterFunc(c.server.connectTimeout, func() { c.engine.Close(engineio.ServerClose) })
}

func (c *conn) stopIdle() {
	if c.idle != nil {
		c.idle.Stop()
		c.idle = nil // an idle connection needs one timer less
	}
}

// Close ends the client in every namespace it is in.
func (c *conn) Close(why engineio.Reason) {
	c.stopIdle()
	for _, at := range c.seats {
		at.leave(why)
	}
}

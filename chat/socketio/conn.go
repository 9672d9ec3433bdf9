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
	joined []*Socket   // one in practice, so a list is smaller than a map and as fast
	owed   *owed       // the packet whose attachments have not all come
}

// An owed packet is held until its attachments are here, for MessageTimeout and
// up to MaxQueue bytes of them: a client can't have more kept for it on its way in
// than on its way out.
type owed struct {
	header
	attachments [][]byte
	bytes       int         // of the attachments
	late        *time.Timer // ends the client
}

func (s *Server) open(engine *engineio.Socket) engineio.Handler {
	c := &conn{server: s, engine: engine}
	c.startIdle()
	return c
}

// Message handles one packet, or the attachment of one.
func (c *conn) Message(m engineio.Message) {
	if !c.handle(m) {
		c.engine.Close(engineio.ParseError)
	}
}

// handle reports whether a message was one that the protocol allows here.
func (c *conn) handle(m engineio.Message) bool {
	if m.Binary {
		return c.handleAttachment(m.Data)
	}
	if c.owed != nil {
		return false
	}
	h, err := decodeHeader(m.Data, c.server.maxAttachments)
	if err != nil {
		return false
	}
	if h.attachments > 0 {
		// Who was not let in has nothing kept for it.
		if c.find(h.namespace) < 0 {
			return false
		}
		h.data = bytes.Clone(h.data)
		late := time.AfterFunc(c.server.limits.MessageTimeout, func() { c.engine.Close(engineio.MessageTimeout) })
		c.owed = &owed{header: h, late: late}
		return true
	}
	return c.handlePacket(h, nil)
}

func (c *conn) handleAttachment(data []byte) bool {
	o := c.owed
	if o == nil {
		return false
	}
	if o.bytes += len(data); o.bytes > c.server.limits.MaxQueue {
		c.engine.Close(engineio.TooLarge)
		return true
	}
	o.attachments = append(o.attachments, bytes.Clone(data))
	if len(o.attachments) < o.header.attachments {
		return true
	}
	c.stopOwing()
	return c.handlePacket(o.header, o.attachments)
}

func (c *conn) stopOwing() {
	if c.owed != nil {
		c.owed.late.Stop()
		c.owed = nil
	}
}

// find is the index of a namespace that the client is in, or -1.
func (c *conn) find(namespace string) int {
	return slices.IndexFunc(c.joined, func(s *Socket) bool { return s.namespace == namespace })
}

func (c *conn) handlePacket(h header, attachments [][]byte) bool {
	i := c.find(h.namespace)
	if h.kind == typeConnect {
		return i < 0 && c.connect(h)
	}
	if i < 0 {
		return false
	}
	socket := c.joined[i]
	switch h.kind {
	case typeDisconnect:
		c.joined = slices.Delete(c.joined, i, i+1)
		if len(c.joined) == 0 {
			c.startIdle()
		}
		socket.leave(engineio.ClientDisconnect)
		return true
	case typeEvent, typeBinaryEvent:
		return socket.receive(h, attachments)
	}
	args, err := decodeArgs(h.data, len(attachments))
	if err != nil {
		return false
	}
	socket.replied(h.id, Reply{Args: args, Attachments: attachments})
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
	var err error
	if socket.client, err = namespace.enter(c.engine.Context(), socket, bytes.Clone(h.data)); err != nil {
		socket.endContext()
		told := public(err)
		c.server.logRefusal("connect", told)
		c.refuse(h.namespace, told)
		return true
	}
	c.stopIdle()
	c.joined = append(c.joined, socket)
	c.reply(typeConnect, h.namespace, struct {
		SID string `json:"sid"`
		PID string `json:"pid,omitempty"`
	}{socket.id, socket.pid})
	socket.client.connect()
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
func (s *Socket) receive(h header, attachments [][]byte) bool {
	args, err := decodeArgs(h.data, len(attachments))
	if err != nil {
		return false
	}
	name, err := eventName(args)
	if err != nil {
		return false
	}
	s.client.event(&Event{Name: name, Args: args[1:], Attachments: attachments, socket: s, id: h.id})
	return true
}

// leave ends the socket.
func (s *Socket) leave(why engineio.Reason) {
	s.endContext()
	s.client.disconnect(why)
}

// startIdle gives a client that is in no namespace the time to join one.
func (c *conn) startIdle() {
	c.idle = time.AfterFunc(c.server.connectTimeout, func() { c.engine.Close(engineio.ConnectTimeout) })
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
	c.stopOwing()
	for _, socket := range c.joined {
		socket.leave(why)
	}
}

package chat

import (
	"strings"

	"chat/chat/history"
	"chat/chat/socketio"
)

// said is an entry of a log on its way to members, encoded once for all. Its
// packets are made for the first who gets them: a room may have only members who
// may come back for what they missed, or only others.
type said struct {
	room   string
	id     history.ID
	origin string // who said it, and on which occasion; see originOf
	socket string // of that
	bytes  int
	title  title // that it gives the room

	event      string
	head, tail []byte         // its payload; see Server.payload
	plain      packetOnDemand // guarded by the room's lock
	offset     packetOnDemand // with an offset; guarded by the room's lock
}

// A packetOnDemand is a packet once somebody asked for it.
type packetOnDemand struct {
	packet socketio.Packet
	made   bool
}

func (p *packetOnDemand) get(s *said, offset string) socketio.Packet {
	if !p.made {
		p.packet, p.made = socketio.EncodeParts("/", s.event, offset, s.head, s.tail), true
	}
	return p.packet
}

// withoutOffset is the packet for those who come back as somebody new. The caller
// holds the room's lock.
func (s *said) withoutOffset() socketio.Packet { return s.plain.get(s, "") }

// withOffset is the packet for those who may come back for what they missed. The
// caller holds the room's lock.
func (s *said) withOffset() socketio.Packet {
	return s.offset.get(s, step{s.room, s.id}.String())
}

// said makes an entry ready for members.
func (s *Server) said(room string, e history.Entry) (*said, error) {
	head, tail, k, err := s.payload(room, e)
	if err != nil {
		return nil, err
	}
	one := &said{room: room, id: e.ID, origin: e.Origin, bytes: len(e.Data), event: events[k], head: head, tail: tail}
	one.socket, _, _ = strings.Cut(e.Origin, " ")
	if k == kindTitle {
		one.title = titleOf(e)
	}
	return one, nil
}

package chat

import (
	"encoding/json"
	"strings"

	"chat/chat/history"
	"chat/chat/socketio"
)

// said is an entry of a log on its way to members, encoded once for all.
type said struct {
	room   string
	id     history.ID
	origin string // who said it, and on which occasion; see originOf
	socket string // of that
	packet socketio.Packet
	offset bool // the packet has one
	bytes  int
	title  title // that it gives the room
}

// withOffset is the packet for those who may come back for what they missed. It
// is made for the first of them. The caller holds the room's lock.
func (s *said) withOffset() socketio.Packet {
	if !s.offset {
		s.packet, s.offset = s.packet.WithOffset(step{s.room, s.id}.String()), true
	}
	return s.packet
}

// said makes an entry ready for members.
func (s *Server) said(room string, e history.Entry) (*said, error) {
	text, k, err := s.payload(room, e)
	if err != nil {
		return nil, err
	}
	packet := socketio.EncodeRaw("/", events[k], []json.RawMessage{text}, nil)
	one := &said{room: room, id: e.ID, origin: e.Origin, packet: packet, bytes: len(e.Data)}
	one.socket, _, _ = strings.Cut(e.Origin, " ")
	if k == kindTitle {
		one.title = titleOf(e)
	}
	return one, nil
}

package chat

import (
	"encoding/json"
	"fmt"

	"chat/chat/history"
	"chat/chat/socketio"
)

// said is an entry of a log on its way to members, encoded once for all.
type said struct {
	id     history.ID
	origin string // the socket that said it, which knows by its acknowledgement
	packet socketio.Packet
	bytes  int
}

// said makes an entry ready for members.
func (s *Server) said(room string, e history.Entry) (*said, error) {
	text, k, err := s.payload(room, e)
	if err != nil {
		return nil, err
	}
	packet, err := socketio.EncodeRaw("/", events[k], []json.RawMessage{text}, nil)
	if err != nil {
		return nil, fmt.Errorf("encoding an entry: %w", err)
	}
	return &said{id: e.ID, origin: e.Origin, packet: packet, bytes: len(e.Data)}, nil
}

package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"chat/chat/history"
)

// A record is what the log holds of something said: the payload of its event,
// but for the room, the id and the time, which are the log's.
type record struct {
	Kind    kind    `json:"kind,omitempty"`
	Text    *string `json:"message,omitempty"`
	Sender  Person  `json:"sender"`
	File    *File   `json:"file,omitempty"`
	ReplyTo string  `json:"reply_to,omitempty"` // the id of a message
	Target  string  `json:"target,omitempty"`   // the id of the message that changes
	Emoji   string  `json:"emoji,omitempty"`
	On      *bool   `json:"on,omitempty"` // false takes a reaction back
	Title   *string `json:"title,omitempty"`

	// ClientID is the sender's own name for it. A client that got no
	// acknowledgement finds by it what it sent among what the log has.
	ClientID string `json:"client_id,omitempty"`

	picture bool // the text is one, as checkText found

	blanks []history.Blank // what it takes away, for the log
}

// A kind tells what was said apart.
type kind string

// What can be said. Messages proper have no kind, since most are.
const (
	kindMessage  kind = ""
	kindEdit     kind = "edit"
	kindDelete   kind = "delete"
	kindReaction kind = "reaction"
	kindTitle    kind = "title"
)

// events are the names under which each kind is sent.
var events = map[kind]string{
	kindMessage:  "receive_message",
	kindEdit:     "message_edited",
	kindDelete:   "message_deleted",
	kindReaction: "message_reacted",
	kindTitle:    "room_titled",
}

var errRecord = errors.New("a record of no known form")

// encode is the text of a record in the log. A picture in the text is put in by
// itself: each of its characters stands for itself, and the library would look at
// each several times.
func (r record) encode() []byte {
	if !r.picture {
		return encode(r)
	}
	picture, none := *r.Text, ""
	r.Text = &none
	const field = `"message":"` // behind the kind, and ahead of all that people chose
	head, tail, _ := bytes.Cut(encode(r), []byte(field))
	text := make([]byte, 0, len(head)+len(field)+len(picture)+len(tail))
	text = append(append(text, head...), field...)
	return append(append(text, picture...), tail...)
}

// decodeRecord reads what encode wrote, and refuses anything else: a log may
// be one that others can write to.
func decodeRecord(text []byte) (record, error) {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return record{}, fmt.Errorf("reading a record: %w", errRecord) // the library's error quotes it
	}
	if r.Sender.ID == "" || !r.whole() {
		return record{}, errRecord
	}
	return r, nil
}

// whole reports whether a record has what its kind needs.
func (r record) whole() bool {
	switch r.Kind {
	case kindMessage:
		return r.Text != nil
	case kindEdit:
		return r.Target != "" && r.Text != nil
	case kindDelete:
		return r.Target != ""
	case kindReaction:
		return r.Target != "" && r.Emoji != "" && r.On != nil
	case kindTitle:
		return r.Title != nil
	}
	return false
}

// payload is what clients get of an entry, in two parts that are not copied
// together: the room, its id and its time, and behind them the record. A record
// that this server alone can have written is taken as it is; any other is
// checked, and made anew from what it means.
func (s *Server) payload(room string, e history.Entry) (head, tail []byte, k kind, err error) {
	if s.cfg.Distrust {
		r, err := decodeRecord(e.Data)
		if err != nil {
			return nil, nil, "", err
		}
		k, e.Data = r.Kind, r.encode()
	} else {
		k = kindOf(e.Data)
	}
	const around = 96 // bytes of ids, time and the names of fields
	head = make([]byte, 0, around+len(room))
	head = append(head, `{"chat_id":"`...)
	head = append(head, room...) // it needs no quoting, nor does an id
	head = append(head, `","id":"`...)
	head = append(head, e.ID...)
	head = append(head, `","timestamp":`...)
	head = appendTime(head, e.ID.Time())
	return append(head, ','), e.Data[1:], k, nil
}

// kindOf is the kind of a record that encode wrote: its first field, if it has
// one.
func kindOf(text []byte) kind {
	rest, ok := bytes.CutPrefix(text, []byte(`{"kind":"`))
	if !ok {
		return kindMessage
	}
	name, _, _ := bytes.Cut(rest, []byte{'"'})
	return kind(name)
}

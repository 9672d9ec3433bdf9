package chat

import (
	"encoding/json"
	"time"

	"chat/chat/history"
)

// What clients send.
type (
	roomRequest struct {
		Room string `json:"chat_id"`
	}

	// joinRequest may name the last message that the client has of the room.
	joinRequest struct {
		Room  string `json:"chat_id"`
		After string `json:"after"`
	}

	// historyRequest asks for what was said ahead of a message, or with After
	// for what came behind one.
	historyRequest struct {
		Room   string `json:"chat_id"`
		Before string `json:"before"`
		After  string `json:"after"`
		Limit  int    `json:"limit"`
	}

	// sendRequest may carry a name for the message, of the client's choice. A
	// client that did not see the acknowledgement sends it again under the same
	// name, and it is still one message.
	sendRequest struct {
		Room     string   `json:"chat_id"`
		Message  string   `json:"message"`
		File     *fileRef `json:"file"`
		ReplyTo  string   `json:"reply_to"`
		ClientID string   `json:"client_id"`
	}

	// The requests that change something are named like messages, too.
	editRequest struct {
		Room     string `json:"chat_id"`
		ID       string `json:"id"`
		Message  string `json:"message"`
		ClientID string `json:"client_id"`
	}
	deleteRequest struct {
		Room     string `json:"chat_id"`
		ID       string `json:"id"`
		ClientID string `json:"client_id"`
	}
	reactRequest struct {
		Room     string `json:"chat_id"`
		ID       string `json:"id"`
		Emoji    string `json:"emoji"`
		On       bool   `json:"on"`
		ClientID string `json:"client_id"`
	}
	titleRequest struct {
		Room     string `json:"chat_id"`
		Title    string `json:"title"`
		ClientID string `json:"client_id"`
	}

	// fileRef names an upload of the room, the size at which to show it, and what
	// to show until it is there: a short text that only pages read.
	fileRef struct {
		Name   string `json:"name"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Blur   string `json:"blur"`
	}
)

func (r sendRequest) about() (room, clientID string)   { return r.Room, r.ClientID }
func (r editRequest) about() (room, clientID string)   { return r.Room, r.ClientID }
func (r deleteRequest) about() (room, clientID string) { return r.Room, r.ClientID }
func (r reactRequest) about() (room, clientID string)  { return r.Room, r.ClientID }
func (r titleRequest) about() (room, clientID string)  { return r.Room, r.ClientID }

// The texts that may be long.
func (r *sendRequest) Text() (field string, text *string) { return "message", &r.Message }
func (r *editRequest) Text() (field string, text *string) { return "message", &r.Message }

// What they get, as acknowledgements and as events.
type (
	// joinAck has the latest messages of a room, or those after the one that the
	// client has. Last is the id up to which the client has everything then, also
	// where there is nothing to be had. With More there are later ones: the client
	// joins again with Last, and gets what is said from when there are none. With
	// Gap some that it missed are no longer kept, and these are the latest. Title
	// is there when the room has one.
	joinAck struct {
		Room     string
		You      Person
		Title    string
		Members  json.RawMessage   // as []Person
		Messages []json.RawMessage // payloads of their events, in order
		Last     history.ID
		More     bool
		Older    bool
		Gap      bool
	}

	// historyAck says with Older that there are messages ahead of these. For a
	// client that asked for what came behind a message, Last, More and Gap are as
	// in joinAck, but a page after a gap is of the earliest that are kept.
	historyAck struct {
		Messages []json.RawMessage `json:"messages"`
		Older    bool              `json:"older"`
		Last     history.ID        `json:"last,omitempty"`
		More     bool              `json:"more,omitempty"`
		Gap      bool              `json:"gap,omitempty"`
	}

	leaveAck struct {
		Room string `json:"room"`
	}

	typingAck struct {
		Room string `json:"room"`
	}

	sendAck struct {
		ID        string    `json:"id"`
		Timestamp timestamp `json:"timestamp"`
	}

	// File is an upload that a message refers to.
	File struct {
		Name   string `json:"name"`
		URL    string `json:"url"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Size   int64  `json:"size"` // bytes
		Blur   string `json:"blur,omitempty"`
	}

	typingEvent struct {
		Room   string `json:"chat_id"`
		Sender Person `json:"sender"`
	}

	memberEvent struct {
		Room   string `json:"chat_id"`
		Member Person `json:"member"`
	}

	endedEvent struct {
		Reason string `json:"reason"`
	}
)

// Person is a visitor as the others see them: one, however many tabs they have
// open.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A timestamp is written in UTC with milliseconds, as JavaScript does.
type timestamp time.Time

func (t timestamp) MarshalJSON() ([]byte, error) { return appendTime(nil, time.Time(t)), nil }

func appendTime(dst []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(dst, `"2006-01-02T15:04:05.000Z"`)
}

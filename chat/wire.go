package chat

import "time"

// What clients send.
type (
	roomRequest struct {
		Room string `json:"chat_id"`
	}

	sendRequest struct {
		Room string   `json:"chat_id"`
		Text string   `json:"message"`
		File *fileRef `json:"file"`
	}

	// fileRef names an upload of the room, and the size at which to show it.
	fileRef struct {
		Name   string `json:"name"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
	}
)

// What they get, as acknowledgements and as events.
type (
	joinAck struct {
		Room    string   `json:"room"`
		You     Person   `json:"you"`
		Members []Person `json:"members"`
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

	// Message is what receive_message carries.
	Message struct {
		Room      string    `json:"chat_id"`
		ID        string    `json:"id"`
		Timestamp timestamp `json:"timestamp"`
		Text      string    `json:"message"`
		Sender    Person    `json:"sender"`
		File      *File     `json:"file,omitempty"`
	}

	// File is an upload that a message refers to.
	File struct {
		Name   string `json:"name"`
		URL    string `json:"url"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Size   int64  `json:"size"` // bytes
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

func (t timestamp) MarshalJSON() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`), nil
}

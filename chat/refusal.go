package chat

import (
	"fmt"

	"chat/chat/socketio"
)

// Why an event is refused, for programs and for people.
var (
	errBadRoom        = &socketio.Error{Code: "bad_room", Message: "chat_id has to be 1 to 128 letters, digits, - or _"}
	errNotJoined      = &socketio.Error{Code: "not_joined", Message: "join the room first"}
	errEmpty          = &socketio.Error{Code: "empty", Message: "the message is empty"}
	errNoFile         = &socketio.Error{Code: "no_file", Message: "there is no such file in this room; upload it first"}
	errBadFile        = &socketio.Error{Code: "bad_payload", Message: "width and height of a file have to be from 1 to 100000, and its blur 400 bytes at most"}
	errRateLimited    = &socketio.Error{Code: "rate_limited", Message: "too many messages, wait a moment"}
	errEnded          = &socketio.Error{Code: "bad_session", Message: "your session has ended, log in again"}
	errTooManySockets = &socketio.Error{Code: "too_many_connections", Message: "your session has too many connections, close some"}
	errBadID          = &socketio.Error{Code: "bad_payload", Message: "id, after, before and reply_to have to be ids of messages"}
	errBadClientID    = &socketio.Error{Code: "bad_payload", Message: "client_id has to be 1 to 64 letters, digits, - or _"}
	errNoMessage      = &socketio.Error{Code: "no_message", Message: "there is no such message in this room"}
	errNotYours       = &socketio.Error{Code: "not_yours", Message: "the message is somebody else's"}
	errTooLate        = &socketio.Error{Code: "too_late", Message: fmt.Sprintf("a message can be changed for %d minutes", int(changeable.Minutes()))}
	errBadEmoji       = &socketio.Error{Code: "bad_payload", Message: fmt.Sprintf("emoji has to be one of %d bytes at most", maxEmoji)}
	errBadTitle       = &socketio.Error{Code: "too_long", Message: fmt.Sprintf("a title can have %d characters at most", maxTitle)}
)

// tooManyRooms is the refusal of a client that is in most rooms already.
func tooManyRooms(most int) error {
	return &socketio.Error{Code: "too_many_rooms", Message: fmt.Sprintf("a connection can be in %d rooms at most", most)}
}

// tooLong is the refusal of a text of more bytes than the most.
func tooLong(most int) error {
	return &socketio.Error{Code: "too_long", Message: fmt.Sprintf("a message can have %d KiB at most", most>>10)}
}

// unavailable is the refusal of an event because the log or the files failed,
// which is not the client's fault and may pass.
func unavailable(err error) error {
	return &socketio.Error{Code: "unavailable", Message: "messages cannot be stored or read now, try again in a moment", Err: err}
}

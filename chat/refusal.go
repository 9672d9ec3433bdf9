package chat

import (
	"fmt"

	"chat/chat/socketio"
)

// Why an event is refused, for programs and for people.
var (
	errBadRoom        = &socketio.Error{Code: "bad_room", Message: "chat_id has to be 1 to 128 letters, digits, - or _"}
	errNotJoined      = &socketio.Error{Code: "not_joined", Message: "join the room first"}
	errTooManyRooms   = &socketio.Error{Code: "too_many_rooms", Message: fmt.Sprintf("a connection can be in %d rooms at most", maxRooms)}
	errEmpty          = &socketio.Error{Code: "empty", Message: "the message is empty"}
	errTooLong        = &socketio.Error{Code: "too_long", Message: fmt.Sprintf("a message can have %d KiB at most", maxText>>10)}
	errNoFile         = &socketio.Error{Code: "no_file", Message: "there is no such file in this room; upload it first"}
	errBadFile        = &socketio.Error{Code: "bad_payload", Message: "width and height of a file have to be from 1 to 100000"}
	errRateLimited    = &socketio.Error{Code: "rate_limited", Message: "too many messages, wait a moment"}
	errEnded          = &socketio.Error{Code: "bad_session", Message: "your session has ended, log in again"}
	errTooManySockets = &socketio.Error{Code: "too_many_connections", Message: "your session has too many connections, close some"}
)

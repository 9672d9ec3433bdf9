package socketio

import (
	"errors"
	"fmt"
)

// An Error is what a client is told of a refusal: as {"error":{"code",
// "message"}} in an acknowledgement, or as the payload of a CONNECT_ERROR. Any
// other error that a handler returns is told as code "internal" and nothing
// else.
type Error struct {
	Code    string // for programs, such as "not_joined"
	Message string // for people, a sentence without a full stop
	Err     error  // for the log only; may be nil
}

// Error is for the log, not for the client.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// public is the part of any error that a client may see.
func public(err error) *Error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	return &Error{Code: "internal", Message: "something went wrong on the server", Err: err}
}

type ackRefusal struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

type connectRefusal struct {
	Message string `json:"message"`
	Data    *struct {
		Code string `json:"code"`
	} `json:"data,omitempty"`
}

func (e *Error) forAck() (r ackRefusal) {
	r.Error.Code, r.Error.Message = e.Code, e.Message
	return r
}

func (e *Error) forConnect() (r connectRefusal) {
	r.Message = e.Message
	if e.Code != "" {
		r.Data = &struct {
			Code string `json:"code"`
		}{e.Code}
	}
	return r
}

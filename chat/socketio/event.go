package socketio

import (
	"encoding/json"
	"errors"
	"fmt"

	"chat/chat/engineio"
)

// A Packet is an event encoded for one namespace. It is never changed after it
// was made, so any number of sockets may be sent it, by any goroutine.
type Packet struct {
	frames     []engineio.Frame
	withOffset []engineio.Frame // the same with an offset; nil when it has none
}

// Encode makes the packet of an event for the clients of a namespace. Arguments
// are encoded as JSON, but for those of type Binary, which travel as
// attachments. The error is that of an argument that JSON cannot hold.
func Encode(namespace, event string, args ...any) (Packet, error) {
	data, attachments, err := encodeArgs(append([]any{event}, args...))
	if err != nil {
		return Packet{}, fmt.Errorf("encoding event %q: %w", event, err)
	}
	return Packet{frames: eventFrames(namespace, noAck, data, attachments)}, nil
}

// EncodeRaw is Encode for arguments that are JSON already, with placeholders for
// attachments, as they came in an Event.
func EncodeRaw(namespace, event string, args []json.RawMessage, attachments [][]byte) Packet {
	return Packet{frames: eventFrames(namespace, noAck, rawEvent(event, args), attachments)}
}

// EncodeParts is EncodeRaw for one argument whose JSON is in parts, which are
// copied only once: a picture in a message is hundreds of kilobytes. An offset
// that is not empty comes last, as by Packet.WithOffset; such a packet is for
// recoverable sockets alone.
func EncodeParts(namespace, event, offset string, parts ...[]byte) Packet {
	h := header{kind: typeEvent, namespace: namespace, id: noAck}
	begin := append(appendString(append(appendHeader(make([]byte, 0, 64), h), '['), event), ',')
	end := []byte{']'}
	if offset != "" {
		end = append(appendString([]byte{','}, offset), ']')
	}
	all := append(append([][]byte{begin}, parts...), end)
	return Packet{frames: []engineio.Frame{engineio.Text(all...)}}
}

// rawEvent makes the array of an event whose arguments are JSON.
func rawEvent(event string, args []json.RawMessage) []byte {
	size := len(event) + len("['',]")
	for _, arg := range args {
		size += len(arg) + 1
	}
	data := appendString(append(make([]byte, 0, size), '['), event)
	return joinRaw(append(data, ','), args)
}

// An Event is what a client emitted. It is the handler's until the handler
// returns; Ack may be called later and by any goroutine.
type Event struct {
	// Name is the event's name; a number stands here as its text.
	Name string
	// Args are the arguments as JSON. A binary argument is a placeholder
	// {"_placeholder":true,"num":n} for Attachments[n]; every n is in range.
	Args []json.RawMessage
	// Attachments are the binary arguments.
	Attachments [][]byte

	socket *Socket
	id     int64 // noAck when none was asked for, or it was given
}

// Decode reads argument i into v, as json.Unmarshal does; a Texter's long text is
// read quicker. An argument that is missing or does not fit is an Error that
// tells the client so.
func (e *Event) Decode(i int, v any) error {
	if i >= len(e.Args) {
		return &Error{Code: "bad_payload", Message: fmt.Sprintf("%s needs an argument", e.Name)}
	}
	err := decode(e.Args[i], v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		// The rest of that error quotes what the client sent.
		return &Error{Code: "bad_payload", Message: fmt.Sprintf("%s of %s has to be %s", wrong.Field, e.Name, inJSON(wrong.Type.Kind().String()))}
	}
	if err != nil {
		return &Error{Code: "bad_payload", Message: fmt.Sprintf("the argument of %s has to be an object", e.Name)}
	}
	return nil
}

// inJSON is what a client has to send for a Go type of this kind.
func inJSON(kind string) string {
	switch kind {
	case "string":
		return "a string"
	case "bool":
		return "true or false"
	case "slice", "array":
		return "an array"
	case "struct", "map", "ptr":
		return "an object"
	}
	return "a number"
}

// WantsAck reports whether the client waits for an acknowledgement that it has
// not got.
func (e *Event) WantsAck() bool { return e.id != noAck }

// Ack acknowledges the event, once: where none was asked for, and the second
// time, it does nothing.
func (e *Event) Ack(args ...any) error {
	var now engineio.Batch
	defer now.Flush()
	return e.AckIn(&now, args...)
}

// AckIn is Ack but for the writing, which is left to the batch.
func (e *Event) AckIn(b *engineio.Batch, args ...any) error {
	if e.id == noAck {
		return nil
	}
	data, attachments, err := encodeArgs(args)
	if err != nil {
		return fmt.Errorf("acknowledging %q: %w", e.Name, err)
	}
	e.ack(b, data, attachments)
	return nil
}

// AckRaw is Ack for arguments that are JSON already, with placeholders for
// attachments, as they came in an Event.
func (e *Event) AckRaw(args []json.RawMessage, attachments [][]byte) {
	var now engineio.Batch
	defer now.Flush()
	e.ack(&now, joinRaw([]byte{'['}, args), attachments)
}

// AckPartsIn is AckRaw for one argument whose JSON is in parts, which are copied
// only once, and without attachments. The writing is left to the batch.
func (e *Event) AckPartsIn(b *engineio.Batch, parts ...[]byte) {
	if e.id == noAck {
		return
	}
	h := header{kind: typeAck, namespace: e.socket.namespace, id: e.id}
	e.id = noAck
	all := append(append([][]byte{append(appendHeader(make([]byte, 0, 64), h), '[')}, parts...), []byte{']'})
	e.socket.engine.SendIn(b, engineio.Text(all...))
}

// RefuseIn acknowledges the event with an error, as one that the handler returns
// is: for a handler that comes to know of it only later. The writing is left to
// the batch.
func (e *Event) RefuseIn(b *engineio.Batch, err error) {
	told := public(err)
	e.socket.server.logRefusal(e.Name, told)
	_ = e.AckIn(b, told.forAck()) // two strings can be encoded
}

func (e *Event) ack(b *engineio.Batch, data []byte, attachments [][]byte) {
	if e.id == noAck {
		return
	}
	kind := byte(typeAck)
	if len(attachments) > 0 {
		kind = typeBinaryAck
	}
	h := header{kind: kind, namespace: e.socket.namespace, id: e.id, data: data}
	e.id = noAck
	e.socket.engine.SendIn(b, frames(h, attachments)...)
}

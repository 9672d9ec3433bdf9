package engineio

import (
	"encoding/base64"
	"encoding/binary"
)

// The packet types of the protocol, as they stand on the wire.
const (
	typeOpen    = '0'
	typeClose   = '1'
	typePing    = '2'
	typePong    = '3'
	typeMessage = '4'
	typeUpgrade = '5'
	typeNoop    = '6'
)

// A Message is what a client sent. Data is valid until Handler.Message
// returns: whoever keeps it copies it.
type Message struct {
	Binary bool // sent as binary, else as text, which is valid UTF-8
	Data   []byte
}

// A Frame is one packet for clients, encoded once for any number of sockets and
// for both transports. It is never changed after it was made, so any number of
// goroutines may send it at once. The zero Frame must not be sent.
type Frame struct {
	wire   []byte // a websocket frame of the server, header included
	header int    // the length of that header
	binary bool
}

// Text makes the frame of a text message out of its parts. They are copied, and
// have to be valid UTF-8 together.
func Text(parts ...[]byte) Frame { return newFrame(typeMessage, false, parts...) }

// Binary makes the frame of a binary message. The data is copied.
func Binary(data []byte) Frame { return newFrame(0, true, data) }

// Frames for packets that carry nothing; they are the same for everybody.
var (
	closeFrame  = newFrame(typeClose, false)
	pingFrame   = newFrame(typePing, false)
	noopFrame   = newFrame(typeNoop, false)
	probeAnswer = newFrame(typePong, false, []byte("probe"))
)

// Len is the number of bytes the frame takes in a queue.
func (f Frame) Len() int { return len(f.wire) }

// Data is the message in a frame of Text or Binary. It must not be changed.
func (f Frame) Data() []byte {
	if f.binary {
		return f.encoded()
	}
	return f.encoded()[1:]
}

// encoded is the frame as the protocol text writes it, without the websocket's
// header: a type and data, or raw bytes if binary.
func (f Frame) encoded() []byte { return f.wire[f.header:] }

// newFrame lays out an unmasked, unfragmented websocket frame (RFC 6455,
// section 5.2), because a websocket needs it whole and polling can use its tail.
func newFrame(kind byte, isBinary bool, parts ...[]byte) Frame {
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	opcode := byte(0x81)
	if isBinary {
		opcode = 0x82
	} else {
		length++
	}
	wire := make([]byte, 0, 10+length)
	wire = append(wire, opcode)
	switch {
	case length < 126:
		wire = append(wire, byte(length))
	case length < 1<<16:
		wire = append(wire, 126)
		wire = binary.BigEndian.AppendUint16(wire, uint16(length))
	default:
		wire = append(wire, 127)
		wire = binary.BigEndian.AppendUint64(wire, uint64(length))
	}
	header := len(wire)
	if !isBinary {
		wire = append(wire, kind)
	}
	for _, part := range parts {
		wire = append(wire, part...)
	}
	return Frame{wire: wire, header: header, binary: isBinary}
}

// pollingLen is the number of bytes appendPolling adds.
func (f Frame) pollingLen() int {
	if f.binary {
		return 1 + base64.StdEncoding.EncodedLen(len(f.encoded()))
	}
	return len(f.encoded())
}

// appendPolling adds the packet as a polling payload carries it: binary is
// base64 behind a "b".
func (f Frame) appendPolling(dst []byte) []byte {
	if !f.binary {
		return append(dst, f.encoded()...)
	}
	return base64.StdEncoding.AppendEncode(append(dst, 'b'), f.encoded())
}

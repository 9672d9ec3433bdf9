package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"chat/chat/engineio"
)

// The packet types of the protocol, as they stand on the wire.
const (
	typeConnect      = '0'
	typeDisconnect   = '1'
	typeEvent        = '2'
	typeAck          = '3'
	typeConnectError = '4'
	typeBinaryEvent  = '5'
	typeBinaryAck    = '6'
)

// A header is a packet without its attachments. Data points into what was
// decoded.
type header struct {
	kind        byte
	attachments int
	namespace   string
	id          int64 // of the acknowledgement, or noAck
	data        []byte
}

const noAck = -1

// maxAttachments is the limit of the reference parser, and so of what a client
// takes.
const maxAttachments = 10

var errPacket = errors.New("malformed packet")

// decodeHeader reads the text of a packet: type, number of attachments and "-",
// namespace and ",", acknowledgement id, JSON. All but the type may be missing.
// It has no more attachments than most.
func decodeHeader(text []byte, most int) (h header, err error) {
	if len(text) == 0 || text[0] < typeConnect || text[0] > typeBinaryAck {
		return header{}, errPacket
	}
	h.kind, text = text[0], text[1:]
	if h.kind == typeBinaryEvent || h.kind == typeBinaryAck {
		if h.attachments, text, err = cutAttachments(text, most); err != nil {
			return header{}, err
		}
	}
	h.namespace, text = cutNamespace(text)
	if h.id, text, err = cutID(text); err != nil {
		return header{}, err
	}
	h.data = text
	return h, h.check()
}

func cutAttachments(text []byte, most int) (n int, rest []byte, err error) {
	digits, rest, ok := bytes.Cut(text, []byte{'-'})
	if !ok || len(digits) == 0 || len(digits) > 4 || !allDigits(digits) {
		return 0, nil, errPacket
	}
	n, _ = strconv.Atoi(string(digits)) // four digits fit
	if n < 1 || n > most {
		return 0, nil, errPacket
	}
	return n, rest, nil
}

// cutNamespace takes the namespace, up to a comma or the end.
func cutNamespace(text []byte) (namespace string, rest []byte) {
	if len(text) == 0 || text[0] != '/' {
		return "/", text
	}
	name, rest, _ := bytes.Cut(text, []byte{','})
	if len(name) == 1 {
		return "/", rest
	}
	return string(name), rest
}

// cutID takes the acknowledgement id. Fifteen digits are below 2^53, so every
// client can represent what we send back.
func cutID(text []byte) (id int64, rest []byte, err error) {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	switch {
	case n == 0:
		return noAck, text, nil
	case n > 15:
		return 0, nil, errPacket
	}
	id, err = strconv.ParseInt(string(text[:n]), 10, 64)
	return id, text[n:], err
}

// check holds what the protocol says of the data of each type, as far as it can
// be seen without decoding it.
func (h header) check() error {
	ok := false
	switch h.kind {
	case typeConnect:
		ok = h.id == noAck && (len(h.data) == 0 || h.data[0] == '{' && json.Valid(h.data))
	case typeDisconnect:
		ok = h.id == noAck && len(h.data) == 0
	case typeEvent, typeBinaryEvent:
		ok = bytes.HasPrefix(h.data, []byte{'['})
	case typeAck, typeBinaryAck:
		ok = bytes.HasPrefix(h.data, []byte{'['}) && h.id != noAck
	}
	if !ok {
		return errPacket
	}
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(text []byte) bool {
	for _, c := range text {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// appendHeader writes what decodeHeader reads, but for the data.
func appendHeader(dst []byte, h header) []byte {
	dst = append(dst, h.kind)
	if h.attachments > 0 {
		dst = strconv.AppendInt(dst, int64(h.attachments), 10)
		dst = append(dst, '-')
	}
	if h.namespace != "/" {
		dst = append(dst, h.namespace...)
		dst = append(dst, ',')
	}
	if h.id != noAck {
		dst = strconv.AppendInt(dst, h.id, 10)
	}
	return dst
}

// frames encodes a packet with its attachments.
func frames(h header, attachments [][]byte) []engineio.Frame {
	h.attachments = len(attachments)
	all := make([]engineio.Frame, 0, 1+len(attachments))
	all = append(all, engineio.Text(appendHeader(make([]byte, 0, 64), h), h.data))
	for _, data := range attachments {
		all = append(all, engineio.Binary(data))
	}
	return all
}

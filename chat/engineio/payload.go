package engineio

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// separator stands between the packets of a polling payload (the record
// separator, U+001E).
const separator = 0x1e

// maxPollPackets bounds how many packets one answer to a poll carries. The
// Python client refuses a payload of more than sixteen and drops what it held.
const maxPollPackets = 16

var errPayload = errors.New("malformed payload")

// A packet is one packet from a client: a type with its data, or, if binary, a
// message. Data points into what was decoded.
type packet struct {
	kind   byte
	binary bool
	data   []byte
}

// decodePacket reads one text packet: a type from 0 to 6 and data. That the
// text is valid UTF-8 is for the caller to check.
func decodePacket(text []byte) (packet, error) {
	if len(text) == 0 || text[0] < typeOpen || text[0] > typeNoop {
		return packet{}, errPayload
	}
	return packet{kind: text[0], data: text[1:]}, nil
}

// nextPacket cuts the first packet off a polling payload. An empty payload and
// an empty packet, as a separator at either end makes, are errors.
func nextPacket(payload []byte) (p packet, rest []byte, more bool, err error) {
	one, rest, more := bytes.Cut(payload, []byte{separator})
	if len(one) == 0 || one[0] != 'b' {
		p, err = decodePacket(one)
		return p, rest, more, err
	}
	data, err := base64.StdEncoding.AppendDecode(nil, one[1:])
	if err != nil {
		return packet{}, nil, false, errPayload
	}
	return packet{kind: typeMessage, binary: true, data: data}, rest, more, nil
}

// takePayload encodes the first frames of a queue as one payload of at most
// maxPollPackets packets and, unless the first alone is larger, maxBytes bytes.
// It returns how many frames it took.
func takePayload(queue []Frame, maxBytes int) (payload []byte, taken int) {
	size := 0
	for taken < len(queue) && taken < maxPollPackets {
		next := queue[taken].pollingLen() + 1
		if taken > 0 && size+next > maxBytes {
			break
		}
		size += next
		taken++
	}
	payload = make([]byte, 0, size)
	for i, f := range queue[:taken] {
		if i > 0 {
			payload = append(payload, separator)
		}
		payload = f.appendPolling(payload)
	}
	return payload, taken
}

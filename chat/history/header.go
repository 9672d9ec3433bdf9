package history

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A header is the start of a segment's file. It is there twice, so that no
// single flipped bit makes a segment unreadable:
//
//	magic [8] version u16 cuts u16 marker [8] last [10] cuts 4 * (number u32 size u64) sum u32
type header struct {
	marker marker
	last   place // the last that had been given when the segment was made
	// cuts end segments before this one: what lies behind may be half written,
	// and its senders were told that it is not stored. Those of the newest
	// segment count.
	cuts []cut
}

// A cut says where the good part of a segment ends.
type cut struct {
	number uint32
	size   int64
}

const (
	magic       = "chat log"
	version     = 1
	maxCuts     = 4
	headerCopy  = len(magic) + 2 + 2 + len(marker{}) + placeBytes + maxCuts*(4+8) + 4
	headerBytes = 2 * headerCopy
)

var (
	errNoHeader = errors.New("the start of the file is damaged")
	errNewer    = errors.New("it was written by a newer version of chat; run that one")
)

func newMarker() (m marker) {
	_, _ = rand.Read(m[:]) // It never fails.
	return m
}

func appendHeader(b []byte, h header) []byte {
	start := len(b)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint16(b, version)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(h.cuts)))
	b = append(b, h.marker[:]...)
	b = appendPlace(b, h.last)
	for i := range maxCuts {
		var c cut
		if i < len(h.cuts) {
			c = h.cuts[i]
		}
		b = binary.LittleEndian.AppendUint32(b, c.number)
		b = binary.LittleEndian.AppendUint64(b, uint64(c.size))
	}
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
	return append(b, b[start:]...)
}

// parseHeader reads the header at the start of a segment.
func parseHeader(b []byte) (header, error) {
	if len(b) < headerBytes {
		return header{}, errNoHeader
	}
	h, err := parseCopy(b[:headerCopy])
	if errors.Is(err, errNoHeader) {
		return parseCopy(b[headerCopy:headerBytes])
	}
	return h, err
}

func parseCopy(b []byte) (header, error) {
	body := b[:headerCopy-4]
	if string(b[:len(magic)]) != magic || crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[len(body):]) {
		return header{}, errNoHeader
	}
	b = b[len(magic):]
	cuts := int(binary.LittleEndian.Uint16(b[2:]))
	switch v := binary.LittleEndian.Uint16(b); {
	case v > version:
		return header{}, errNewer
	case v < version, cuts > maxCuts:
		return header{}, errNoHeader
	}
	h := header{marker: marker(b[4:]), last: placeAt(b[4+len(marker{}):])}
	b = b[4+len(marker{})+placeBytes:]
	for i := range cuts {
		one := b[i*(4+8):]
		h.cuts = append(h.cuts, cut{binary.LittleEndian.Uint32(one), int64(binary.LittleEndian.Uint64(one[4:]))})
	}
	return h, nil
}

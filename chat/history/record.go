package history

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A record is an entry in a segment, or the key of one that has been dropped:
//
//	marker [8] size u32 sum u32 | kind u8 place [10] prev [10]
//	room u16 key u16 file u16 | room key file data
//
// Numbers are little-endian. The marker is random and the segment's own: behind
// a damaged record the next one is found by it, and no message can hold what
// looks like a record. The size is that of what follows the sum; the sum is
// CRC-32C over the size and that. A place is 48 bits of milliseconds and 32 of a
// sequence number. prev is the place of the entry before it in its room, so that
// a missing one shows.
type record struct {
	kind            byte
	place           place
	prev            place
	room, key, file string
	data            []byte
}

type marker [8]byte

const (
	entryRecord = 1
	keyRecord   = 2 // it has no prev, no file and no data
	// A record of an entry that was blanked is as long as it was. Behind the
	// data comes what is too much, whose length is the last byte, or the last
	// four.
	shorterRecord = 3
	shortRecord   = 4

	placeBytes     = 10
	recordHead     = len(marker{}) + 4 + 4
	recordBodyHead = 1 + 2*placeBytes + 3*2
	maxRecord      = recordHead + recordBodyHead + 3*maxNameBytes + maxEntryBytes
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)

	errDamaged = errors.New("the record is damaged")
)

// appendRecord appends the bytes of a record to b.
func appendRecord(b []byte, m marker, r record) []byte {
	start := len(b)
	b = append(b, m[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(r.bodyBytes()))
	b = append(b, 0, 0, 0, 0) // the sum
	b = r.appendBody(b)
	one := b[start:]
	binary.LittleEndian.PutUint32(one[len(m)+4:], sum(one))
	return b
}

// sum is the sum of a record whose bytes start at one.
func sum(one []byte) uint32 {
	size := one[len(marker{}) : len(marker{})+4]
	return crc32.Update(crc32.Checksum(size, castagnoli), castagnoli, one[recordHead:])
}

// cutRecord reads the record at the start of b and returns how long it is. The
// data of the record is part of b.
func cutRecord(b []byte, m marker) (r record, n int, err error) {
	if len(b) < recordHead || marker(b) != m {
		return record{}, 0, errDamaged
	}
	size := binary.LittleEndian.Uint32(b[len(m):])
	if size > uint32(maxRecord) || int(size) > len(b)-recordHead {
		return record{}, 0, errDamaged
	}
	n = recordHead + int(size)
	if sum(b[:n]) != binary.LittleEndian.Uint32(b[len(m)+4:]) {
		return record{}, 0, errDamaged
	}
	if r, err = parseBody(b[recordHead:n]); err != nil {
		return record{}, 0, err
	}
	return r, n, nil
}

func (r record) bodyBytes() int {
	return recordBodyHead + len(r.room) + len(r.key) + len(r.file) + len(r.data)
}

func (r record) appendBody(b []byte) []byte {
	b = append(b, r.kind)
	b = appendPlace(b, r.place)
	b = appendPlace(b, r.prev)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(r.room)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(r.key)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(r.file)))
	b = append(b, r.room...)
	b = append(b, r.key...)
	b = append(b, r.file...)
	return append(b, r.data...)
}

// parseBody is the inverse of appendBody.
func parseBody(b []byte) (record, error) {
	if len(b) < recordBodyHead {
		return record{}, errDamaged
	}
	r := record{kind: b[0], place: placeAt(b[1:]), prev: placeAt(b[1+placeBytes:])}
	b, err := r.cutPadding(b)
	if err != nil {
		return record{}, err
	}
	lengths, rest := b[1+2*placeBytes:], b[recordBodyHead:]
	room := int(binary.LittleEndian.Uint16(lengths))
	key := room + int(binary.LittleEndian.Uint16(lengths[2:]))
	file := key + int(binary.LittleEndian.Uint16(lengths[4:]))
	if file > len(rest) {
		return record{}, errDamaged
	}
	names := string(rest[:file]) // One string for all three.
	r.room, r.key, r.file = names[:room], names[room:key], names[key:]
	r.data = rest[file:len(rest):len(rest)]
	return r, nil
}

func appendPlace(b []byte, p place) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(p.ms))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.ms>>16))
	return binary.LittleEndian.AppendUint32(b, p.seq)
}

// placeAt is the inverse of appendPlace.
func placeAt(b []byte) place {
	return place{
		ms:  uint64(binary.LittleEndian.Uint16(b)) | uint64(binary.LittleEndian.Uint32(b[2:]))<<16,
		seq: binary.LittleEndian.Uint32(b[6:]),
	}
}

// entry is the entry of a record. It refers to the same bytes.
func (r record) entry() Entry {
	return Entry{ID: r.place.id(), Key: r.key, File: r.file, Data: r.data}
}

// scan visits every record of a segment from an offset on that is whole, passing
// over what is damaged. It returns the end of the last one, and how many damaged
// bytes lie before that.
func scan(b []byte, m marker, from int, visit func(r record, at, size int)) (end, damaged int) {
	end = min(from, len(b))
	for at := from; at < len(b); {
		r, n, err := cutRecord(b[at:], m)
		if err == nil {
			visit(r, at, n)
			damaged += at - end
			at += n
			end = at
			continue
		}
		next := bytes.Index(b[at+1:], m[:])
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return end, damaged
}

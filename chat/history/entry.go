package history

import (
	"encoding/hex"
	"errors"
	"math"
	"time"
)

// What an append or a read can come back with.
var (
	// ErrUnavailable: the log cannot take or give entries now, because its disk
	// is full or broken, or it has more waiting than it may. The entry is not
	// stored; the same one may be tried again with the same Key.
	ErrUnavailable = errors.New("the log cannot store messages now")
	// ErrTooLarge: no later try of this entry can succeed either.
	ErrTooLarge = errors.New("the entry is larger than the log takes")
	// ErrClosed: Close has been called.
	ErrClosed = errors.New("the log is closed")
	// ErrBadID: what a client gave as an ID is none.
	ErrBadID = errors.New("that is not the id of a message")
)

// An ID is the place of an entry in the log of its room: 12 lower-case hex
// digits of Unix milliseconds and 8 of a sequence number. As text it sorts in
// the log's order. The empty ID is before all.
type ID string

const idLength = 12 + 8

// maxMS is the largest time that fits into an ID, in the year 10889.
const maxMS = 1<<48 - 1

// NewID makes an ID. A time that does not fit becomes the last that does.
func NewID(ms uint64, seq uint32) ID {
	ms = min(ms, maxMS)
	raw := [10]byte{
		byte(ms >> 40), byte(ms >> 32), byte(ms >> 24), byte(ms >> 16), byte(ms >> 8), byte(ms),
		byte(seq >> 24), byte(seq >> 16), byte(seq >> 8), byte(seq),
	}
	var text [idLength]byte
	hex.Encode(text[:], raw[:])
	return ID(text[:])
}

// ParseID checks what a client sent. The empty ID is an error as well.
func ParseID(s string) (ID, error) {
	if len(s) != idLength {
		return "", ErrBadID
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", ErrBadID
		}
	}
	return ID(s), nil
}

// Prev is the ID that is closest in front of this one, stored or not. That of an
// ID that is none, and of the first of all, is empty.
func (id ID) Prev() ID {
	p, err := id.place()
	switch {
	case err != nil || p == place{}:
		return ""
	case p.seq > 0:
		return place{p.ms, p.seq - 1}.id()
	}
	return place{p.ms - 1, math.MaxUint32}.id()
}

// Time is when the entry was stored, as the clock of the log had it. It is zero
// for an ID that is none.
func (id ID) Time() time.Time {
	p, err := id.place()
	if err != nil || id == "" {
		return time.Time{}
	}
	return time.UnixMilli(int64(p.ms))
}

// An Entry is one thing that was said in a room.
type Entry struct {
	// ID is set by the log.
	ID ID
	// Key is of the sender's choice. An entry with the key of one that the log
	// of the room holds, or held within the last hour, is that one; it is not
	// stored again. An entry without a key is always new.
	Key string
	// Origin says where the entry comes from, for those who deliver it and tell
	// its sender otherwise. It is gone when the entry is read from a disk.
	Origin string
	// File is the name of the upload that the entry refers to, or empty.
	File string
	// Data is opaque to the log. Whoever reads it must not change it: others
	// are given the same bytes.
	Data []byte

	// Blanks are entries of the room before this one that lose what they said
	// because of it. That is gone from the log before done is called.
	Blanks []Blank
	// Pin has the log keep this entry for Pinned, in the place of an earlier
	// one, until it keeps nothing of the room any more.
	Pin bool
}

// A Blank says what an entry is to say from now on. Its ID, its Key and its
// place stay.
type Blank struct {
	ID       ID
	Data     []byte // not longer than what it said; or else it says nothing
	DropFile bool   // it does not refer to its file any more
}

// Retention says how much the log keeps. Zero is no limit.
type Retention struct {
	Messages int           // entries of a room
	Age      time.Duration // of an entry
	Bytes    int64         // of all rooms; the largest one gives way first
}

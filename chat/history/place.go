package history

import (
	"cmp"
	"encoding/hex"
	"math"
)

// A place is an ID in the form that the index keeps. The zero place is before
// all.
type place struct {
	ms  uint64
	seq uint32
}

func (p place) id() ID {
	if p == (place{}) {
		return ""
	}
	return NewID(p.ms, p.seq)
}

// place is the inverse of place.id. Only ParseID's IDs and the empty one have a
// place.
func (id ID) place() (place, error) {
	if id == "" {
		return place{}, nil
	}
	if _, err := ParseID(string(id)); err != nil {
		return place{}, err
	}
	var b [10]byte
	_, _ = hex.Decode(b[:], []byte(id)) // ParseID has looked.
	return place{
		ms:  uint64(b[0])<<40 | uint64(b[1])<<32 | uint64(b[2])<<24 | uint64(b[3])<<16 | uint64(b[4])<<8 | uint64(b[5]),
		seq: uint32(b[6])<<24 | uint32(b[7])<<16 | uint32(b[8])<<8 | uint32(b[9]),
	}, nil
}

func (p place) compare(o place) int {
	if c := cmp.Compare(p.ms, o.ms); c != 0 {
		return c
	}
	return cmp.Compare(p.seq, o.seq)
}

func (p place) before(o place) bool { return p.compare(o) < 0 }

// next is a place after p: at ms, or if the clock stands still or went back, as
// close behind p as there is one.
func (p place) next(ms int64) place {
	now := min(uint64(max(ms, 1)), maxMS)
	switch {
	case now > p.ms:
		return place{ms: now}
	case p.seq < math.MaxUint32:
		return place{ms: p.ms, seq: p.seq + 1}
	default:
		return place{ms: p.ms + 1}
	}
}

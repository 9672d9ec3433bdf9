package history

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"testing"
	"time"
)

// FuzzParseID feeds what reads the ids that clients send. One that is taken is
// the id of its place, and nothing lies between it and the one in front of it.
func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"", "00000000000000000000", "018bcfe5680000000001", "ffffffffffffffffffff", "018BCFE5680000000001", "junk", "000000000001ffffffff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseID(text)
		raw, hexErr := hex.DecodeString(text)
		if ok := hexErr == nil && len(raw) == 10 && hex.EncodeToString(raw) == text; ok != (err == nil) {
			t.Fatalf("ParseID(%q): got %v", text, err)
		}
		if err != nil {
			if _, err := ID(text).place(); id != "" || text != "" && (err == nil || ID(text).Prev() != "" || !ID(text).Time().IsZero()) {
				t.Fatalf("%q is no id and yet one", text)
			}
			return
		}
		p, err := id.place()
		if err != nil || string(id) != text || NewID(p.ms, p.seq) != id {
			t.Fatalf("%q became %q at %v, %v", text, id, p, err)
		}
		if p != (place{}) {
			if stream, err := parseStreamID(streamID(id)); err != nil || stream != id {
				t.Fatalf("%q is %s in redis, which is read as %q, %v", id, streamID(id), stream, err)
			}
		}
		number := func(id ID) *big.Int {
			n, _ := new(big.Int).SetString("0"+string(id), 16)
			return n
		}
		if prev := id.Prev(); p != (place{}) && new(big.Int).Sub(number(id), number(prev)).Cmp(big.NewInt(1)) != 0 {
			t.Fatalf("in front of %q is %q", id, prev)
		}
		if got := id.Time(); !got.Equal(time.UnixMilli(int64(p.ms))) {
			t.Fatalf("%q is of %v", id, got)
		}
	})
}

// FuzzSegmentHeader feeds what reads the start of a segment: one copy, with a sum
// that fits, and another one. A header that is taken is written as it was, and is
// found in its second copy when the first is damaged.
func FuzzSegmentHeader(f *testing.F) {
	for _, h := range []header{
		{marker: testMarker}, {marker: testMarker, last: place{maxMS, 9}, cuts: []cut{{1, 2}, {3, 1 << 40}}}, {cuts: make([]cut, maxCuts)},
	} {
		one := appendHeader(nil, h)[len(magic) : headerCopy-4]
		f.Add(one, uint16(0))
		f.Add(one, uint16(headerCopy-1))
	}
	f.Add([]byte("\x02\x00"), uint16(3))
	f.Add([]byte("\x01\x00\x05"), uint16(3))
	f.Fuzz(func(t *testing.T, fields []byte, damage uint16) {
		one := append([]byte(magic), fields...)
		one = append(one, make([]byte, headerCopy)...)[:headerCopy-4]
		one = binary.LittleEndian.AppendUint32(one, crc32.Checksum(one, castagnoli))
		whole := append(bytes.Clone(one), one...)
		h, err := parseHeader(whole)
		if err != nil {
			if h.marker != (marker{}) || h.cuts != nil || h.last != (place{}) {
				t.Fatalf("got %+v with an error", h)
			}
			return
		}
		if got := appendHeader(nil, h); len(h.cuts) > maxCuts || len(got) != headerBytes || !bytes.HasPrefix(one, got[:headerCopy-4-maxCuts*(4+8)]) {
			t.Fatalf("% x is read as %+v, which is written as % x", one, h, got)
		}
		whole[int(damage)%headerCopy] ^= 0x55
		if again, err := parseHeader(whole); err != nil || !bytes.Equal(appendHeader(nil, again), appendHeader(nil, h)) {
			t.Fatalf("%+v is read as %+v, %v", h, again, err)
		}
	})
}

// FuzzSegmentName feeds what reads the names of segments. One that is taken is
// written as it was.
func FuzzSegmentName(f *testing.F) {
	for _, seed := range []string{"00000001-00000001-0000.log", "00000001-0000000a-ffff.log.new", "00000002-00000001-0000.log", "x.log.damaged", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, suffix, ok := parseSegmentName(text)
		if !ok {
			return
		}
		if n.String()+suffix != text || n.first > n.last || n.covers(n) {
			t.Fatalf("%q is read as %v with %q", text, n, suffix)
		}
	})
}

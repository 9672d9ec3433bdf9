package history

import (
	"bytes"
	"testing"
)

var testMarker = marker{1, 2, 3, 4, 5, 6, 7, 8}

// What can be read as a record must be written as the same bytes.
func FuzzRecord(f *testing.F) {
	for _, r := range []record{
		{kind: entryRecord},
		{kind: entryRecord, place: place{1, 2}, prev: place{1, 1}, room: "room", key: "key", file: "file", data: []byte("data")},
		{kind: keyRecord, place: place{maxMS, 1<<32 - 1}, room: "room", key: "key"},
		{kind: shorterRecord, room: "room", data: []byte("data\x00\x00\x03")},
		{kind: shortRecord, room: "room", data: []byte("data\x04\x00\x00\x00")},
	} {
		f.Add(r.appendBody(nil))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := parseBody(body)
		if err != nil {
			return
		}
		blanked := body[0] == shorterRecord || body[0] == shortRecord // They come back without what is too much.
		if got := r.appendBody(nil); !blanked && !bytes.Equal(got, body) {
			t.Fatalf("% x is read as %+v, which is written as % x", body, r, got)
		}
		whole := appendRecord(nil, testMarker, r)
		if _, n, err := cutRecord(append(whole, 0), testMarker); n != len(whole) || err != nil {
			t.Fatalf("a record of %d bytes is read as %d, %v", len(whole), n, err)
		}
	})
}

package history

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A segment with anything at all in it, and sums that fit, if the fuzzer wants
// that: the log opens, everything in it can be read page by page, something can
// be stored, and all is the same after a restart.
func FuzzSegment(f *testing.F) {
	entry := func(ms uint64, room, key, data string) []byte {
		return appendRecord(nil, testMarker, record{kind: entryRecord, place: place{ms: ms}, prev: place{ms: ms - 1}, room: room, key: key, file: "f", data: []byte(data)})
	}
	f.Add([]byte{}, false)
	f.Add(entry(5, "room", "key", "data"), false)
	f.Add(append(entry(5, "room", "key", "data"), entry(5, "room", "other", "again")...), true)
	f.Add(append(entry(5, "room", "key", "data")[3:], entry(maxMS, "room", "other", "again")...), false)
	f.Add(appendRecord(entry(1, "a", "", ""), testMarker, record{kind: keyRecord, place: place{ms: 9}, room: "a", key: "k"}), true)
	f.Fuzz(func(t *testing.T, b []byte, repair bool) {
		if repair {
			b = repaired(b)
		}
		dir := t.TempDir()
		whole := append(appendHeader(nil, header{marker: testMarker}), b...)
		if err := os.WriteFile(filepath.Join(dir, segmentName{first: 1, last: 1}.String()), whole, 0o600); err != nil {
			t.Fatal(err)
		}
		_, before := tryLog(t, dir)
		if after, _ := tryLog(t, dir); after != before {
			t.Fatalf("after a restart the log holds\n%s, before\n%s", after, before)
		}
	})
}

// repaired corrects the sums of what looks like records.
func repaired(b []byte) []byte {
	b = bytes.Clone(b)
	for rest := b; ; rest = rest[1:] {
		at := bytes.Index(rest, testMarker[:])
		if at < 0 || len(rest) < at+recordHead {
			return b
		}
		rest = rest[at:]
		if n := uint64(binary.LittleEndian.Uint32(rest[len(testMarker):])); n <= uint64(len(rest)-recordHead) {
			one := rest[:recordHead+int(n)]
			binary.LittleEndian.PutUint32(one[len(testMarker)+4:], sum(one))
		}
	}
}

// tryLog opens a log, stores an entry, and returns what it held before and
// holds then.
func tryLog(t *testing.T, dir string) (before, after string) {
	t.Helper()
	d, err := OpenDisk(Options{Dir: dir, sync: func(*os.File) error { return nil }})
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	defer d.Close(context.Background())
	before = d.contents(t)
	c := make(chan error, 1)
	d.Append("room", Entry{Data: []byte("x")}, func(_ Entry, _ bool, err error) { c <- err })
	if err := <-c; err != nil {
		t.Fatalf("storing: %v", err)
	}
	return before, d.contents(t)
}

// contents reads all that the log holds.
func (d *Disk) contents(t *testing.T) string {
	t.Helper()
	d.mu.Lock()
	rooms := slices.Sorted(maps.Keys(d.index.rooms))
	d.mu.Unlock()
	var b strings.Builder
	for _, room := range rooms {
		last := ID("")
		for more := true; more; {
			page, later, _, err := d.After(t.Context(), room, last, 3)
			if err != nil || later && len(page) == 0 {
				t.Fatalf("reading %q: %d entries, more is %t, %v", room, len(page), later, err)
			}
			for _, e := range page {
				if e.ID <= last {
					t.Fatalf("%q: %s comes after %s", room, e.ID, last)
				}
				fmt.Fprintf(&b, "%q %s %q %q %q\n", room, e.ID, e.Key, e.File, e.Data)
				last = e.ID
			}
			more = later
		}
	}
	return b.String()
}

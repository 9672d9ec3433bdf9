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
// that, and anything as the title of a room, and as what a crash left to be taken
// back: the log opens, everything in it can be read page by page, something can
// be stored, and all is the same after a restart.
func FuzzSegment(f *testing.F) {
	entry := func(ms uint64, room, key, data string) []byte {
		return appendRecord(nil, testMarker, record{kind: entryRecord, place: place{ms: ms}, prev: place{ms: ms - 1}, room: room, key: key, file: "f", data: []byte(data)})
	}
	two := append(entry(5, "room", "key", "data"), entry(6, "room", "other", "again")...)
	five, six := NewID(5, 0), NewID(6, 0)
	f.Add([]byte{}, false, "", "")
	f.Add(entry(5, "room", "key", "data"), false, "", "")
	f.Add(append(entry(5, "room", "key", "data"), entry(5, "room", "other", "again")...), true, "", "")
	f.Add(append(entry(5, "room", "key", "data")[3:], entry(maxMS, "room", "other", "again")...), false, "", "")
	f.Add(appendRecord(entry(1, "a", "", ""), testMarker, record{kind: keyRecord, place: place{ms: 9}, room: "a", key: "k"}), true, "", "")
	f.Add(two, false, fmt.Sprintf(`{"room":"room","id":%q,"data":"eA=="}`, five), fmt.Sprintf(`[{"room":"room","id":%q,"Blanks":[{"ID":%q,"Data":"eHg=","DropFile":true}]}]`, six, five))
	f.Add(two, false, `{"room":"other","id":"x"}`, fmt.Sprintf(`[{"room":"room","id":%q,"blanks":[{"ID":%[1]q,"Data":"bG9uZ2VyIHRoYW4gaXQgd2Fz"},{"ID":"x"},{}]},{}]`, six))
	f.Add(two, false, `[]`, `{}`)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte, repair bool, pin, todo string) {
		if repair {
			b = repaired(b)
		}
		empty(t, dir)
		whole := append(appendHeader(nil, header{marker: testMarker}), b...)
		pinned := filepath.Base((&files{}).pinPath("room"))
		for name, content := range map[string]string{(segmentName{first: 1, last: 1}).String(): string(whole), pinned: pin, intentName: todo} {
			if content == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, before := tryLog(t, dir)
		if after, _ := tryLog(t, dir); after != before {
			t.Fatalf("after a restart the log holds\n%s, before\n%s", after, before)
		}
	})
}

// empty removes what is in a folder. A new one for each input takes longer than
// all else.
func empty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
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
		if pin, ok, err := d.Pinned(t.Context(), room); ok || err != nil {
			fmt.Fprintf(&b, "%q %s %q %v pinned\n", room, pin.ID, pin.Data, err)
		}
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

package history_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chat/chat/history"
)

const firstSegment = "00000001-00000001-0000.log"

// The machine loses power in the middle of a write, at any byte of it. What was
// acknowledged before is there, the log can be read and written, and it says
// once that it cut something off.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	s := newSample(t)
	for cut := range len(s.bytes) + 1 {
		lost, log := s.open(t, s.bytes[:cut])
		for i, end := range s.ends {
			if lost[i] != (end > cut) {
				t.Fatalf("cut at byte %d of %d: entry %d, which ends at %d, is lost: %t", cut, len(s.bytes), i, end, lost[i])
			}
		}
		whole := cut <= s.header || slices.Contains(s.ends, cut)
		if lines := strings.Count(log, "\n"); whole != (lines == 0) || lines > 1 {
			t.Fatalf("cut at byte %d: the log says\n%s", cut, log)
		}
	}
}

// A bit flips on the disk, anywhere. At most the message that it is in is lost,
// and the log says so.
func TestFlippedBit(t *testing.T) {
	t.Parallel()
	s := newSample(t)
	for at := rand.N(2); at < len(s.bytes); at += 2 {
		b := bytes.Clone(s.bytes)
		b[at] ^= 1 << rand.N(8)
		lost, log := s.open(t, b)
		start := s.header
		for i, end := range s.ends {
			if hit := at >= start && at < end; lost[i] != hit {
				t.Fatalf("a bit of byte %d flips: entry %d, from %d to %d, is lost: %t", at, i, start, end, lost[i])
			}
			start = end
		}
		if lines := strings.Count(log, "\n"); (at < s.header) != (lines == 0) || lines > 1 {
			t.Fatalf("a bit of byte %d flips: the log says\n%s", at, log)
		}
	}
}

// Whoever saw the message before one that is damaged must learn that something
// is missing.
func TestDamageIsAGap(t *testing.T) {
	t.Parallel()
	s := newSample(t)
	b := bytes.Clone(s.bytes)
	b[s.ends[2]-1] ^= 1 // the second entry of room a: 0 (2) 4
	o := s.folder(t, b)
	w := open(t, o)
	for i, want := range map[int]bool{0: true, 2: false, 4: false} {
		if _, _, gap, err := w.After(t.Context(), "a", s.entries[i].ID, 10); gap != want || err != nil {
			t.Errorf("after entry %d: gap is %t, %v, want %t", i, gap, err, want)
		}
	}
}

// Both copies of the header of a segment are damaged. Its messages are lost, but
// not the file, and not the log.
func TestNoHeader(t *testing.T) {
	t.Parallel()
	s := newSample(t)
	b := bytes.Clone(s.bytes)
	b[0] ^= 1
	b[s.header/2] ^= 1
	lost, log := s.open(t, b)
	for i, gone := range lost {
		if !gone {
			t.Errorf("entry %d is there", i)
		}
	}
	if strings.Count(log, "\n") != 1 || !strings.Contains(log, firstSegment+".damaged") {
		t.Errorf("the log says\n%s\nwant one line that names the file", log)
	}
}

// The disk spoils a message while the server runs. The others can be read, page
// by page, and the log says so once.
func TestDamageWhileOpen(t *testing.T) {
	t.Parallel()
	s := newSample(t)
	var lines bytes.Buffer
	o := s.folder(t, s.bytes)
	o.Log = slog.New(slog.NewTextHandler(&lines, nil))
	w := open(t, o)
	b := bytes.Clone(s.bytes)
	b[s.ends[2]-1] ^= 1
	write(t, filepath.Join(o.Dir, firstSegment), b)
	for range 2 {
		if got := len(w.all("a")); got != 2 {
			t.Errorf("room a holds %d entries, want 2", got)
		}
		page, more, err := w.Before(t.Context(), "a", s.entries[4].ID, 1)
		if len(page) != 1 || page[0].ID != s.entries[0].ID || more || err != nil {
			t.Errorf("before the damage comes %v, more is %t, %v; want the first entry", page, more, err)
		}
	}
	w.close()
	if strings.Count(lines.String(), "\n") != 1 {
		t.Errorf("the log says\n%s\nwant one line", &lines)
	}
}

// A sample is the first segment of a log.
type sample struct {
	bytes   []byte
	header  int             // bytes before the first record
	entries []history.Entry // what was acknowledged
	rooms   []string        // of entries
	ends    []int           // of the records of entries
}

// newSample makes a log with some messages in the rooms a and b.
func newSample(t *testing.T) (s sample) {
	t.Helper()
	w := open(t, history.Options{Dir: t.TempDir()})
	for i := range 6 {
		room := []string{"a", "b"}[i%2]
		a := w.try(room, history.Entry{Key: fmt.Sprint(i), File: "f", Data: bytes.Repeat([]byte{'x'}, 1+i)})
		if a.err != nil {
			t.Fatalf("storing: %v", a.err)
		}
		s.bytes = read(t, filepath.Join(w.options.Dir, firstSegment))
		s.rooms, s.entries, s.ends = append(s.rooms, room), append(s.entries, a.entry), append(s.ends, len(s.bytes))
	}
	s.header = history.HeaderBytes
	return s
}

// folder are the options of a log with a segment, which does not wait for the
// disk.
func (s sample) folder(t *testing.T, segment []byte) history.Options {
	t.Helper()
	o := history.Options{Dir: t.TempDir()}
	o.Sync(func(*os.File) error { return nil })
	write(t, filepath.Join(o.Dir, firstSegment), segment)
	return o
}

// open opens a log with a segment, tries it, and returns which entries of the
// sample are lost. The others must be as they were, in order.
func (s sample) open(t *testing.T, segment []byte) (lost []bool, log string) {
	t.Helper()
	var lines bytes.Buffer
	o := s.folder(t, segment)
	o.Log = slog.New(slog.NewTextHandler(&lines, nil))
	w := open(t, o)
	got := map[string][]history.Entry{"a": w.all("a"), "b": w.all("b")}
	var last history.ID
	for i, want := range s.entries {
		list := got[s.rooms[i]]
		if len(list) == 0 || list[0].ID != want.ID {
			lost = append(lost, true)
			continue
		}
		if e := list[0]; e.Key != want.Key || e.File != want.File || !bytes.Equal(e.Data, want.Data) {
			t.Fatalf("entry %d is %+v, want %+v", i, e, want)
		}
		lost, last, got[s.rooms[i]] = append(lost, false), want.ID, list[1:]
	}
	if n := len(got["a"]) + len(got["b"]); n > 0 {
		t.Fatalf("there are %d entries that nobody stored", n)
	}
	if id := w.say("a", "later"); id <= last {
		t.Fatalf("the next id is %s, which is not after %s", id, last)
	}
	log = lines.String()
	w.reopen()
	if list := w.all("a"); len(list) == 0 || string(list[len(list)-1].Data) != "later" {
		t.Fatalf("what was stored afterwards is not there: %v", list)
	}
	w.close()
	_ = os.RemoveAll(o.Dir) // There are a thousand of them.
	return lost, log
}

package history_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"chat/chat/history"
)

// world is a log with a clock of its own.
type world struct {
	*history.Disk
	t       *testing.T
	options history.Options

	mu      sync.Mutex
	now     time.Time // guarded by mu
	dropped []string  // guarded by mu
}

// open opens a log; the clock, and what it is told of dropped files, are the
// world's.
func open(t *testing.T, o history.Options) *world {
	t.Helper()
	w := &world{t: t, now: time.UnixMilli(1_700_000_000_000)}
	o.Now = w.clock
	o.Dropped = func(room, file string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.dropped = append(w.dropped, room+"/"+file)
	}
	d, err := history.OpenDisk(o)
	if err != nil {
		t.Fatalf("opening the log: %v", err)
	}
	w.Disk, w.options = d, o
	t.Cleanup(w.close)
	return w
}

// reopen ends the log and opens its folder again, as a restart does.
func (w *world) reopen() {
	w.t.Helper()
	if err := w.Close(context.Background()); err != nil {
		w.t.Fatalf("Close: %v", err)
	}
	d, err := history.OpenDisk(w.options)
	if err != nil {
		w.t.Fatalf("opening the log again: %v", err)
	}
	w.Disk = d
}

// everywhere runs a test on a log in memory and on one on disk.
func everywhere(t *testing.T, test func(t *testing.T, o history.Options)) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, history.Options{})
	})
	t.Run("disk", func(t *testing.T) {
		t.Parallel()
		test(t, history.Options{Dir: t.TempDir()})
	})
}

func (w *world) close() {
	if err := w.Close(context.Background()); err != nil {
		w.t.Errorf("Close: %v", err)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets time pass, or turns it back.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) drops() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped
}

// answer is what done was called with.
type answer struct {
	entry history.Entry
	again bool
	err   error
}

func (w *world) try(room string, e history.Entry) answer {
	c := make(chan answer, 1)
	w.Append(room, e, func(stored history.Entry, again bool, err error) { c <- answer{stored, again, err} })
	return <-c
}

// say stores a text, which must be new.
func (w *world) say(room, text string) history.ID {
	w.t.Helper()
	a := w.try(room, history.Entry{Data: []byte(text)})
	if a.err != nil || a.again {
		w.t.Fatalf("storing %q in %q: again is %t, %v", text, room, a.again, a.err)
	}
	return a.entry.ID
}

// sayMany stores the texts of numbers, up to but without the last.
func (w *world) sayMany(room string, from, to int) (ids []history.ID) {
	w.t.Helper()
	for i := from; i < to; i++ {
		ids = append(ids, w.say(room, fmt.Sprint(i)))
	}
	return ids
}

// all reads a room page by page from its start.
func (w *world) all(room string) (list []history.Entry) {
	w.t.Helper()
	after := history.ID("")
	for {
		page, more, _, err := w.After(context.Background(), room, after, 100)
		if err != nil {
			w.t.Fatalf("After: %v", err)
		}
		list = append(list, page...)
		if !more {
			return list
		}
		if len(page) == 0 {
			w.t.Fatalf("an empty page says that there is more")
		}
		after = page[len(page)-1].ID
	}
}

func texts(list []history.Entry) string {
	s := ""
	for i, e := range list {
		if i > 0 {
			s += " "
		}
		s += string(e.Data)
	}
	return s
}

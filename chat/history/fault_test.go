package history_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"chat/chat/history"
)

// The disk takes what is written and cannot keep it. Nobody is told that such a
// message is stored; when the disk is well again, the same message is, once, and
// the log says when each began.
func TestFailedSync(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	var lines bytes.Buffer
	o := history.Options{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&lines, nil))}
	o.Sync(func(*os.File) error {
		if broken.Load() {
			return errors.New("input/output error")
		}
		return nil
	})
	w := open(t, o)
	before := w.say("room", "before")
	broken.Store(true)
	again := history.Entry{Key: "k", Data: []byte("again")}
	for range 6 {
		if a := w.try("room", again); !errors.Is(a.err, history.ErrUnavailable) || a.entry.ID != "" {
			t.Errorf("with a broken disk: %+v, want ErrUnavailable", a)
		}
	}
	if got := texts(w.all("room")); got != "before" {
		t.Errorf("with a broken disk the room holds %q, want before", got)
	}
	broken.Store(false)
	if a := w.try("room", again); a.err != nil || a.again || a.entry.ID <= before {
		t.Errorf("with a disk that is well again: %+v, want a new entry", a)
	}
	w.say("room", "after")
	for range 2 {
		if got := texts(w.all("room")); got != "before again after" {
			t.Errorf("the room holds %q, want before again after", got)
		}
		w.reopen()
	}
	w.close()
	if log := lines.String(); strings.Count(log, "level=ERROR") != 1 || strings.Count(log, "\n") != 2 {
		t.Errorf("the log says\n%swant one error, and one line that it is over", log)
	}
}

// The same, but the end of the segment cannot be cut off either, and after a
// crash the refused message is there on the disk. Its sender was told that it is
// not stored, and has sent it again: it must not be there twice.
func TestRefusedStaysRefused(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	var left atomic.Pointer[[]byte] // of the segment, with the message
	o := history.Options{Dir: t.TempDir()}
	o.Sync(func(f *os.File) error {
		if !broken.Load() || filepath.Base(f.Name()) != firstSegment {
			return nil
		}
		if b, err := os.ReadFile(f.Name()); err == nil {
			left.CompareAndSwap(nil, &b)
		}
		return errors.New("input/output error")
	})
	w := open(t, o)
	w.say("room", "before")
	broken.Store(true)
	again := history.Entry{Key: "k", Data: []byte("again")}
	if a := w.try("room", again); !errors.Is(a.err, history.ErrUnavailable) {
		t.Fatalf("with a broken disk: %v, want ErrUnavailable", a.err)
	}
	if a := w.try("room", again); a.err != nil || a.again {
		t.Fatalf("in a new segment: again is %t, %v", a.again, a.err)
	}
	w.say("room", "after")
	w.close()
	if !bytes.Contains(*left.Load(), again.Data) {
		t.Fatal("the message was not in the segment")
	}
	write(t, filepath.Join(o.Dir, firstSegment), *left.Load())
	broken.Store(false)
	for range 2 {
		w.reopen()
		if got := texts(w.all("room")); got != "before again after" {
			t.Errorf("the room holds %q, want before again after", got)
		}
	}
}

// Whoever follows a room hears nothing of what is refused, and a first message
// that is refused leaves no room behind.
func TestRefusedIsNotDelivered(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir()}
	var broken atomic.Bool
	o.Sync(func(*os.File) error {
		if broken.Load() {
			return errors.New("input/output error")
		}
		return nil
	})
	w := open(t, o)
	broken.Store(true)
	heard := 0
	if _, err := w.Follow("room", func(history.Entry) { heard++ }); err != nil {
		t.Fatalf("Follow: %v", err)
	}
	answers := make(chan answer, 20)
	for range cap(answers) { // The second of a pair is the first one again.
		w.Append("room", history.Entry{Key: "k"}, func(e history.Entry, again bool, err error) { answers <- answer{e, again, err} })
	}
	for range cap(answers) {
		if a := <-answers; !errors.Is(a.err, history.ErrUnavailable) || a.again {
			t.Errorf("an answer is %+v, want ErrUnavailable", a)
		}
	}
	w.close()
	if heard != 0 {
		t.Errorf("%d entries are delivered", heard)
	}
	if n := len(files(t, o.Dir)); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

//go:build linux || darwin

package history_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"chat/chat/history"
)

// The disk is full in the middle of a message, and an hour later somebody frees
// space. The limit is that of the process for the size of a file, which the
// kernel answers in the same way: it takes as much as fits. No other test runs
// meanwhile, because they have that limit too.
func TestFullDisk(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var lines bytes.Buffer
	w := open(t, history.Options{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&lines, nil))})
	w.sayMany("room", 0, 3)
	path := filepath.Join(w.options.Dir, firstSegment)
	before := read(t, path)

	free := limitFiles(t, uint64(len(before)+60))
	for i := range 3 {
		e := history.Entry{Key: fmt.Sprint(i), Data: bytes.Repeat([]byte("x"), 100)}
		if a := w.try("room", e); !errors.Is(a.err, history.ErrUnavailable) {
			t.Errorf("on a full disk: %+v, want ErrUnavailable", a)
		}
	}
	if after := read(t, path); !bytes.Equal(after, before) {
		t.Errorf("the file has %d bytes, want the %d from before: half a message stays", len(after), len(before))
	}
	if got := texts(w.all("room")); got != "0 1 2" {
		t.Errorf("on a full disk the room holds %q, want 0 1 2", got)
	}
	free()
	for i := range 3 {
		if a := w.try("room", history.Entry{Key: fmt.Sprint(i), Data: fmt.Append(nil, i+3)}); a.err != nil || a.again {
			t.Errorf("with space again: again is %t, %v, want a new entry", a.again, a.err)
		}
	}
	w.reopen()
	if got := texts(w.all("room")); got != "0 1 2 3 4 5" {
		t.Errorf("the room holds %q, want 0 1 2 3 4 5", got)
	}
	w.close()
	if n := len(files(t, w.options.Dir)); n != 1 || strings.Count(lines.String(), "\n") != 2 {
		t.Errorf("there are %d files, and the log says\n%swant one file and two lines", n, &lines)
	}
}

// The disk is full when the log needs a new segment, and when it wants to
// rewrite old ones.
func TestFullDiskAtANewSegment(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	o := history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 2, Bytes: 64 << 10}}
	o.SegmentBytes(1)
	w := open(t, o)
	w.sayMany("room", 0, 3)
	free := limitFiles(t, 100)
	for range 10 {
		if a := w.try("room", history.Entry{Data: []byte("x")}); !errors.Is(a.err, history.ErrUnavailable) {
			t.Errorf("on a full disk: %+v, want ErrUnavailable", a)
		}
	}
	free()
	w.say("room", "3")
	w.reopen()
	if got := texts(w.all("room")); got != "2 3" {
		t.Errorf("the room holds %q, want 2 3", got)
	}
}

// limitFiles sets how large a file may become, until free is called.
func limitFiles(t *testing.T, bytes uint64) (free func()) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	set := func(now uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: now, Max: before.Max}); err != nil {
			t.Fatal(err)
		}
	}
	set(bytes)
	return func() { set(before.Cur) }
}

package history_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chat/chat/history"
)

// A room is busy for hours, and keeps fifty messages; another one said
// something at the start. The disk holds what is kept, and not much more.
func TestSpaceComesBack(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 50}}
	o.SegmentBytes(16 << 10)
	w := open(t, o)
	w.say("quiet", "first")
	text := strings.Repeat("x", 1000)
	for i := range 400 {
		w.say("busy", text)
		if i%100 == 0 {
			w.pass(time.Hour)
		}
	}
	w.pass(2 * time.Hour)
	w.say("busy", "last")
	w.waitFor("space is given back", func() bool { return bytesIn(t, o.Dir) < 120<<10 })
	w.reopen()
	if got := texts(w.all("quiet")); got != "first" {
		t.Errorf("the quiet room holds %q, want first", got)
	}
	if got := w.all("busy"); len(got) != 50 || string(got[49].Data) != "last" {
		t.Errorf("the busy room holds %d entries, want the last 50", len(got))
	}
	if n := len(files(t, o.Dir)); n > 8 {
		t.Errorf("there are %d files, want those of the last messages and one", n)
	}
}

// All rooms together may take one megabyte. They get many, and the disk holds
// one: at the time of writing, also when nothing is ever old enough.
func TestBytesOnDisk(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	w := open(t, history.Options{Dir: t.TempDir(), Retention: history.Retention{Bytes: limit}})
	var wg sync.WaitGroup
	for room := range 8 {
		wg.Go(func() {
			for i := range 100 {
				w.try(strconv.Itoa(room), history.Entry{Key: fmt.Sprint(i), Data: make([]byte, 10_000)})
			}
		})
	}
	wg.Wait()
	w.waitFor("space is given back", func() bool { return bytesIn(t, w.options.Dir) <= limit })
	kept := 0
	for room := range 8 {
		kept += len(w.all(strconv.Itoa(room)))
	}
	if kept < 40 {
		t.Errorf("the log keeps %d entries of 10,000 bytes, want most of what fits", kept)
	}
	w.reopen()
	again := 0
	for room := range 8 {
		again += len(w.all(strconv.Itoa(room)))
	}
	if again < kept || again > kept+8 { // The rewriting of what was dropped last may be under way.
		t.Errorf("after a restart it keeps %d entries, want about %d as before", again, kept)
	}
}

// The attack: fill the log with long messages, so that all other rooms lose
// theirs. It costs the room that is flooded, whether the others spoke before, all
// the time, or much; what is lost stays lost after a restart.
func TestAFloodCostsItsOwnRoom(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		const limit = 2 << 20
		o.Retention.Bytes = limit
		w := open(t, o)
		for room := range 10 {
			w.sayMany(fmt.Sprint("quiet", room), 0, 5)
		}
		for range 50 {
			w.say("large", strings.Repeat("x", 10_000))
		}
		flood := strings.Repeat("x", 50_000)
		for i := range 200 { // ten megabytes
			w.say("flood", flood)
			w.say("busy", fmt.Sprint(i))
		}
		check := func(when string) {
			t.Helper()
			for room := range 10 {
				if got := texts(w.all(fmt.Sprint("quiet", room))); got != "0 1 2 3 4" {
					t.Errorf("%s: a quiet room holds %q, want all of it", when, got)
				}
			}
			if large, busy := len(w.all("large")), len(w.all("busy")); large != 50 || busy != 200 {
				t.Errorf("%s: the others hold %d and %d entries, want 50 and 200", when, large, busy)
			}
			if n := len(w.all("flood")); n < 15 || n > 35 {
				t.Errorf("%s: the flooded room holds %d entries, want what the others leave", when, n)
			}
		}
		check("at once")
		if o.Dir == "" {
			return
		}
		w.waitFor("space is given back", func() bool { return bytesIn(t, o.Dir) <= limit })
		w.reopen()
		check("after a restart")
	})
}

// Segments are rewritten while people speak, read, come and go. Whoever reads a
// room page by page sees each message that is kept, once, in order.
func TestRewriteUnderLoad(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 300, Bytes: 128 << 10}}
	o.SegmentBytes(8 << 10)
	w := open(t, o)
	var writers, readers sync.WaitGroup
	for room := range 4 {
		messages := []int{10, 100, 1000, 1000}[room]
		writers.Go(func() {
			var said sync.WaitGroup
			slots := make(chan struct{}, 20)
			for i := range messages {
				slots <- struct{}{}
				said.Add(1)
				w.Append(fmt.Sprint(room), history.Entry{Key: fmt.Sprint(i), Data: fmt.Append(nil, i)}, func(_ history.Entry, _ bool, err error) {
					if err != nil {
						t.Errorf("storing: %v", err)
					}
					<-slots
					said.Done()
				})
			}
			said.Wait()
		})
	}
	stop := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					checkCounting(t, w, fmt.Sprint(rand.N(4)))
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	for range 2 {
		for room, want := range []int{10, 100, 300, 300} {
			if got := checkCounting(t, w, fmt.Sprint(room)); got != want {
				t.Errorf("room %d keeps %d entries, want %d", room, got, want)
			}
		}
		if n := len(slices.Collect(rewritten(t, o.Dir))); n == 0 {
			t.Error("nothing was rewritten")
		}
		w.reopen()
	}
}

// checkCounting reads a room whose messages count, and returns how many there
// are. The room may lose its first messages meanwhile, but none in the middle.
func checkCounting(t *testing.T, w *world, room string) int {
	t.Helper()
	list := w.all(room)
	for i, e := range list {
		n, err := strconv.Atoi(string(e.Data))
		if err != nil || i > 0 && string(list[i-1].Data) != strconv.Itoa(n-1) && i%100 != 0 {
			t.Errorf("message %q comes after %q", e.Data, list[max(i-1, 0)].Data)
		}
	}
	return len(list)
}

// The server is killed after a segment was rewritten and before the old one was
// removed; both are there at the next start.
func TestLeftoverOfARewrite(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 3, Bytes: 64 << 10}}
	o.SegmentBytes(1 << 10)
	w := open(t, o)
	w.say("quiet", "first")
	w.sayMany("busy", 0, 10)
	old := files(t, o.Dir)
	for range 60 {
		w.say("busy", strings.Repeat("x", 1000))
	}
	w.sayMany("busy", 10, 13)
	w.waitFor("the first segment is rewritten", func() bool { return !exists(o.Dir, firstSegment) })
	w.close()
	for name, b := range old {
		write(t, filepath.Join(o.Dir, name), b)
	}
	w.reopen()
	if quiet, busy := texts(w.all("quiet")), texts(w.all("busy")); quiet != "first" || busy != "10 11 12" {
		t.Errorf("the rooms hold %q and %q, want first and 10 11 12", quiet, busy)
	}
	if exists(o.Dir, firstSegment) {
		t.Error("the old segment is still there")
	}
}

package history_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/history"
)

func TestAfter(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		o.Retention = history.Retention{Messages: 5}
		w := open(t, o)
		ids := w.sayMany("room", 0, 8) // 0, 1 and 2 are trimmed
		for _, tt := range []struct {
			name      string
			room      string
			after     history.ID
			limit     int
			want      string
			more, gap bool
		}{
			{"all that is left", "room", "", 10, "3 4 5 6 7", false, true},
			{"what came after the last that was trimmed", "room", ids[2], 10, "3 4 5 6 7", false, false},
			{"what came after the one before", "room", ids[1], 10, "3 4 5 6 7", false, true},
			{"a page", "room", ids[4], 2, "5 6", true, false},
			{"a whole page that is the last", "room", ids[4], 3, "5 6 7", false, false},
			{"nothing new", "room", ids[7], 10, "", false, false},
			{"from the future", "room", "ffffffffffffffffffff", 10, "", false, false},
			{"limit 0", "room", ids[4], 0, "5", true, false},
			{"limit below 0", "room", ids[4], math.MinInt, "5", true, false},
			{"a huge limit", "room", ids[4], math.MaxInt, "5 6 7", false, false},
			{"an empty room", "empty", "", 10, "", false, false},
			{"a room that the log has forgotten", "empty", ids[0], 10, "", false, true},
		} {
			page, more, gap, err := w.After(t.Context(), tt.room, tt.after, tt.limit)
			if got := texts(page); got != tt.want || more != tt.more || gap != tt.gap || err != nil {
				t.Errorf("%s: %q, more is %t, gap is %t, %v; want %q, %t, %t", tt.name, got, more, gap, err, tt.want, tt.more, tt.gap)
			}
		}
	})
}

func TestBefore(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		o.Retention = history.Retention{Messages: 5}
		w := open(t, o)
		ids := w.sayMany("room", 0, 8)
		for _, tt := range []struct {
			name   string
			room   string
			before history.ID
			limit  int
			want   string
			more   bool
		}{
			{"the latest", "room", "", 2, "6 7", true},
			{"all", "room", "", 5, "3 4 5 6 7", false},
			{"older", "room", ids[6], 2, "4 5", true},
			{"the oldest", "room", ids[4], 2, "3", false},
			{"nothing", "room", ids[3], 2, "", false},
			{"before what was trimmed", "room", ids[0], 2, "", false},
			{"limit 0", "room", "", 0, "7", true},
			{"a huge limit", "room", "", math.MaxInt, "3 4 5 6 7", false},
			{"an empty room", "empty", "", 10, "", false},
		} {
			page, more, err := w.Before(t.Context(), tt.room, tt.before, tt.limit)
			if got := texts(page); got != tt.want || more != tt.more || err != nil {
				t.Errorf("%s: %q, more is %t, %v; want %q, %t", tt.name, got, more, err, tt.want, tt.more)
			}
		}
	})
}

func TestReadingRefusesJunk(t *testing.T) {
	t.Parallel()
	w := open(t, history.Options{})
	if _, _, _, err := w.After(t.Context(), "room", "junk", 1); !errors.Is(err, history.ErrBadID) {
		t.Errorf("After: %v, want ErrBadID", err)
	}
	if _, _, err := w.Before(t.Context(), "room", "junk", 1); !errors.Is(err, history.ErrBadID) {
		t.Errorf("Before: %v, want ErrBadID", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := w.After(ctx, "room", "", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("After: %v, want that of the context", err)
	}
}

// A page of the largest messages would be gigabytes.
func TestPagesAreBounded(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		for range 5 {
			w.say("room", strings.Repeat("x", 1<<20))
		}
		w.say("room", strings.Repeat("y", 5<<20))
		page, more, _, err := w.After(t.Context(), "room", "", 1000)
		if len(page) != 3 || !more || err != nil {
			t.Errorf("After returns %d entries, more is %t, %v; want 3 and more", len(page), more, err)
		}
		page, more, err = w.Before(t.Context(), "room", "", 1000)
		if len(page) != 1 || !more || err != nil {
			t.Errorf("Before returns %d entries, more is %t, %v; want the one and more", len(page), more, err)
		}
		if got := len(w.all("room")); got != 6 {
			t.Errorf("page by page there are %d entries, want 6", got)
		}
	})
}

// Entries go when they are old enough, also while nobody speaks, and their
// files with them.
func TestAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dropped atomic.Int32
		d := history.OpenMemory(history.Options{
			Retention: history.Retention{Age: time.Minute},
			Dropped:   func(string, string) { dropped.Add(1) },
		})
		defer d.Close(context.Background())
		var last history.ID
		stored := make(chan struct{})
		d.Append("room", history.Entry{File: "a"}, func(e history.Entry, _ bool, _ error) { last = e.ID; close(stored) })
		<-stored
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if page, _, _, _ := d.After(t.Context(), "room", "", 1); len(page) != 1 || dropped.Load() != 0 {
			t.Errorf("after 59 s there are %d entries, and %d files are dropped; want 1 and 0", len(page), dropped.Load())
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		page, _, gap, _ := d.After(t.Context(), "room", last, 1)
		if len(page) != 0 || gap || dropped.Load() != 1 {
			t.Errorf("after 62 s there are %d entries, gap is %t, and %d files are dropped; want none, no gap and 1", len(page), gap, dropped.Load())
		}
	})
}

// All rooms together have a limit, and those that take most give way.
func TestBytes(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		o.Retention = history.Retention{Bytes: 100_000}
		w := open(t, o)
		text := strings.Repeat("x", 10_000)
		w.say("idle", "x")
		for i := range 30 {
			w.say(fmt.Sprint(i%3), text)
		}
		kept := len(w.all("0")) + len(w.all("1")) + len(w.all("2"))
		if kept < 3 || kept > 9 {
			t.Errorf("the log keeps %d entries of 10,000 bytes, want 3 to 9", kept)
		}
		if got := texts(w.all("idle")); got != "x" {
			t.Errorf("the smallest room holds %q, want all of it", got)
		}
	})
}

// Two messages may refer to one upload: it stays until both are gone.
func TestFiles(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		o.Retention = history.Retention{Messages: 2}
		w := open(t, o)
		for _, file := range []string{"a", "b", "a", "", "c"} {
			w.try("room", history.Entry{File: file})
		}
		w.waitFor("two files are dropped", func() bool { return len(w.drops()) == 2 })
		if got := w.drops(); !slices.Equal(got, []string{"room/b", "room/a"}) {
			t.Errorf("dropped files are %v, want b, then a", got)
		}
		if got := maps.Collect(w.Files()); len(got) != 1 || got["room"] != "c" {
			t.Errorf("files are %v, want c", got)
		}
	})
}

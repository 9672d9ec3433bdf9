package history_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"chat/chat/history"
)

// The clock is set back by a day while people talk. The ids must not go back
// with it.
func TestIDsNeverGoBack(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		var ids []history.ID
		for _, step := range []time.Duration{0, 0, time.Millisecond, -24 * time.Hour, 0, time.Hour, 48 * time.Hour} {
			w.pass(step)
			ids = append(ids, w.say("room", "text"))
		}
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Errorf("the ids are %v, want them ascending", ids)
		}
	})
}

// An answer is lost, and the client sends the message again: at once, or after
// fifty minutes in which the room has dropped it.
func TestAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		o.Retention = history.Retention{Messages: 2}
		w := open(t, o)
		e := history.Entry{Key: "k", Origin: "socket", File: "file", Data: []byte("first")}
		first := w.try("room", e)
		if first.err != nil || first.again {
			t.Fatalf("the first try: again is %t, %v", first.again, first.err)
		}
		second := w.try("room", history.Entry{Key: "k", Data: []byte("other")})
		if second.err != nil || !second.again || second.entry.ID != first.entry.ID || string(second.entry.Data) != "first" {
			t.Errorf("the second try stored %+v, again is %t, %v; want the first entry again", second.entry, second.again, second.err)
		}
		if other := w.try("elsewhere", e); other.again || other.err != nil {
			t.Errorf("the key in another room: again is %t, %v, want a new entry", other.again, other.err)
		}
		w.sayMany("room", 0, 2)
		w.pass(50 * time.Minute)
		if late := w.try("room", e); !late.again || late.entry.ID != first.entry.ID {
			t.Errorf("after fifty minutes: again is %t with %s, want %s again", late.again, late.entry.ID, first.entry.ID)
		}
		wantFound(t, w, "room", "k", first.entry.ID)
		wantFound(t, w, "room", "another", "")
		if got := texts(w.all("room")); got != "0 1" {
			t.Errorf("the room holds %q, want 0 1", got)
		}
		w.pass(11 * time.Minute)
		w.say("room", "2") // The log looks at its keys when somebody speaks.
		if later := w.try("room", e); later.again || later.err != nil {
			t.Errorf("after an hour: again is %t, %v, want a new entry", later.again, later.err)
		}
	})
}

// A finder finds what was stored under a key.
type finder interface {
	Find(ctx context.Context, room, key string) (history.ID, bool, error)
}

// wantFound checks what the log has for a key; want is empty for nothing.
func wantFound(t *testing.T, log finder, room, key string, want history.ID) {
	t.Helper()
	if id, ok, err := log.Find(t.Context(), room, key); id != want || ok != (want != "") || err != nil {
		t.Errorf("for the key %q of %s the log has %q (%t, %v), want %q", key, room, id, ok, err, want)
	}
}

// The same message arrives over two connections at the same moment. Both come
// into one batch, often enough.
func TestAgainAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		for i := range 100 {
			e := history.Entry{Key: fmt.Sprint(i), Data: fmt.Append(nil, i)}
			answers := make(chan answer, 2)
			for range cap(answers) {
				w.Append("room", e, func(stored history.Entry, again bool, err error) { answers <- answer{stored, again, err} })
			}
			a, b := <-answers, <-answers
			if a.again || !b.again || a.entry.ID != b.entry.ID || !bytes.Equal(b.entry.Data, e.Data) {
				t.Fatalf("answers %+v and %+v, want one entry, and that again", a, b)
			}
		}
		if got := len(w.all("room")); got != 100 {
			t.Errorf("the room holds %d entries, want 100", got)
		}
	})
}

// Twenty people speak in three rooms, each without waiting. Everybody sees one
// order: the follower of a room, the log, and the senders, who are answered
// after their message was delivered.
func TestOneOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		const people, messages = 20, 60
		rooms := []string{"a", "b", "c"}
		heard := make(map[string][]history.ID) // by the log's goroutine alone
		acked := make(map[string][]history.ID)
		for _, room := range rooms {
			if last, err := w.Follow(room, func(e history.Entry) { heard[room] = append(heard[room], e.ID) }); last != "" || err != nil {
				t.Fatalf("Follow: %q, %v", last, err)
			}
		}
		var wg sync.WaitGroup
		for p := range people {
			room := rooms[p%len(rooms)]
			for m := range messages {
				wg.Add(1)
				w.Append(room, history.Entry{Key: fmt.Sprint(p, m), Data: fmt.Append(nil, m)}, func(e history.Entry, _ bool, err error) {
					defer wg.Done()
					acked[room] = append(acked[room], e.ID)
					if n := len(heard[room]); err != nil || n != len(acked[room]) || heard[room][n-1] != e.ID {
						t.Errorf("%s is acknowledged with %v before it is delivered", e.ID, err)
					}
				})
			}
		}
		wg.Wait()
		for _, room := range rooms {
			var stored []history.ID
			for _, e := range w.all(room) {
				stored = append(stored, e.ID)
			}
			if !slices.IsSorted(stored) || !slices.Equal(stored, heard[room]) || !slices.Equal(stored, acked[room]) {
				t.Errorf("room %s: the log, the follower and the senders see different orders", room)
			}
		}
	})
}

// The log cannot keep up, or one message is enormous. Nobody waits, nothing
// grows without end, and everybody is told.
func TestTooMuchWaits(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		blocked, release := make(chan struct{}), make(chan struct{})
		go w.Append("room", history.Entry{}, func(history.Entry, bool, error) { close(blocked); <-release })
		<-blocked
		const tries = 10_300
		answers := make(chan error, tries)
		for range tries {
			w.Append("room", history.Entry{}, func(_ history.Entry, _ bool, err error) { answers <- err })
		}
		large := make(chan error, 1)
		w.Append("room", history.Entry{Data: make([]byte, 9<<20)}, func(_ history.Entry, _ bool, err error) { large <- err })
		if err := <-large; !errors.Is(err, history.ErrTooLarge) {
			t.Errorf("an entry of 9 MiB: %v, want ErrTooLarge", err)
		}
		close(release)
		refused := 0
		for range tries {
			if err := <-answers; errors.Is(err, history.ErrUnavailable) {
				refused++
			} else if err != nil {
				t.Fatalf("an answer is %v", err)
			}
		}
		if refused != tries-10_000 {
			t.Errorf("%d of %d entries are refused, want those over 10,000", refused, tries)
		}
		if got := len(w.all("room")); got != tries-refused+1 {
			t.Errorf("the room holds %d entries, want %d", got, tries-refused+1)
		}
	})
}

// Whoever is told that an entry is stored says something more at once, from
// within, again and again.
func TestAppendInDone(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		const links = 20
		answers := make(chan error, links)
		var say func(left int)
		say = func(left int) {
			w.Append("room", history.Entry{}, func(_ history.Entry, _ bool, err error) {
				if left > 1 {
					say(left - 1)
				}
				answers <- err
			})
		}
		say(links)
		for range links {
			if err := <-answers; err != nil {
				t.Fatalf("an answer is %v", err)
			}
		}
		if got := len(w.all("room")); got != links {
			t.Errorf("the room holds %d entries, want %d", got, links)
		}
	})
}

// In memory a fault of whoever is told of an entry is met by the one who appended,
// who may live on, as the reader of a socket does. The log goes on for the others.
func TestFaultOfAListener(t *testing.T) {
	t.Parallel()
	w := open(t, history.Options{})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the fault was not met by the one who appended")
			}
		}()
		w.Append("room", history.Entry{}, func(history.Entry, bool, error) { panic("a fault") })
	}()
	w.say("room", "a word")
	if got := len(w.all("room")); got != 2 {
		t.Errorf("the room holds %d entries, want both", got)
	}
}

// Close stores what waits. Later appends are refused and answered.
func TestClose(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		answers := make(chan error, 100)
		for range cap(answers) {
			w.Append("room", history.Entry{}, func(_ history.Entry, _ bool, err error) { answers <- err })
		}
		if err := w.Close(context.Background()); err != nil {
			t.Fatalf("Close: %v", err)
		}
		for range cap(answers) {
			if err := <-answers; err != nil {
				t.Errorf("an entry that waited: %v", err)
			}
		}
		if a := w.try("room", history.Entry{}); !errors.Is(a.err, history.ErrClosed) {
			t.Errorf("an append afterwards: %v, want ErrClosed", a.err)
		}
		if _, err := w.Follow("room", func(history.Entry) {}); !errors.Is(err, history.ErrClosed) {
			t.Errorf("Follow afterwards: %v, want ErrClosed", err)
		}
		if _, _, _, err := w.After(t.Context(), "room", "", 1); !errors.Is(err, history.ErrClosed) {
			t.Errorf("After afterwards: %v, want ErrClosed", err)
		}
	})
}

// A disk hangs, and with it the answers. Close does not wait for ever.
func TestCloseHasALimit(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		blocked, release := make(chan struct{}), make(chan struct{})
		defer close(release)
		go w.Append("room", history.Entry{}, func(history.Entry, bool, error) { close(blocked); <-release })
		<-blocked
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := w.Close(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Close: %v, want that of the context", err)
		}
	})
}

package bus_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
	"chat/chat/internal/redistest"
)

// ears are a listener, and what it heard.
type ears struct {
	*bus.Listener
	bus   *bus.Bus
	heard chan string // channel and payload
	back  chan string
}

func listen(t *testing.T, client redis.UniversalClient) *ears {
	t.Helper()
	b, err := bus.New(client, "")
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	e := &ears{bus: b, heard: make(chan string, 1000), back: make(chan string, 1000)}
	e.Listener = b.Listen(slog.New(slog.DiscardHandler),
		func(channel, payload string) { e.heard <- channel + " " + payload },
		func(channel string) { e.back <- channel })
	t.Cleanup(e.Close)
	return e
}

func (e *ears) add(t *testing.T, room string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := e.Add(ctx, e.bus.Channel(room, "log")); err != nil {
		t.Fatalf("Add: %v", err)
	}
}

func (e *ears) say(t *testing.T, room, text string) {
	t.Helper()
	if err := e.bus.Exec(t.Context(), []bus.Command{e.bus.Publish(t.Context(), e.bus.Channel(room, "log"), []byte(text))}); err != nil {
		t.Fatalf("Publish: %v", err)
	}
}

// await returns what comes next.
func await(t *testing.T, from chan string) string {
	t.Helper()
	select {
	case s := <-from:
		return s
	case <-time.After(20 * time.Second):
		t.Fatalf("nothing came within 20 s")
		return ""
	}
}

// A channel that was let go of and taken again, quickly and often, is heard.
func TestAddAndRemove(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		e := listen(t, r.Client(t))
		for i := range 50 {
			e.add(t, "den")
			e.say(t, "den", fmt.Sprint(i))
			if got, want := await(t, e.heard), fmt.Sprint("chat:{den}:log ", i); got != want {
				t.Fatalf("heard %q, want %q", got, want)
			}
			e.Remove(e.bus.Channel("den", "log"))
		}
		e.add(t, "attic")
		e.say(t, "den", "to nobody")
		e.say(t, "attic", "end")
		if got := await(t, e.heard); got != "chat:{attic}:log end" {
			t.Errorf("heard %q from a room that was let go of", got)
		}
	})
}

// After a break every channel is heard again, and said to be.
func TestBack(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		faults := &redistest.Faults{}
		e, other := listen(t, r.Through(t, faults.Dial)), listen(t, r.Client(t))
		const rooms = 450 // more than one command takes
		var all sync.WaitGroup
		for i := range rooms {
			all.Go(func() { e.add(t, fmt.Sprint(i)) })
		}
		all.Wait()
		faults.Break()
		for range rooms {
			await(t, e.back)
		}
		for i := range rooms {
			other.say(t, fmt.Sprint(i), "x")
		}
		for range rooms {
			await(t, e.heard)
		}
	})
}

// Channels know no databases. Two deployments in two databases of one Redis must
// not hear each other all the same.
func TestDatabasesAreApart(t *testing.T) {
	r := redistest.Embedded(t)
	o := *r.Client(t).Options()
	o.DB = 3
	third := redis.NewClient(&o)
	t.Cleanup(func() { _ = third.Close() })
	ours, theirs := listen(t, r.Client(t)), listen(t, third)
	ours.add(t, "den")
	theirs.add(t, "den")
	theirs.say(t, "den", "theirs")
	ours.say(t, "den", "ours")
	if got := await(t, ours.heard); got != "chat:{den}:log ours" {
		t.Errorf("heard %q", got)
	}
}

// Add comes back in time when nobody answers, and so does Close.
func TestNobodyThere(t *testing.T) {
	r := redistest.Embedded(t)
	c := r.Client(t)
	r.Stop()
	e := listen(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := e.Add(ctx, "den"); err == nil {
		t.Errorf("Add: got no error")
	}
}

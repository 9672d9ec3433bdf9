package history_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// Fifty people on two servers talk at once. Everybody hears everything once and
// in one order, which is that of the log, and what somebody is told to be stored
// they have heard.
func TestRedisOneOrder(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		peers := []*peer{join(t, r), join(t, r)}
		hearings := []*hearing{peers[0].follow("den"), peers[1].follow("den")}
		writers, each := size(r, 50, 20), size(r, 6, 4)
		var mu sync.Mutex
		var acked []history.ID
		var all sync.WaitGroup
		for w := range writers {
			p, h := peers[w%2], hearings[w%2]
			all.Go(func() {
				for i := range each {
					id := p.sayHeard(h, fmt.Sprintf("%d.%d", w, i))
					mu.Lock()
					acked = append(acked, id)
					mu.Unlock()
				}
			})
		}
		all.Wait()
		want := peers[0].all("den")
		if len(want) != writers*each || !slices.IsSorted(ids(want)) {
			t.Fatalf("the log has %d entries, in order: %t; want %d", len(want), slices.IsSorted(ids(want)), writers*each)
		}
		for i, h := range hearings {
			same(t, fmt.Sprint("server ", i), h.await(t, len(want)), want)
		}
		slices.Sort(acked)
		if !slices.Equal(acked, ids(want)) {
			t.Errorf("%d were acknowledged, and they are not those of the log", len(acked))
		}
	})
}

// sayHeard stores a new text, and checks that h was told before the sender.
func (p *peer) sayHeard(h *hearing, text string) (id history.ID) {
	insist(p.t, func() error {
		answers := make(chan answer, 1)
		p.Append("den", history.Entry{Key: text, Data: []byte(text)}, func(stored history.Entry, again bool, err error) {
			list := h.entries()
			if err == nil && (len(list) == 0 || list[len(list)-1].ID < stored.ID) {
				p.t.Errorf("%s was acknowledged before it was delivered", stored.ID)
			}
			answers <- answer{stored, again, err}
		})
		a := <-answers
		id = a.entry.ID
		return a.err
	})
	return id
}

// An answer is lost, and the client sends the message again: on the same server
// and on another one.
func TestRedisAgain(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		one, other := join(t, r), join(t, r)
		heard := other.follow("den")
		e := history.Entry{Key: "k", Origin: "socket", File: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Data: []byte("first")}
		first := one.try("den", e)
		if first.err != nil || first.again || first.entry.Origin != "socket" {
			t.Fatalf("the first try: %+v", first)
		}
		for _, p := range []*peer{one, other} {
			a := p.try("den", history.Entry{Key: "k", Data: []byte("second")})
			if a.err != nil || !a.again || a.entry.ID != first.entry.ID || string(a.entry.Data) != "first" {
				t.Errorf("the second try: %+v, want the first entry again", a)
			}
			wantFound(t, p, "den", "k", first.entry.ID)
			wantFound(t, p, "elsewhere", "k", "")
			wantFound(t, p, "den", "another", "")
			wantFound(t, p, "den", "", "")
		}
		if a := other.try("elsewhere", e); a.again || a.err != nil {
			t.Errorf("the key in another room: %+v, want a new entry", a)
		}
		other.say("den", "end")
		if got := texts(heard.await(t, 2)); got != "first end" {
			t.Errorf("heard %q, want each once", got)
		}
		if got := heard.entries()[0]; got.Origin != "socket" || got.Key != "k" || got.File != e.File {
			t.Errorf("heard %+v, want what was sent", got)
		}
	})
}

// The connection breaks when Redis has stored a message and not yet answered.
// The sender is told that nobody knows, tries again, and it is there once.
func TestRedisLostAnswers(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p, other := join(t, r), join(t, r)
		heard := other.follow("den")
		p.say("den", "before")
		lost := 0
		for i := range 20 {
			e := history.Entry{Key: fmt.Sprint(i), Data: fmt.Append(nil, i)}
			p.faults.LoseAnswers(1)
			a := p.try("den", e)
			if a.err == nil {
				t.Fatalf("%d was acknowledged without an answer", i)
			}
			p.faults.LoseAnswers(0)
			if p.insist("den", e).again {
				lost++
			}
		}
		if lost == 0 {
			t.Errorf("no answer was lost after its message was stored; the test tests nothing")
		}
		if got := len(heard.await(t, 21)); got != 21 || len(p.all("den")) != 21 {
			t.Errorf("heard %d, and the log has %d; want 21 each", got, len(p.all("den")))
		}
	})
}

// A second deployment uses the same Redis, and has a room of the same name.
func TestRedisTwoDeployments(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		ours := join(t, r)
		theirs := join(t, r, func(o *history.RedisOptions) { o.Prefix = "other:" })
		heard := theirs.follow("den")
		ours.follow("den")
		ours.say("den", "ours")
		theirs.say("den", "theirs")
		if got := texts(heard.await(t, 1)); got != "theirs" {
			t.Errorf("the other deployment heard %q", got)
		}
		if got := texts(theirs.all("den")); got != "theirs" {
			t.Errorf("the other deployment has %q", got)
		}
	})
}

// Redis is away for a while. Whoever writes is told within a second, nobody
// waits for it, and when it is back everybody has everything.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		one, other := join(t, r), join(t, r)
		heard := []*hearing{one.follow("den"), other.follow("den")}
		one.say("den", "before")
		r.Stop()
		start := time.Now()
		if a := one.try("den", history.Entry{Key: "k", Data: []byte("meanwhile")}); a.err == nil {
			t.Errorf("a message was acknowledged that nobody stored")
		}
		if _, _, _, err := one.After(t.Context(), "den", "", 1); err == nil {
			t.Errorf("After: got no error")
		}
		if _, err := one.Follow("attic", func(history.Entry) {}); err == nil {
			t.Errorf("Follow: got no error")
		}
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("three calls took %s", took)
		}
		r.Start()
		start = time.Now()
		one.insist("den", history.Entry{Key: "k", Data: []byte("meanwhile")})
		other.insist("den", history.Entry{Key: "l", Data: []byte("after")})
		for i, h := range heard {
			if got := texts(h.await(t, 3)); got != "before meanwhile after" {
				t.Errorf("server %d heard %q", i, got)
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("healed after %s, want 5 s at most", took)
		}
	})
}

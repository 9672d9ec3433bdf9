package limit

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chat/auth/internal/once"
	"chat/auth/internal/redistest"
)

// G03. The attack: make Redis fail, and guess while nobody counts.
func TestFailsClosed(t *testing.T) {
	r := redistest.Embedded(t)
	l := New(r.Client, "chat:", nil)
	r.Stop()
	for codes := range 4 {
		if ticket, err := l.Take(t.Context(), from("192.0.2.1", codes)); err == nil {
			t.Errorf("%d codes while Redis is gone: got %+v, want an error", codes, ticket)
		}
	}
}

// G03. The fault: Redis hangs. Tries have their answers after half a second, a
// hundred at once too, and for a second the next ones have it at once.
func TestFailsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late atomic.Int64
		r := redistest.Delayed(t, redistest.By(func() time.Duration { return time.Duration(late.Load()) }))
		l := New(r.Client, "chat:", time.Now)
		want(t, l, from("192.0.2.1", 3), Go)
		late.Store(int64(time.Hour))
		for round, limit := range []time.Duration{once.Timeout, 0} {
			var later atomic.Int32
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() {
					begin := time.Now()
					if _, err := l.Take(t.Context(), from(scattered(i), 1+i%2)); err == nil {
						t.Error("got no error")
					}
					if time.Since(begin) > limit {
						later.Add(1)
					}
				})
			}
			all.Wait()
			// Whoever took the place of the first to give up had to find out alone.
			if n := later.Load(); n > strangersAtOnce || round > 0 && n > 0 {
				t.Errorf("round %d: %d of 100 tries took longer than %v", round, n, limit)
			}
		}
		begin := time.Now()
		if _, err := l.Take(t.Context(), from("192.0.2.1", 3)); err == nil {
			t.Error("got no error")
		}
		if took := time.Since(begin); took != once.Timeout {
			t.Errorf("the owner waited for %v, want %v", took, once.Timeout)
		}
		time.Sleep(suspicion)
		for range 3 { // It still hangs: one finds out, now and then.
			_, _ = l.Take(t.Context(), from("192.0.2.1", 1))
		}
		late.Store(0)
		time.Sleep(lately)
		want(t, l, from("192.0.2.1", 1), Go)
	})
}

// mishaps is a Limiter whose Redis fails as long as failing is true.
func mishaps(t *testing.T) (l *Limiter, failing *atomic.Bool) {
	failing = new(atomic.Bool)
	r := redistest.Delayed(t, func(time.Time) error {
		if failing.Load() {
			return errors.New("the connection broke")
		}
		return nil
	})
	return New(r.Client, "chat:", time.Now), failing
}

// The fault: one connection breaks, under a stranger or under several at once. That
// is their trouble; whoever comes next is served.
func TestAMishapIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, failing := mishaps(t)
		want(t, l, from(scattered(0), 1), Go)
		for round := range 3 {
			failing.Store(true)
			if _, err := l.Take(t.Context(), from(scattered(1), 1)); err == nil {
				t.Fatal("got no error while Redis fails")
			}
			failing.Store(false)
			time.Sleep(time.Millisecond)
			want(t, l, from(scattered(2+round), 1), Go)
			time.Sleep(lately) // what was learned of it is forgotten
			failing.Store(true)
			if _, err := l.Need(t.Context(), from(scattered(1), 1)); err == nil {
				t.Fatal("the page: got no error while Redis fails")
			}
			failing.Store(false)
			want(t, l, from(scattered(6+round), 1), Go)
			time.Sleep(lately)
		}
		begun := time.Now() // of four that are before Redis when it goes
		time.Sleep(time.Millisecond)
		for range strangersAtOnce {
			if l.recent.failing(begun) {
				t.Error("what fails at once counts as one after the other")
			}
		}
		if !l.recent.failing(time.Now()) {
			t.Error("who asked after that and failed counts for nothing")
		}
	})
}

// The fault: Redis fails strangers again and again, so that it is left alone for a
// second. The owner, with a device that is known or with three codes, asks it all
// the same, and is served in the moment in which it answers.
func TestTheOwnerIsRefusedByNoMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, failing := mishaps(t)
		if err := l.Trust(t.Context(), "", Device{Hash: "d1", Made: time.Now()}, 0); err != nil {
			t.Fatalf("Trust: got %v", err)
		}
		known, unknown := from("203.0.113.1", 1), from("203.0.113.2", 3)
		known.Device, unknown.Device = "d1", "made up"
		want(t, l, known, Go)
		time.Sleep(lately)
		failing.Store(true)
		for range 3 {
			for _, try := range []Try{from(scattered(1), 1), known, {Codes: 1, Device: "made up"}} {
				if _, err := l.Take(t.Context(), try); err == nil {
					t.Fatalf("%+v: got no error while Redis fails", try)
				}
				time.Sleep(time.Millisecond)
			}
		}
		failing.Store(false)
		if _, err := l.Take(t.Context(), from(scattered(2), 1)); err == nil {
			t.Error("a stranger: got no error, want Redis left alone")
		}
		want(t, l, known, Go)
		want(t, l, unknown, Go)
	})
}

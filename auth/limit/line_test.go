package limit

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chat/auth/internal/redistest"
)

// A14. The attack: a hundred strangers guess in the moment in which single codes
// still count, so that Redis is asked about each of them. The owner, who comes
// last with three codes or with a trusted device, is not behind them.
func TestTheOwnerWaitsInNoLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		var hold atomic.Pointer[chan struct{}] // closed to let Redis go on
		r := redistest.Delayed(t, func(time.Time) error {
			if held := hold.Load(); held != nil {
				asked.Add(1)
				<-*held
			}
			return nil
		})
		c := newClock()
		l := New(r.Client, "chat:", c.now)
		if err := l.Trust(t.Context(), "", Device{Hash: "d1", Made: c.now()}, 0); err != nil {
			t.Fatalf("Trust: got %v", err)
		}
		known := from("203.0.113.1", 1)
		known.Device = "d1"
		want(t, l, known, Go)
		var all sync.WaitGroup
		for range strangersAtOnce + 3 { // as many connections as are needed below
			all.Go(func() { r.Client.Ping(t.Context()) })
		}
		all.Wait()

		stop := make(chan struct{})
		hold.Store(&stop)
		var looked atomic.Int32
		for i := range 100 {
			all.Go(func() {
				ticket, err := l.Take(t.Context(), Try{Addr: netip.MustParseAddr(scattered(i)), Codes: 1, Fresh: true})
				if err != nil {
					t.Errorf("a stranger: got %v", err)
				}
				if ticket.Verdict == Go {
					looked.Add(1)
				}
			})
		}
		synctest.Wait()
		if got := asked.Load(); got != strangersAtOnce {
			t.Errorf("Redis is asked about %d of 100 strangers at once, want %d", got, strangersAtOnce)
		}
		for i, owner := range []Try{from("203.0.113.2", 3), known} {
			all.Go(func() {
				if ticket, err := l.Take(t.Context(), owner); err != nil || ticket.Verdict != Go {
					t.Errorf("%+v: got %+v, %v, want it to go on", owner, ticket, err)
				}
			})
			synctest.Wait()
			if got := asked.Load(); got != int32(strangersAtOnce+i+1) {
				t.Errorf("%+v is behind the strangers", owner)
			}
		}
		hold.Store(nil)
		close(stop)
		all.Wait()
		if got := looked.Load(); got != singleBurst {
			t.Errorf("of 100 strangers' codes %d are looked at, want %d", got, singleBurst)
		}
	})
}

// A14. The attack: a network fills the line with tries while Redis is slow, so that
// nobody else's code is looked at before theirs. The owner, on a device that is not
// known and with one code, waits for no more than one of them.
func TestNoNetworkFillsTheLine(t *testing.T) {
	tests := []struct {
		name     string
		attacker func(i int) string
	}{
		{"one address", func(int) string { return "10.0.0.1" }},
		{"a /24", func(i int) string { return fmt.Sprintf("10.0.0.%d", i) }},
		{"a /48", func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := redistest.Delayed(t, redistest.By(func() time.Duration { return 100 * time.Millisecond }))
				l := New(r.Client, "chat:", newClock().now)
				ask(t, l, from("203.0.113.9", 1)) // from then on Redis knows the script
				ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
				defer cancel()
				var all sync.WaitGroup
				for i := range 200 {
					all.Go(func() { _, _ = l.Take(ctx, from(tt.attacker(i), 1)) })
				}
				synctest.Wait()
				if ticket, err := l.Take(ctx, from("203.0.113.1", 1)); err != nil || ticket.Verdict != Go {
					t.Errorf("the owner: got %+v, %v, want the code looked at", ticket, err)
				}
				all.Wait()
			})
		})
	}
}

// Networks take turns in a line, and each lets those in first who came first. Who
// left meanwhile keeps no place.
func TestTheOrderOfALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		if err := l.enter(t.Context(), "a"); err != nil {
			t.Fatalf("enter: got %v", err)
		}
		impatient, hangUp := context.WithCancel(t.Context())
		var order []string // written by who is in
		var all sync.WaitGroup
		for _, who := range []string{"a1", "a2 leaves", "a3", "a4", "b1 leaves", "c1", "c2", "d1"} {
			ctx := t.Context()
			if strings.HasSuffix(who, "leaves") {
				ctx = impatient
			}
			all.Go(func() {
				if l.enter(ctx, who[:1]) == nil {
					order = append(order, who)
					l.leave()
				}
			})
			synctest.Wait()
		}
		hangUp()
		synctest.Wait()
		l.leave()
		all.Wait()
		if got := strings.Join(order, " "); got != "a1 c1 d1 a3 c2 a4" {
			t.Errorf("got the order %s, want a1 c1 d1 a3 c2 a4", got)
		}
		if err := l.enter(t.Context(), "e"); err != nil || len(l.turns)+len(l.waiting)+l.room != 0 {
			t.Errorf("afterwards: got %v, and %d turns, %d networks, %d places, want none", err, len(l.turns), len(l.waiting), l.room)
		}
	})
}

// The fault: a place comes in the moment in which who waited for it gives up. It
// goes to the next.
func TestAPlaceThatComesTooLate(t *testing.T) {
	l := newLine(0)
	late, next := l.join("a"), l.join("b")
	l.leave()
	l.quit("a", late)
	select {
	case <-next:
	default:
		t.Error("the place is lost")
	}
}

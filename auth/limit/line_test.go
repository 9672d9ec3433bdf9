package limit

import (
	"fmt"
	"net/netip"
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

// A line lets those in first who came first.
func TestALineKeepsItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := make(line, 1)
		if err := l.enter(t.Context()); err != nil {
			t.Fatalf("enter: got %v", err)
		}
		var order []int // written by who is in
		var all sync.WaitGroup
		for i := range 5 {
			all.Go(func() {
				_ = l.enter(t.Context()) // It does not end.
				order = append(order, i)
				l.leave()
			})
			synctest.Wait()
		}
		l.leave()
		all.Wait()
		if got := fmt.Sprint(order); got != "[0 1 2 3 4]" {
			t.Errorf("got the order %s, want that in which they came", got)
		}
	})
}

package limit

import (
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// clock is a settable clock.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// from is a try with so many codes.
func from(addr string, codes int) Try {
	return Try{Addr: netip.MustParseAddr(addr), Codes: codes, Fresh: true}
}

func ask(t *testing.T, l *Limiter, try Try) Ticket {
	t.Helper()
	ticket, err := l.Take(t.Context(), try)
	if err != nil {
		t.Fatalf("Take(%+v): got %v", try, err)
	}
	return ticket
}

func want(t *testing.T, l *Limiter, try Try, v Verdict) Ticket {
	t.Helper()
	ticket := ask(t, l, try)
	if ticket.Verdict != v {
		t.Fatalf("Take(%+v): got verdict %d, retry after %v, need %d, want verdict %d",
			try, ticket.Verdict, ticket.RetryAfter, ticket.Need, v)
	}
	return ticket
}

// The attack: 200 guesses at once, in the hope that they are all looked at
// before the first one is counted.
func TestParallelTriesShareOneBudget(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		l := New(r.Client, "chat:", nil)
		var passed, refused, late atomic.Int32
		var all sync.WaitGroup
		barrier := make(chan struct{})
		for range 200 {
			all.Go(func() {
				<-barrier
				switch ticket, err := l.Take(t.Context(), from("192.0.2.1", 1)); {
				case err != nil:
					late.Add(1) // A machine under load; not let through either way.
				case ticket.Verdict == Go:
					passed.Add(1)
				default:
					refused.Add(1)
				}
			})
		}
		close(barrier)
		all.Wait()
		if passed.Load() < 1 || passed.Load() > 5 || passed.Load()+late.Load() < 5 {
			t.Errorf("got %d passed, %d refused, %d without an answer, want 5, 195 and 0", passed.Load(), refused.Load(), late.Load())
		}
	})
}

// A13, A14. The attack: an address of its own for each guess. Single codes end
// after 20, pairs after 90 and three a second, triples never.
func TestLevels(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	n := 0
	next := func(codes int) Ticket {
		n++
		addr := netip.AddrFrom4([4]byte{10, byte(n >> 8), byte(n), 1})
		return ask(t, l, from(addr.String(), codes))
	}
	changes := []string{}
	spend := func(codes int) (passed int) {
		for {
			ticket := next(codes)
			if ticket.Was != ticket.Level {
				changes = append(changes, string('0'+rune(ticket.Was))+string('0'+rune(ticket.Level)))
			}
			if ticket.Verdict != Go {
				return passed
			}
			passed++
		}
	}
	if got := spend(1); got != 20 {
		t.Errorf("single codes: got %d, want 20", got)
	}
	if got := spend(2); got != 90 {
		t.Errorf("pairs: got %d, want 90", got)
	}
	for range 1000 {
		if ticket := next(3); ticket.Verdict != Go {
			t.Fatalf("three codes: got verdict %d, want always Go", ticket.Verdict)
		}
	}
	c.advance(10 * time.Second)
	if got := spend(2); got != 29 {
		t.Errorf("pairs after 10 s: got %d, want 29", got)
	}
	c.advance(365 * 24 * time.Hour / 180)
	if got := spend(1); got != 1 {
		t.Errorf("single codes after two days: got %d, want 1", got)
	}
	// The last 1 was one more single code, and the level it left was 3.
	if got := strings.Join(changes, " "); got != "12 23 32" {
		t.Errorf("announced: got %q, want each change once and no flutter", got)
	}
	if ticket, err := l.Look(t.Context(), from("192.0.2.1", 1)); err != nil || ticket.Need != 2 {
		t.Errorf("Look: got need %d, %v, want 2", ticket.Need, err)
	}
}

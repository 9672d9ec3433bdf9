package limit

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// five is the login's budget.
var five = Limit{Burst: 5, Period: 15 * time.Minute}

func take(t *testing.T, l *Limiter, key string) *Charge {
	t.Helper()
	c, err := l.Take(t.Context(), key)
	if err != nil {
		t.Fatalf("Take(%q): got %v, want a charge", key, err)
	}
	return c
}

func wantRefused(t *testing.T, l *Limiter, key string) time.Duration {
	t.Helper()
	_, err := l.Take(t.Context(), key)
	refused, ok := errors.AsType[Refused](err)
	if !ok {
		t.Fatalf("Take(%q): got %v, want Refused", key, err)
	}
	return refused.RetryAfter
}

// The attack: 200 guesses at once, in the hope that they are all looked at
// before the first one is counted.
func TestParallelAttemptsShareOneBudget(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		l := New(r.Client, "chat:", five)
		var passed, refused, late atomic.Int32
		var all sync.WaitGroup
		barrier := make(chan struct{})
		for range 200 {
			all.Go(func() {
				<-barrier
				switch _, err := l.Take(t.Context(), "a"); err.(type) {
				case nil:
					passed.Add(1)
				case Refused:
					refused.Add(1)
				default:
					late.Add(1) // A machine under load; not let through either way.
				}
			})
		}
		close(barrier)
		all.Wait()
		if passed.Load() > 5 || passed.Load()+late.Load() < 5 {
			t.Errorf("got %d passed, %d refused, %d without an answer, want 5, 195 and 0", passed.Load(), refused.Load(), late.Load())
		}
	})
}

func TestRefusedUntilRetryAfter(t *testing.T) {
	r := redistest.Embedded(t)
	r.Advance(0) // from here on its clock stands still
	l := New(r.Client, "chat:", five)
	for range 5 {
		take(t, l, "a")
	}
	wait := wantRefused(t, l, "a")
	if wait <= 179*time.Second || wait > 180*time.Second {
		t.Errorf("RetryAfter: got %v, want 3 min", wait)
	}
	take(t, l, "b")
	r.Advance(wait - time.Second)
	wantRefused(t, l, "a")
	r.Advance(time.Second)
	take(t, l, "a")
	wantRefused(t, l, "a")
	r.Advance(time.Hour)
	for range 5 {
		take(t, l, "a")
	}
	wantRefused(t, l, "a")
}

// The attack: log in with one's own right code to refill the budget of the
// wrong ones.
func TestRefundGivesBackOnlyItsOwn(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		l := New(r.Client, "chat:", five)
		for range 4 {
			take(t, l, "a")
		}
		own := take(t, l, "a")
		for range 3 {
			if err := own.Refund(t.Context()); err != nil {
				t.Fatalf("Refund: got %v", err)
			}
		}
		take(t, l, "a")
		wantRefused(t, l, "a")
	})
}

func TestRefundOfTheOnlyChargeLeavesNoKey(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		l := New(r.Client, "chat:", five)
		if err := take(t, l, "a").Refund(t.Context()); err != nil {
			t.Fatalf("Refund: got %v", err)
		}
		keys, err := r.Client.Keys(t.Context(), "*").Result()
		if err != nil || len(keys) != 0 {
			t.Errorf("keys: got %q, %v, want none", keys, err)
		}
	})
}

// The attack: hold a successful login open until its charge has drained by
// itself, and refund it then, out of the guesses that came after it.
func TestLateRefundGivesNothing(t *testing.T) {
	r := redistest.Embedded(t)
	l := New(r.Client, "chat:", five)
	late := take(t, l, "a")
	late.drained = time.Now()
	for range 4 {
		take(t, l, "a")
	}
	if err := late.Refund(t.Context()); err != nil {
		t.Fatalf("Refund: got %v", err)
	}
	wantRefused(t, l, "a")
}

func TestKeysBeginWithThePrefix(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		take(t, New(r.Client, "chat:login:", five), "192.0.2.1")
		keys, err := r.Client.Keys(t.Context(), "*").Result()
		if err != nil {
			t.Fatalf("listing keys: %v", err)
		}
		if got, want := strings.Join(keys, " "), "chat:login:192.0.2.1"; got != want {
			t.Errorf("keys: got %q, want %q", got, want)
		}
		ttl, err := r.Client.PTTL(t.Context(), keys[0]).Result()
		if err != nil || ttl <= 0 || ttl > 180*time.Second {
			t.Errorf("time to live: got %v, %v, want up to 3 min", ttl, err)
		}
	})
}

// The attack: make Redis fail, and guess while nobody counts.
func TestFailsClosedAndFast(t *testing.T) {
	tests := []struct {
		name  string
		start func(*testing.T) *Limiter
	}{
		{"down", func(t *testing.T) *Limiter {
			r := redistest.Embedded(t)
			r.Stop()
			return New(r.Client, "chat:", five)
		}},
		{"hanging", func(t *testing.T) *Limiter {
			silent, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = silent.Close() })
			return New(redistest.Dial(t, silent.Addr().String()), "chat:", five)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := tt.start(t)
			start := time.Now()
			_, err := l.Take(context.Background(), "a")
			if _, refused := errors.AsType[Refused](err); err == nil || refused {
				t.Errorf("Take: got %v, want an error that is not Refused", err)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("Take: took %v, want less than 1s", took)
			}
		})
	}
}

func TestSource(t *testing.T) {
	tests := []struct{ name, addr, want string }{
		{"IPv4", "192.0.2.1", "192.0.2.1"},
		{"IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1"},
		{"IPv6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"the same /64", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"},
		{"the next /64", "2001:db8:1:3::1", "2001:db8:1:3::/64"},
		{"link local with a zone", "fe80::1%eth0", "fe80::/64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Source(netip.MustParseAddr(tt.addr)); got != tt.want {
				t.Errorf("Source(%s): got %s, want %s", tt.addr, got, tt.want)
			}
		})
	}
	if got := Source(netip.Addr{}); got == "" {
		t.Error("Source of no address: got an empty key")
	}
}

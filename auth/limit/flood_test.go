package limit

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// The attack: hammer at the login, so that the counters have no time for others.
func TestAFloodStaysOutside(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		l := New(r.Client, "chat:", nil)
		try := Try{Addr: netip.MustParseAddr("192.0.2.7"), Codes: 1, Fresh: true}
		for range perMinute { // as tries do that memory does not answer
			if wait, err := l.flood.wait(t.Context(), "chat:flood:192.0.2.7"); err != nil || wait != 0 {
				t.Fatalf("the gate: got %v, %v, want it open", wait, err)
			}
		}
		ticket, err := l.Take(t.Context(), try)
		if err != nil || ticket.Verdict != Wait || ticket.RetryAfter > 3*time.Second {
			t.Errorf("the next try: got %+v, %v; want to wait for the gate, not for the source's hour", ticket, err)
		}
		try.Codes = 3
		if ticket, err := l.Take(t.Context(), try); err != nil || ticket.Verdict != Go {
			t.Errorf("three codes: got %+v, %v; want them to go on", ticket, err)
		}
		try.Codes, try.Addr = 1, netip.MustParseAddr("198.51.100.7")
		if ticket, err := l.Take(t.Context(), try); err != nil || ticket.Verdict != Go {
			t.Errorf("another source: got %+v, %v; want it to go on", ticket, err)
		}
	})
}

// The attack: a flood of tries, so that the disk of the embedded store is full.
func TestRefusedTriesWriteNothing(t *testing.T) {
	c := newClock()
	r := redistest.Embedded(t)
	l := New(r.Client, "chat:", c.now)
	for range 6 {
		ask(t, l, from("192.0.2.1", 1))
	}
	dump := func() (all string) {
		keys := r.Client.Keys(t.Context(), "*").Val()
		slices.Sort(keys)
		for _, key := range keys {
			if key == "chat:guard" {
				fields := r.Client.HMGet(t.Context(), key, "time", "seen", "single", "level").Val()
				for _, f := range fields {
					all += " " + f.(string)
				}
				continue
			}
			all += key + "=" + r.Client.Get(t.Context(), key).Val() + "\n"
		}
		return all
	}
	before := dump()
	for range 20 {
		c.advance(time.Second)
		want(t, l, from("192.0.2.1", 1), Wait)
	}
	if after := dump(); after != before {
		t.Errorf("refused tries changed\n%s\nto\n%s", before, after)
	}
	for _, key := range r.Client.Keys(t.Context(), "*").Val() {
		if !strings.HasPrefix(key, "chat:") {
			t.Errorf("key %q does not begin with the prefix", key)
		}
	}
}

package limit

import (
	"net/netip"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// The attack: set the server's clock back, or make it jump, for a new budget.
// The fault: it ran a year ahead and was set right.
func TestClockThatGoesBack(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	for range 5 {
		want(t, l, from("192.0.2.1", 1), Go)
	}
	for range 3 {
		c.advance(-30 * 24 * time.Hour)
		want(t, l, from("192.0.2.1", 1), Wait)
	}
	c.advance(59 * time.Minute)
	want(t, l, from("192.0.2.1", 1), Wait)
	c.advance(time.Minute)
	want(t, l, from("192.0.2.1", 1), Go)
}

// Lost counters are no fresh budget, and the codes of the window count as used.
// The attack on whoever comes in that moment: nothing is looked at, so that a
// right code fails, and each try is charged.
func TestLostCounters(t *testing.T) {
	c := newClock()
	c.advance(10 * time.Second)
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	if err := l.Trust(t.Context(), "", Device{Hash: "d1", Made: c.now()}, 0); err != nil {
		t.Fatalf("Trust: got %v", err)
	}
	try := from("192.0.2.1", 1)
	try.Fresh = false
	ticket := want(t, l, try, Unsure)
	if ticket.Was != 0 || ticket.Level != 2 || ticket.Need != 2 || ticket.Floor != c.now().Unix()/30+1 {
		t.Errorf("got was %d, level %d, need %d, floor %d, want 0, 2, 2 and the next step", ticket.Was, ticket.Level, ticket.Need, ticket.Floor)
	}
	known := try
	known.Device = "d1"
	for i := range 50 {
		for codes := range 3 {
			try.Codes, try.Addr = codes+1, netip.MustParseAddr(scattered(i))
			if ticket := want(t, l, try, Unsure); ticket.RetryAfter != 50*time.Second || ticket.Need != 2 {
				t.Fatalf("%d codes: got retry after %v and need %d, want the end of the next step and 2", codes+1, ticket.RetryAfter, ticket.Need)
			}
		}
		if ticket := want(t, l, known, Unsure); ticket.RetryAfter != 50*time.Second || ticket.Need != 1 || !ticket.Trusted {
			t.Fatalf("a trusted device: got %+v, want the end of the next step and one code", ticket)
		}
	}
	c.advance(50*time.Second - time.Millisecond)
	want(t, l, known, Unsure)
	c.advance(time.Millisecond)
	if ticket := want(t, l, known, Go); ticket.Failures != 1 {
		t.Errorf("the trusted device has paid for %d tries, want this one", ticket.Failures)
	}
	try = from("192.0.2.1", 1) // which is fresh, but too late
	want(t, l, try, More)
	try.Codes = 2
	want(t, l, try, Go)
	c.advance(365 * 24 * time.Hour / 180)
	try.Codes = 1
	want(t, l, try, Go)
}

// G02. The fault: counters are new, or may lack their end, at any moment of a step.
// Until the window has no code that may have been used before, which takes 30 to
// 60 seconds, nobody gets in; from then on they do.
func TestTheWaitForOtherCodes(t *testing.T) {
	for _, late := range []time.Duration{0, time.Millisecond, 15 * time.Second, 30*time.Second - time.Millisecond} {
		c := newClock()
		c.advance(late)
		l := New(redistest.Embedded(t).Client, "chat:", c.now)
		begun, try := c.now(), from("192.0.2.1", 3)
		try.Fresh = false
		ticket := want(t, l, try, Unsure)
		if least := 60*time.Second - late; ticket.RetryAfter != least {
			t.Errorf("%v into a step: got %v to wait, want %v", late, ticket.RetryAfter, least)
		}
		newest := begun.Unix()/30 + 1 // step of a code that may have been used
		c.advance(ticket.RetryAfter - time.Millisecond)
		want(t, l, try, Unsure)
		c.advance(time.Millisecond)
		if ticket = want(t, l, try, Go); ticket.Floor != newest || c.now().Unix()/30 <= newest {
			t.Errorf("%v into a step: got floor %d at step %d, want %d before it", late, ticket.Floor, c.now().Unix()/30, newest)
		}
	}
}

// B07. The attack: log in at the one server that has not heard of the rotation.
func TestOlderEpochLetsNobodyIn(t *testing.T) {
	l := New(redistest.Embedded(t).Client, "chat:", newClock().now)
	try := from("192.0.2.1", 1)
	try.Epoch, try.Ordered = 8, true
	want(t, l, try, Go)
	try.Epoch, try.Codes = 7, 3
	want(t, l, try, Stale)
	try.Ordered = false // epochs of the environment say nothing
	want(t, l, try, Go)
}

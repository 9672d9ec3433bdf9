package limit

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// scattered gives each try an address of another network.
func scattered(i int) string { return netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 1}).String() }

// The attack: a thousand tries a second from everywhere, so that the owner's
// finds Redis busy. What they would be told is known already, by the next of
// them and for a second.
func TestAFloodStaysInMemory(t *testing.T) {
	tests := []struct {
		name  string
		spent int // tries with two codes before the flood
		try   func(i int) Try
		want  Verdict
		need  Level
	}{
		{"single codes", 0, func(i int) Try { return from(scattered(i), 1) }, More, 2},
		{"pairs", 200, func(i int) Try { return from(scattered(i), 2) }, More, 3},
		{"made-up devices", 0, func(i int) Try {
			try := from(scattered(i), 1)
			try.Device = fmt.Sprint("made up ", i)
			return try
		}, More, 2},
		{"one source", 0, func(int) Try { return from("10.200.0.1", 2) }, Wait, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, r := newClock(), redistest.Embedded(t)
			l := New(r.Client, "chat:", c.now)
			for range 6 {
				ask(t, l, from("10.200.0.1", 1)) // is blocked by the last one
			}
			for i := range 25 {
				ask(t, l, from(scattered(i), 1))
			}
			for i := range tt.spent {
				ask(t, l, from(scattered(i), 2))
			}
			for second := range 3 {
				before := r.Commands()
				for i := range 300 {
					if ticket := want(t, l, tt.try(1000*second+i), tt.want); tt.want == More && ticket.Need != tt.need {
						t.Fatalf("try %d: got need %d, want %d", i, ticket.Need, tt.need)
					}
				}
				if n := r.Commands() - before; n > 20 {
					t.Errorf("300 tries asked Redis %d times, want it to be left alone", n)
				}
				c.advance(lately)
				if tt.spent > 0 { // in a second three pairs are looked at again
					for i := range 4 {
						ask(t, l, from(scattered(5000+10*second+i), 2))
					}
				}
			}
			want(t, l, from("10.200.0.1", 3), Go) // the owner, wherever they are
		})
	}
}

// What is remembered is out of date after a second, and a refusal is remembered
// no longer than it holds.
func TestMemoryEnds(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	for i := range 21 {
		ask(t, l, from(scattered(i), 1))
	}
	c.advance(time.Duration(singleCost)*time.Millisecond - lately/2)
	want(t, l, from("192.0.2.1", 1), More)
	c.advance(lately / 2)
	want(t, l, from("192.0.2.1", 1), More)
	c.advance(lately / 2)
	want(t, l, from("192.0.2.1", 1), Go)
}

// A device that another server trusts is known here after a second, and one that
// logged in here at once.
func TestANewDeviceIsKnown(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		c := newClock()
		here, there := New(r.Client, "chat:", c.now), New(r.Client, "chat:", c.now)
		try := from("192.0.2.1", 1)
		try.Device = "d1"
		ask(t, here, try)
		ask(t, there, try)
		if err := here.Trust(t.Context(), "", Device{Hash: "d1", Made: c.now()}, 0); err != nil {
			t.Fatalf("Trust: got %v", err)
		}
		if !ask(t, here, try).Trusted {
			t.Error("the server that it logged in at does not know it")
		}
		c.advance(lately)
		if !ask(t, there, try).Trusted {
			t.Error("another server does not know it after a second")
		}
	})
}

package limit

import (
	"net/netip"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// The attack: log in with one's own right code to refill the budget of the
// wrong ones.
func TestRefundGivesBackOnlyItsOwn(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		l := New(r.Client, "chat:", nil)
		for range 4 {
			want(t, l, from("192.0.2.1", 1), Go)
		}
		own := want(t, l, from("192.0.2.1", 1), Go)
		if _, _, err := l.Refund(t.Context(), own); err != nil {
			t.Fatalf("Refund: got %v", err)
		}
		if got := want(t, l, from("192.0.2.1", 1), Go).Failures; got != 5 {
			t.Errorf("failures: got %d, want 5", got)
		}
		want(t, l, from("192.0.2.1", 1), Wait)
	})
}

// The attack: hold a successful login open until its charge has drained by
// itself, and refund it then, out of the guesses that came after it.
func TestLateRefundGivesNothing(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	late := want(t, l, from("192.0.2.1", 1), Go)
	c.advance(3 * 24 * time.Hour)
	for i := range 20 {
		want(t, l, from(netip.AddrFrom4([4]byte{10, 0, byte(i), 1}).String(), 1), Go)
	}
	if _, _, err := l.Refund(t.Context(), late); err != nil {
		t.Fatalf("Refund: got %v", err)
	}
	want(t, l, from("198.51.100.1", 1), More)
}

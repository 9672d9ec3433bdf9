package limit

import (
	"net/netip"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// The attack: guess as fast as one address may, day after day.
func TestBlocksOfASource(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	start := c.now()
	try := from("192.0.2.1", 2)
	for i, block := range []time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		for range 5 {
			want(t, l, try, Go)
		}
		ticket := want(t, l, try, Wait)
		if ticket.RetryAfter != block {
			t.Errorf("block %d: got %v, want %v", i, ticket.RetryAfter, block)
		}
		c.advance(block - time.Millisecond)
		want(t, l, try, Wait)
		c.advance(time.Millisecond)
	}
	if got := c.now().Sub(start); got != 53*time.Hour {
		t.Errorf("20 failures took %v, want 53 h", got)
	}
}

// The attack: guess just slowly enough to meet no block.
func TestTwentyFailuresADay(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	try := from("192.0.2.1", 2)
	for range 20 {
		want(t, l, try, Go)
		c.advance(4 * time.Minute)
	}
	ticket := want(t, l, try, Wait)
	if want := 24*time.Hour - 80*time.Minute; ticket.RetryAfter != want {
		t.Errorf("after 20 failures: got %v to wait, want %v", ticket.RetryAfter, want)
	}
	c.advance(ticket.RetryAfter)
	want(t, l, try, Go)
	want(t, l, try, Wait)
}

// A12. The attack: a new address of one's own network for each guess.
func TestNetworksHaveFourTimesAsMany(t *testing.T) {
	for _, network := range [][]string{
		{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "198.51.100.1"},
		{"2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1", "2001:db8:0:4::1", "2001:db8:1::1"},
	} {
		l := New(redistest.Embedded(t).Client, "chat:", newClock().now)
		for _, addr := range network[:4] {
			for range 5 {
				want(t, l, from(addr, 2), Go)
			}
			want(t, l, from(addr, 2), Wait)
		}
		want(t, l, from(network[4], 2), Wait)
		want(t, l, from(network[5], 2), Go)
	}
}

func TestSourceAndNetwork(t *testing.T) {
	tests := []struct{ name, addr, source, network string }{
		{"IPv4", "192.0.2.1", "192.0.2.1", "192.0.2.0/24"},
		{"IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.0/24"},
		{"IPv6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"},
		{"the same /64", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", "2001:db8:1::/48"},
		{"the next /64", "2001:db8:1:3::1", "2001:db8:1:3::/64", "2001:db8:1::/48"},
		{"link local with a zone", "fe80::1%eth0", "fe80::/64", "fe80::/48"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr := netip.MustParseAddr(tt.addr)
			if source, network := Source(addr), Network(addr); source != tt.source || network != tt.network {
				t.Errorf("%s: got %s in %s, want %s in %s", tt.addr, source, network, tt.source, tt.network)
			}
		})
	}
	if Source(netip.Addr{}) == "" || Network(netip.Addr{}) == "" {
		t.Error("no address: got an empty key")
	}
}

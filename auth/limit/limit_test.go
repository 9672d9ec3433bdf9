package limit

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// clock is a settable clock.
type clock struct{ ms atomic.Int64 }

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
		if passed.Load() > 5 || passed.Load()+late.Load() < 5 {
			t.Errorf("got %d passed, %d refused, %d without an answer, want 5, 195 and 0", passed.Load(), refused.Load(), late.Load())
		}
	})
}

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

// A16, B07. The attacks: another deployment's device cookie, one from before a
// rotation, and a stolen one.
func TestTrustedDevice(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	if err := l.Trust(t.Context(), "", Device{Hash: "d1", Made: c.now(), Agent: "Firefox on a phone"}, 7); err != nil {
		t.Fatalf("Trust: got %v", err)
	}
	device := func(hash string, epoch int64) Try {
		try := from("192.0.2.1", 1)
		try.Device, try.Epoch = hash, epoch
		return try
	}
	if want(t, l, device("d2", 7), Go).Trusted || want(t, l, device("d1", 8), Go).Trusted {
		t.Error("a device of another deployment or epoch is trusted")
	}
	for range 30 { // its source and all unknown devices are throttled
		ask(t, l, from("192.0.2.1", 1))
	}
	failures := 0
	for failures < 20 {
		ticket := ask(t, l, device("d1", 7))
		if !ticket.Trusted || ticket.Need != 1 {
			t.Fatalf("try %d: got %+v, want a trusted one", failures, ticket)
		}
		if ticket.Verdict == Wait {
			if failures < 5 || ticket.RetryAfter > 3*time.Minute {
				t.Fatalf("after %d failures: got %v to wait", failures, ticket.RetryAfter)
			}
			c.advance(ticket.RetryAfter)
			continue
		}
		failures++
	}
	if got, err := l.Devices(t.Context(), 7, c.now()); err != nil || len(got) != 0 {
		t.Errorf("devices after 20 failures: got %v, %v, want none", got, err)
	}
	c.advance(time.Hour)
	if ask(t, l, device("d1", 7)).Trusted {
		t.Error("after 20 failures the device is still trusted")
	}
}

func TestDevicesAreFewAndEnd(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		c := newClock()
		l := New(r.Client, "chat:", c.now)
		for i := range 60 {
			c.advance(time.Second)
			if err := l.Trust(t.Context(), "", Device{Hash: string(rune('A' + i)), Made: c.now(), Agent: "x y"}, 7); err != nil {
				t.Fatalf("Trust: got %v", err)
			}
		}
		list, err := l.Devices(t.Context(), 7, c.now())
		if err != nil || len(list) != 50 || list[0].Hash != string(rune('A'+59)) || list[0].Agent != "x y" || !list[0].Made.Equal(c.now()) {
			t.Errorf("devices: got %d, %v, want the 50 newest", len(list), err)
		}
		if err := l.Forget(t.Context(), list[0].Hash); err != nil {
			t.Errorf("Forget: got %v", err)
		}
		if err := l.Forget(t.Context(), list[0].Hash); err != ErrNoDevice {
			t.Errorf("Forget again: got %v, want ErrNoDevice", err)
		}
		if err := l.Trust(t.Context(), list[1].Hash, Device{Hash: "new", Made: c.now()}, 7); err != nil {
			t.Fatalf("Trust: got %v", err)
		}
		list, _ = l.Devices(t.Context(), 7, c.now())
		if len(list) != 49 || slices.ContainsFunc(list, func(d Device) bool { return d.Hash == string(rune('A'+58)) }) {
			t.Errorf("devices after a new login of one: got %d, want 49 and not its old one", len(list))
		}
		if list, _ = l.Devices(t.Context(), 7, c.now().Add(DeviceLife)); len(list) != 0 {
			t.Errorf("devices after 180 days: got %d, want none", len(list))
		}
	})
}

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

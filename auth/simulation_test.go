package auth

import (
	"fmt"
	"math"
	"net/netip"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/auth/internal/redistest"
	"chat/auth/limit"
)

// The chance of one guess, at one code and at two in a row: three are good at
// any moment.
const (
	hitSingle = 3e-6
	hitDouble = 3e-12
	hitTriple = 3e-18
)

const year = 365 * 24 * time.Hour

// siege is a year in which somebody attacks and the owner logs in. Its clock is
// a parameter; no time passes.
type siege struct {
	t       *testing.T
	clock   *clock
	limiter *limit.Limiter
	start   time.Time

	evaluated [4]float64 // guesses that were looked at, by their number of codes
	device    int        // of those, with a stolen device cookie
	between   func()     // what attackers do between an owner's page and answer; may be nil
	asked     int        // tries, refused ones included
	logins    int        // of the owner
	tries     int        // the most that one login took
}

func newSiege(t *testing.T) *siege {
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	return &siege{t: t, clock: c, start: c.now, limiter: limit.New(redistest.Piped(t).Client, "test:", c.Now)}
}

func (s *siege) take(addr netip.Addr, codes int, device string) limit.Ticket {
	s.t.Helper()
	ticket, err := s.limiter.Take(s.t.Context(), limit.Try{Addr: addr, Codes: codes, Device: device, Epoch: 1, Fresh: true})
	if err != nil {
		s.t.Fatalf("Take: got %v", err)
	}
	return ticket
}

// guess is one wrong try of an attacker.
func (s *siege) guess(addr netip.Addr, codes int, device string) limit.Ticket {
	s.t.Helper()
	s.asked++
	ticket := s.take(addr, codes, device)
	if ticket.Verdict == limit.Go {
		s.evaluated[codes]++
		if ticket.Trusted {
			s.device++
		}
	}
	return ticket
}

// spend guesses until it is told to bring more codes. More of the same would be
// refused as well, and a refused try changes nothing.
func spend(guess func(codes int) limit.Ticket, codes int) {
	for guess(codes).Verdict != limit.More {
	}
}

// sample makes every guess at pairs that a few seconds allow, and checks the
// rate. The owner logs in from a new device meanwhile, with a page that is out
// of date each time.
func (s *siege) sample(guess func(codes int) limit.Ticket) {
	s.t.Helper()
	s.between = func() {
		spend(guess, 1)
		spend(guess, 2)
	}
	s.owner("203.0.113.3")
	s.between = nil
	before := s.evaluated[2]
	for range 5 {
		for range 6 {
			guess(2)
		}
		s.clock.Advance(time.Second)
	}
	if got := s.evaluated[2] - before; got > 5*3 {
		s.t.Errorf("pairs: got %.0f in 5 s, want at most 15", got)
	}
}

// owner logs in from a new device as people do: with what the page asks for, and
// with more when it then asks for more.
func (s *siege) owner(addr string) {
	s.t.Helper()
	a := netip.MustParseAddr(addr)
	look, err := s.limiter.Look(s.t.Context(), limit.Try{Addr: a, Codes: 1, Epoch: 1, Fresh: true})
	if err != nil {
		s.t.Fatalf("Look: got %v", err)
	}
	codes := int(look.Need)
	if look.Verdict == limit.Wait {
		codes = 3 // the page's other way
	}
	for try := 1; ; try++ {
		if s.between != nil {
			s.between()
		}
		ticket := s.take(a, codes, "")
		if ticket.Verdict == limit.Go {
			if _, _, err := s.limiter.Refund(s.t.Context(), ticket); err != nil {
				s.t.Fatalf("Refund: got %v", err)
			}
			s.logins, s.tries = s.logins+1, max(s.tries, try)
			return
		}
		if try == 3 {
			s.t.Fatalf("%v: the owner is not in after 3 tries: %+v", s.clock.Now(), ticket)
		}
		codes = int(ticket.Need)
		if ticket.Verdict == limit.Wait {
			codes = 3
		}
	}
}

// trust makes a device trusted, anew.
func (s *siege) trust(old, device string) {
	s.t.Helper()
	if err := s.limiter.Trust(s.t.Context(), old, limit.Device{Hash: device, Made: s.clock.Now()}, 1); err != nil {
		s.t.Fatalf("Trust: got %v", err)
	}
}

// ownersDay is one login from the trusted device and one from a new one, which
// on odd days sits in the attacker's own network.
func (s *siege) ownersDay(day int) {
	s.t.Helper()
	known := fmt.Sprint("owner", day)
	if ticket := s.take(netip.MustParseAddr("203.0.113.1"), 1, known); ticket.Verdict != limit.Go {
		s.t.Errorf("%v: the trusted device is not in at the first try: %+v", s.clock.Now(), ticket)
	}
	s.logins, s.tries = s.logins+1, max(s.tries, 1)
	s.trust(known, fmt.Sprint("owner", day+1))
	s.owner([]string{"203.0.113.2", "10.0.0.1"}[day%2])
}

// probability is that of at least one hit.
func (s *siege) probability() float64 {
	miss := s.evaluated[1]*math.Log1p(-hitSingle) + s.evaluated[2]*math.Log1p(-hitDouble) + s.evaluated[3]*math.Log1p(-hitTriple)
	return -math.Expm1(miss)
}

func ipv4(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

// spread gives each address a /24 of its own.
func spread(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(11 + i>>16), byte(i >> 8), byte(i), 1})
}

// ipv6 gives each address a /64 of its own, 100 of them to a /48.
func ipv6(i int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, byte(i / 100 >> 8), byte(i / 100), 0, byte(i % 100), 15: 1})
}

// A year of each attack of the policy. Every guess at single codes is made. Of
// pairs an attacker with many addresses gets three a second: a sample of each
// month is made in full, and the year is counted at the rate that it shows.
func TestAYearOfAttacks(t *testing.T) {
	// Each script makes the embedded Redis a new interpreter, and garbage.
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	// each runs step every so often, and the owner's day each day.
	each := func(s *siege, every time.Duration, step func(n int)) {
		s.trust("", "owner0")
		day := 0
		for n := 0; s.clock.Now().Sub(s.start) < year; n++ {
			step(n)
			for ; s.clock.Now().Sub(s.start) >= time.Duration(day)*24*time.Hour; day++ {
				s.ownersDay(day)
			}
			s.clock.Advance(every)
		}
	}
	// many attacks from more addresses than are ever blocked.
	many := func(address func(int) netip.Addr) func(s *siege) {
		return func(s *siege) {
			n := 0
			guess := func(codes int) limit.Ticket {
				n = (n + 257) % 10_000 // all over its networks
				return s.guess(address(n), codes, "")
			}
			each(s, 24*time.Hour, func(day int) {
				spend(guess, 1)
				if day%30 == 0 {
					s.sample(guess)
				}
			})
			s.evaluated[2] += 3 * year.Seconds()
			s.evaluated[3] += 1000 * year.Seconds() // no cap: a thousand a second
		}
	}
	tests := []struct {
		name   string
		attack func(s *siege)
	}{
		{"one address, as often as it may", func(s *siege) {
			codes := 1
			each(s, time.Minute, func(int) {
				for {
					ticket := s.guess(ipv4(1), codes, "")
					codes = min(int(ticket.Need), 2)
					if ticket.Verdict == limit.Wait {
						s.clock.Advance(ticket.RetryAfter) // a day at most
					}
					if ticket.Verdict != limit.Go {
						return
					}
				}
			})
		}},
		{"10,000 addresses", many(spread)},
		{"40 /24s and 100 /48s of IPv6", many(func(i int) netip.Addr {
			if i%2 == 0 {
				return ipv4(i)
			}
			return ipv6(i)
		})},
		{"a stolen device cookie", func(s *siege) {
			s.trust("", "stolen")
			each(s, 6*time.Hour, func(int) { s.guess(ipv4(7), 1, "stolen") })
		}},
		{"all of them", func(s *siege) {
			s.trust("", "stolen")
			each(s, 24*time.Hour, func(n int) {
				s.guess(ipv4(7), 1, "stolen")
				for i, address := range []func(int) netip.Addr{spread, ipv4, ipv6} {
					s.guess(address(n*3+i), 1, "")
					s.guess(address(n*3+i), 2, "")
				}
			})
			s.evaluated[2] += 3 * year.Seconds()
			s.evaluated[3] += 1000 * year.Seconds()
		}},
	}
	sieges := make([]*siege, len(tests))
	t.Run("year", func(t *testing.T) {
		for i, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sieges[i] = newSiege(t)
					tt.attack(sieges[i])
				})
			})
		}
	})
	var table strings.Builder
	fmt.Fprintf(&table, "%-34s %6s %7s %6s %10s %11s %9s %6s %5s\n", "attacker", "tries", "singles", "device", "pairs", "triples", "P(year)", "logins", "worst")
	for i, tt := range tests {
		s := sieges[i]
		p, strangers := s.probability(), s.evaluated[1]-float64(s.device)
		fmt.Fprintf(&table, "%-34s %6d %7.0f %6d %10.0f %11.0f %9.2e %6d %5d\n", tt.name,
			s.asked, strangers, s.device, s.evaluated[2], s.evaluated[3], p, s.logins, s.tries)
		if p >= 1e-3 {
			t.Errorf("%s: the probability is %.2e a year, want less than 1e-3", tt.name, p)
		}
		if strangers > 200 || s.device > 20 {
			t.Errorf("%s: got %.0f single codes and %d with the device, want at most 200 and 20", tt.name, strangers, s.device)
		}
		if s.logins < 2*365 || s.tries > 3 {
			t.Errorf("%s: the owner got in %d times, with %d tries at worst, want 730 and 3", tt.name, s.logins, s.tries)
		}
	}
	t.Log("\n" + table.String())
}

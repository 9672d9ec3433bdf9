package limit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

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
		for _, want := range []string{list[1].Hash, "new"} {
			got, _ := l.Devices(t.Context(), 7, c.now())
			if len(got) != 49 || !slices.ContainsFunc(got, func(d Device) bool { return d.Hash == want && d.Made.Equal(c.now()) }) {
				t.Errorf("devices after a new login of one: got %v, want 49 and it as %q", got, want)
			}
			if err := l.Arrived(t.Context(), "new"); err != nil {
				t.Fatalf("Arrived: got %v", err)
			}
		}
		if list, _ = l.Devices(t.Context(), 7, c.now().Add(DeviceLife)); len(list) != 0 {
			t.Errorf("devices after 180 days: got %d, want none", len(list))
		}
	})
}

// knows reports whether a device is trusted.
func (l *Limiter) knows(t *testing.T, hash string) bool {
	t.Helper()
	try := from("192.0.2.1", 1)
	try.Device = hash
	ticket, err := l.Look(t.Context(), try)
	if err != nil {
		t.Fatalf("Look: got %v", err)
	}
	return ticket.Trusted
}

// The fault: the answer that brings a device its new token is lost, again and again.
// The old one counts until a new one is seen, and is nobody's from then on.
func TestATokenThatDoesNotArrive(t *testing.T) {
	for name, seen := range map[string]func(t *testing.T, l *Limiter){
		"with the next page": func(t *testing.T, l *Limiter) {
			if err := l.Arrived(t.Context(), "d3"); err != nil {
				t.Errorf("Arrived: got %v", err)
			}
		},
		"with the next try": func(t *testing.T, l *Limiter) {
			try := from("192.0.2.1", 1)
			try.Device = "d3"
			if got := want(t, l, try, Go); !got.Trusted || got.Failures != 1 {
				t.Errorf("the new token: got %+v, want one that is trusted and begins anew", got)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
				c := newClock()
				l := New(r.Client, "chat:", c.now)
				check := func(trusted ...string) {
					t.Helper()
					for _, hash := range []string{"d1", "d2", "d3"} {
						if got, want := l.knows(t, hash), slices.Contains(trusted, hash); got != want {
							t.Errorf("%s: got trusted %v, want %v", hash, got, want)
						}
					}
					if list, err := l.Devices(t.Context(), 0, c.now()); err != nil || len(list) != 1 {
						t.Errorf("devices: got %v, %v, want one", list, err)
					}
				}
				for _, step := range []struct {
					old, new string
					trusted  []string
				}{
					{"", "d1", []string{"d1"}},
					{"d1", "d2", []string{"d1", "d2"}},
					{"d1", "d3", []string{"d1", "d3"}},
				} {
					if err := l.Trust(t.Context(), step.old, Device{Hash: step.new, Made: c.now(), Agent: "> a b"}, 0); err != nil {
						t.Fatalf("Trust: got %v", err)
					}
					check(step.trusted...)
				}
				if err := l.Arrived(t.Context(), "d1"); err != nil { // a page that it asked for before
					t.Fatalf("Arrived: got %v", err)
				}
				check("d1", "d3")
				seen(t, l)
				check("d3")
				if list, _ := l.Devices(t.Context(), 0, c.now()); list[0].Hash != "d3" || list[0].Agent != "> a b" {
					t.Errorf("the device: got %+v", list[0])
				}
				if err := l.Trust(t.Context(), "d3", Device{Hash: "d1", Made: c.now()}, 0); err != nil {
					t.Fatalf("Trust: got %v", err)
				}
				if err := l.Forget(t.Context(), "d3"); err != nil || l.knows(t, "d3") || l.knows(t, "d1") {
					t.Errorf("a device that was ended: got %v, and it is trusted", err)
				}
			})
		})
	}
}

// The attack: have the owner's answers lost, so that a stolen token counts for longer
// than until their next login. It is good for twenty guesses all the same, and takes
// nothing away from the token that the owner has.
func TestAStolenTokenWhoseNextDoesNotArrive(t *testing.T) {
	c := newClock()
	l := New(redistest.Embedded(t).Client, "chat:", c.now)
	trust := func(old, new string) {
		t.Helper()
		if err := l.Trust(t.Context(), old, Device{Hash: new, Made: c.now()}, 0); err != nil {
			t.Fatalf("Trust: got %v", err)
		}
	}
	try := from("198.51.100.1", 1)
	try.Device = "d1"
	trust("", "d1")
	guesses, logins := 0, 0
	for range 1000 {
		c.advance(4 * time.Minute)
		ticket := ask(t, l, try) // the thief
		if !ticket.Trusted {
			break
		}
		if ticket.Verdict == Go {
			guesses++
		}
		if ticket = ask(t, l, try); ticket.Trusted && ticket.Verdict == Go { // the owner
			logins++
			trust("d1", "d2")
			if _, _, err := l.Refund(t.Context(), ticket); err != nil {
				t.Fatalf("Refund: got %v", err)
			}
		}
	}
	if guesses != 20 || logins < 19 {
		t.Errorf("got %d guesses with a stolen token and %d logins of the owner, want 20 and 19 at least", guesses, logins)
	}
	if !l.knows(t, "d2") {
		t.Error("the token that the owner's last login brought is not trusted")
	}
}

// A success takes no more from a device than it gives back, whatever the device
// hears of it.
func TestASuccessCostsADeviceNothing(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		l := New(r.Client, "chat:", nil)
		if err := l.Trust(t.Context(), "", Device{Hash: "d1", Made: time.Now()}, 0); err != nil {
			t.Fatalf("Trust: got %v", err)
		}
		try := from("192.0.2.1", 1)
		try.Device = "d1"
		for range 4 {
			want(t, l, try, Go)
		}
		for range 10 {
			ticket := want(t, l, try, Go)
			if ticket.Failures != 5 {
				t.Fatalf("got %d failures, want the four before and this one", ticket.Failures)
			}
			if _, _, err := l.Refund(t.Context(), ticket); err != nil {
				t.Fatalf("Refund: got %v", err)
			}
		}
		want(t, l, try, Go)
		want(t, l, try, Wait)
	})
}

// Devices that an older version of this program trusted stay trusted.
func TestDevicesOfAnOlderVersion(t *testing.T) {
	c, r := newClock(), redistest.Embedded(t)
	l := New(r.Client, "chat:", c.now)
	record := fmt.Sprintf("0 %d 0 0 Firefox on a phone", c.now().UnixMilli())
	if err := r.Client.HSet(t.Context(), "chat:devices", "d1", record).Err(); err != nil {
		t.Fatal(err)
	}
	if list, err := l.Devices(t.Context(), 0, c.now()); err != nil || len(list) != 1 || list[0].Agent != "Firefox on a phone" {
		t.Errorf("devices: got %v, %v, want it", list, err)
	}
	try := from("192.0.2.1", 1)
	try.Device = "d1"
	want(t, l, try, Go)
	if err := l.Trust(t.Context(), "d1", Device{Hash: "d2", Made: c.now()}, 0); err != nil {
		t.Fatalf("Trust: got %v", err)
	}
	if !l.knows(t, "d1") || !l.knows(t, "d2") {
		t.Error("after a login it is not trusted by both of its tokens")
	}
}

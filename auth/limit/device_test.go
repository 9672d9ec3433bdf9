package limit

import (
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
		list, _ = l.Devices(t.Context(), 7, c.now())
		if len(list) != 49 || slices.ContainsFunc(list, func(d Device) bool { return d.Hash == string(rune('A'+58)) }) {
			t.Errorf("devices after a new login of one: got %d, want 49 and not its old one", len(list))
		}
		if list, _ = l.Devices(t.Context(), 7, c.now().Add(DeviceLife)); len(list) != 0 {
			t.Errorf("devices after 180 days: got %d, want none", len(list))
		}
	})
}

package auth

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// A04. The attack: codes from further away than a clock may be wrong. The fault:
// a code that begins with a zero is taken for a number.
func TestWindowAtTheDoor(t *testing.T) {
	for step, want := range map[int64]int{
		-3: http.StatusUnauthorized, -2: http.StatusUnauthorized, 2: http.StatusUnauthorized, 3: http.StatusUnauthorized,
		-1: http.StatusSeeOther, 0: http.StatusSeeOther, 1: http.StatusSeeOther,
	} {
		w := newWorld(t, redistest.Embedded(t))
		if a := w.browser("192.0.2.1").login(w.code(step)); a.StatusCode != want {
			t.Errorf("the code of step %d: got %d, want %d", step, a.StatusCode, want)
		}
	}
	w := newWorld(t, redistest.Embedded(t))
	for !strings.HasPrefix(w.code(0), "0") {
		w.clock.Advance(30 * time.Second)
	}
	b := w.browser("192.0.2.1")
	b.want(b.login(w.code(0)[1:]), http.StatusUnauthorized)
	b.want(b.login(w.code(0)), http.StatusSeeOther)
}

// A12. The attack: 300 guesses from 300 addresses of one /64, then from 64 /64s
// of one /48.
func TestIPv6IsCountedByNetwork(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	evaluated := func(address func(i int) string, n int) (looked int) {
		for i := range n {
			if a := w.browser(address(i)).post("/auth", "code", "000000", "code2", "000000"); a.StatusCode == http.StatusUnauthorized {
				looked++
			}
		}
		return looked
	}
	if got := evaluated(func(i int) string { return fmt.Sprintf("2001:db8:1:1::%x", i+1) }, 300); got != 5 {
		t.Errorf("from one /64: got %d evaluated, want 5", got)
	}
	if got := evaluated(func(i int) string { return fmt.Sprintf("2001:db8:2:%x::1", i) }, 64); got != 20 {
		t.Errorf("from 64 /64s of one /48: got %d evaluated, want 20", got)
	}
}

// A19. The attack: the login by another spelling, which no limiter knows.
func TestLoginByOtherMethods(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	b := w.browser("192.0.2.1")
	right := w.code(0)
	for _, method := range []string{"HEAD", "GET", "PUT", "PATCH", "DELETE"} {
		a := b.do(method, "/auth?code="+right, strings.NewReader("code="+right), "Content-Type", "application/x-www-form-urlencoded")
		if strings.Contains(a.Header.Get("Location"), right) || a.StatusCode == http.StatusSeeOther {
			t.Errorf("%s: got %d to %q", method, a.StatusCode, a.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/auth/", "//auth", "/AUTH", "/auth/x", "/./auth"} {
		if a := b.post(path, "code", right); a.StatusCode == http.StatusSeeOther {
			t.Errorf("POST %s: got %d to %q", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	if _, ok := b.visitor(); ok {
		t.Error("one of them logged in")
	}
	if strings.Contains(w.logs.String(), right) {
		t.Error("the log holds the code")
	}
	// Another spelling of the same path is the same door.
	b.want(b.post("/%61uth", "code", right), http.StatusSeeOther)
}

// G01. The fault: the server starts while Redis is down. It lets nobody in, says
// when to come back, and heals by itself within a second.
func TestRedisThatComesLater(t *testing.T) {
	down := redistest.Embedded(t)
	down.Stop()
	w := newWorld(t, down)
	b := w.browser("192.0.2.1")
	b.want(b.get("/auth"), http.StatusOK)
	a := b.want(b.login(w.code(0)), http.StatusServiceUnavailable)
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if err := down.Start(); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second)
	b.want(b.login(w.code(0)), http.StatusSeeOther) // the code was not used up
}

// G09. The fault: a second deployment on the same Redis, by another prefix. The
// attack: junk in each key that we read.
func TestDeploymentsDoNotMix(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		other := newWorld(t, r, func(c *Config) { c.Prefix = "other:" })
		b := w.browser("192.0.2.1")
		b.mustLogin()
		other.attack()
		a := other.browser("192.0.2.1")
		if page := a.get("/auth", "Cookie", "chat="+b.cookie()+"; chat_dev="+b.device()); page.StatusCode != http.StatusOK || !strings.Contains(page.body, "code2") {
			t.Errorf("the other deployment knows our session or device: got %d", page.StatusCode)
		}
		if page := w.browser("192.0.2.1").get("/auth"); strings.Contains(page.body, "code2") {
			t.Error("an attack on the other deployment counts here")
		}
	})
}

// G09. The attack: write junk where the counters and devices are.
func TestJunkInTheCounters(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		ctx := t.Context()
		r.Client.Set(ctx, "test:login:source:192.0.2.7", "<script> -1 x", 0)
		r.Client.Set(ctx, "test:login:network:192.0.2.0/24", strings.Repeat("9", 400), 0)
		for _, field := range r.Client.HKeys(ctx, "test:login:devices").Val() {
			r.Client.HSet(ctx, "test:login:devices", field, "\x00 \x1b[31m")
		}
		if list, err := NewLedger(w.vault, r.Client, "test:").Devices(ctx); err != nil || len(list) != 0 {
			t.Errorf("devices: got %v, %v, want none", list, err)
		}
		c := w.browser("192.0.2.7")
		if a := c.login(w.wrongCode(1)); a.StatusCode != http.StatusUnauthorized && a.StatusCode != http.StatusTooManyRequests {
			t.Errorf("a wrong code: got %d", a.StatusCode)
		}
		w.clock.Advance(2 * time.Minute)
		b.want(b.inARow(3), http.StatusSeeOther) // whatever stands there, this opens
		r.Client.Del(ctx, "test:login:guard")
		r.Client.HSet(ctx, "test:login:guard", "time", "x", "seen", "y", "single", "z")
		if a := w.browser("203.0.113.1").login(w.code(1)); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "code2") {
			t.Errorf("with junk for counters: got %d, want to wait and a step-up", a.StatusCode)
		}
	})
}

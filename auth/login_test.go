package auth

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

func TestLoginReturnsToWhereOneWas(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		a := b.want(b.get("/chat/x?y=1"), http.StatusSeeOther)
		if got, want := a.Header.Get("Location"), "/auth?next=%2Fchat%2Fx%3Fy%3D1"; got != want {
			t.Fatalf("turned away to %s, want %s", got, want)
		}
		page := b.want(b.get(a.Header.Get("Location")), http.StatusOK)
		if !strings.Contains(page.body, `value="/chat/x?y=1"`) {
			t.Errorf("the form lost next:\n%s", page.body)
		}
		a = b.post("/auth", "code", w.wrongCode(1), "next", "/chat/x?y=1")
		if !strings.Contains(a.body, `value="/chat/x?y=1"`) {
			t.Errorf("the form lost next after a wrong code:\n%s", a.body)
		}
		a = b.want(b.post("/auth", "code", w.code(0), "next", "/chat/x?y=1"), http.StatusSeeOther)
		if got := a.Header.Get("Location"); got != "/chat/x?y=1" {
			t.Errorf("Location: got %s", got)
		}
		v, ok := b.visitor()
		if !ok || !validID(v.ID) || len(strings.Fields(v.Name)) != 2 {
			t.Errorf("visitor: got %+v, %v", v, ok)
		}
		if a := b.get("/auth?next=/chat/z"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/chat/z" {
			t.Errorf("login page with a session: got %d to %s", a.StatusCode, a.Header.Get("Location"))
		}
		if got := w.outcomes(); !slices.Equal(got, []string{"wrong", "accepted"}) {
			t.Errorf("log: got %q", got)
		}
	})
}

var clockNote = regexp.MustCompile(`(?s)<p class="note" id="clock">.*?</p>`)

// withoutClock is a page without the server's time, which who fails twice sees.
func withoutClock(page string) string { return clockNote.ReplaceAllString(page, "") }

// A03, A06. The attack: a code seen over a shoulder is used afterwards, spelled
// otherwise, or an older one is.
func TestOlderAndUsedCodesAreRefused(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		ahead := w.code(1)
		b := w.browser("192.0.2.1")
		b.want(b.login(ahead), http.StatusSeeOther)
		for i, code := range []string{
			w.code(0), w.code(-1), ahead, ahead[:3] + " " + ahead[3:], " " + ahead, ahead + "\n",
			"\u00a0" + ahead, "\u2003" + ahead, ahead + "\u200b",
		} {
			a := w.browser(fmt.Sprintf("192.0.2.%d", 10+i))
			a.want(a.login(code), http.StatusUnauthorized)
		}
		w.clock.Advance(30 * time.Second)
		b = w.browser("192.0.2.30")
		b.want(b.login(ahead), http.StatusUnauthorized)
		b.want(b.login(w.code(1)), http.StatusSeeOther)
	})
}

// A07. The attack: the code of the enrolment, read from the terminal, logs in.
func TestCodeOfTheEnrolmentIsUsed(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		vault := openVault(t, t.TempDir())
		s := newSecret(t)
		now := time.Now().Truncate(30 * time.Second).Add(15 * time.Second)
		active, ok := s.Activate(s.code(stepAt(now)), now)
		if !ok {
			t.Fatal("Activate: got false")
		}
		if err := vault.Create(active); err != nil {
			t.Fatal(err)
		}
		w := newWorldWith(t, r, vault, func(c *Config) { c.Now = func() time.Time { return now } })
		b := w.browser("192.0.2.1")
		b.want(b.login(s.code(stepAt(now))), http.StatusUnauthorized)
		b.want(b.login(s.code(stepAt(now)+1)), http.StatusSeeOther)
	})
}

// A05. The attack: input that one part of the program takes for a code and
// another does not.
func TestMalformedIsAnsweredAsWrong(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	right := w.code(0)
	wrong := w.browser("192.0.2.1").login(w.wrongCode(1))
	const urlencoded = "application/x-www-form-urlencoded"
	tests := []struct{ name, kind, body string }{
		{"empty", urlencoded, "code="},
		{"no field", urlencoded, ""},
		{"five digits", urlencoded, "code=" + right[:5]},
		{"seven digits", urlencoded, "code=" + right + "0"},
		{"10k digits", urlencoded, "code=" + strings.Repeat(right, 2000)},
		{"plus for a sign", urlencoded, "code=%2B" + right},
		{"NUL", urlencoded, "code=" + right + "%00"},
		{"line break", urlencoded, "code=" + right + "%0A"},
		{"no-break space", urlencoded, "code=%C2%A0" + right},
		{"repeated field", urlencoded, "code=" + right + "&code=" + right},
		{"4 KiB beside it", urlencoded, "code=" + right + "&x=" + strings.Repeat("x", maxForm)},
		{"broken escape beside it", urlencoded, "code=" + right + "&x=%zz"},
		{"JSON", "application/json", `{"code":"` + right + `"}`},
		{"JSON number", "application/json", `{"code":` + right + `}`},
		{"plain text", "text/plain", "code=" + right},
		{"no type", "", "code=" + right},
		{"broken multipart", "multipart/form-data; boundary=x", "--x\r\n"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := w.browser(fmt.Sprintf("198.51.%d.1", i+1))
			a := b.do("POST", "/auth", strings.NewReader(tt.body), "Content-Type", tt.kind)
			if a.StatusCode != wrong.StatusCode || a.body != wrong.body {
				t.Errorf("got %d, want the answer of a wrong code\n%s", a.StatusCode, a.body)
			}
			if _, ok := b.visitor(); ok {
				t.Error("got a session")
			}
		})
	}
	b := w.browser("203.0.113.1")
	b.get("/auth?code=" + right)
	b.do("POST", "/auth?code="+right, nil, "Content-Type", urlencoded)
	if _, ok := b.visitor(); ok {
		t.Error("a code in the address logged in")
	}
	b.trust() // by now single codes are rare
	multipart := "--x\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n" + right + "\r\n--x--\r\n"
	b.want(b.do("POST", "/auth", strings.NewReader(multipart), "Content-Type", "multipart/form-data; boundary=x"), http.StatusSeeOther)
}

// A12, A17. The attack: a new address for every guess.
func TestSourceOfAnAttempt(t *testing.T) {
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	for i := range 5 {
		w.browser(fmt.Sprintf("2001:db8::%x", i)).login(w.wrongCode(i))
	}
	b := w.browser("2001:db8::ffff:1")
	b.want(b.login(w.wrongCode(6)), http.StatusTooManyRequests)
	b = w.browser("2001:db8:0:1::1")
	b.want(b.login(w.wrongCode(6)), http.StatusUnauthorized)

	direct := newWorld(t, r, func(c *Config) { c.Proxies, c.Prefix = nil, "direct:" })
	for i := range 6 {
		a := direct.browser(fmt.Sprintf("192.0.2.%d", i)).do("POST", "/auth", nil,
			"X-Real-IP", fmt.Sprintf("192.0.2.%d", i), "Forwarded", fmt.Sprintf("for=192.0.2.%d", i), "CF-Connecting-IP", fmt.Sprintf("192.0.2.%d", i))
		if want := i >= 5; (a.StatusCode == http.StatusTooManyRequests) != want {
			t.Errorf("attempt %d without a trusted proxy: got %d, throttled %v", i, a.StatusCode, want)
		}
	}
	if got := direct.records("attempt")[0]["addr"]; got != "127.0.0.1" {
		t.Errorf("logged address: got %v, want the socket's", got)
	}
}

// A15. The attack: guess while the owner logs in from the same network, whose
// success refills the budget.
func TestSuccessRefundsOnlyItself(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		for i := range 4 {
			b.want(b.login(w.wrongCode(i)), http.StatusUnauthorized)
		}
		for range 3 {
			w.browser("192.0.2.1").mustLogin()
		}
		b.want(b.login(w.wrongCode(5)), http.StatusUnauthorized)
		b.want(b.login(w.wrongCode(6)), http.StatusTooManyRequests)
	})
}

// The fault: the clock ran a day ahead, the owner logged in, the clock was set
// right, and "only greater steps" locks the owner out for a day.
func TestClockSetBackLocksNobodyOut(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		w.clock.Advance(24 * time.Hour)
		b := w.browser("192.0.2.1")
		b.want(b.login(w.code(0)), http.StatusSeeOther)
		w.clock.Advance(-24 * time.Hour)
		b.want(b.login(w.code(0)), http.StatusSeeOther)
		b.want(b.login(w.code(0)), http.StatusUnauthorized)
		if len(w.records("clock set back: codes were used that lie in the future")) == 0 {
			t.Error("the log says nothing of the clock")
		}
	})
}

// C02. The attack: plant a session in somebody's browser, wait for the login,
// and share it.
func TestPlantedSessionDies(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		mallory := w.browser("192.0.2.1")
		planted := mallory.mustLogin()
		token := mallory.cookie()
		victim := w.browser("192.0.2.2")
		w.clock.Advance(30 * time.Second)
		victim.want(victim.do("POST", "/auth", strings.NewReader("code="+w.code(0)),
			"Content-Type", "application/x-www-form-urlencoded", "Cookie", "chat="+token), http.StatusSeeOther)
		if victim.cookie() == token {
			t.Error("the token was kept")
		}
		if v, ok := victim.visitor(); !ok || v.ID == planted.ID {
			t.Errorf("the victim: got %+v, %v, want a visitor of their own", v, ok)
		}
		if _, ok := mallory.visitor(); ok {
			t.Error("the planted session still opens")
		}
		if got := w.ended.String(); got != planted.ID+"\n" {
			t.Errorf("ended: got %q, want the planted visitor", got)
		}
	})
}

// The attack: tell a used code from a wrong one by the work it takes.
func TestFailuresTakeTheSameWay(t *testing.T) {
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	right := w.code(0)
	w.browser("192.0.2.1").login(right)
	var used []int
	for i, code := range []string{right, w.wrongCode(1), "", strings.Repeat("9", 100)} {
		before := r.Commands()
		w.browser(fmt.Sprintf("192.0.2.%d", 10+i)).login(code)
		used = append(used, r.Commands()-before)
	}
	if slices.Min(used) != slices.Max(used) || used[0] < 2 {
		t.Errorf("commands to Redis for used, wrong, empty and long codes: got %v, want the same for each", used)
	}
}

// G02, G03. The fault: Redis is gone, or hangs. The attack: make it so, and
// guess without a limit.
func TestRedisFailureIs503(t *testing.T) {
	tests := []struct {
		name  string
		fault func(*testing.T, *redistest.Redis)
	}{
		{"down", func(_ *testing.T, r *redistest.Redis) { r.Stop() }},
		{"hanging", func(t *testing.T, r *redistest.Redis) {
			silent, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = silent.Close() })
			r.Client = redistest.Dial(t, silent.Addr().String())
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := redistest.Embedded(t)
			w := newWorld(t, r)
			b := w.browser("192.0.2.1")
			b.mustLogin()
			token := b.cookie()
			code := w.code(1)
			tt.fault(t, r)
			w = newWorldWith(t, r, w.vault)

			b = w.browser("192.0.2.1")
			start := time.Now()
			for _, a := range []answer{
				b.login(code),
				b.get("/chat/x", "Cookie", "chat="+token),
				b.do("POST", "/logout", nil, "Cookie", "chat="+token, "Accept", "application/json"),
			} {
				b.want(a, http.StatusServiceUnavailable)
				if a.Header.Get("Retry-After") == "" || a.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s: got Retry-After %q, Set-Cookie %q", a.Request.URL.Path, a.Header.Get("Retry-After"), a.Header.Get("Set-Cookie"))
				}
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("three answers took %v, want less than 1s each", took)
			}
			b.want(b.get("/chat/x"), http.StatusSeeOther) // without a cookie there is nothing to look up
		})
	}
}

func TestDamagedSecretIs503(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	b := w.browser("192.0.2.1")
	b.mustLogin()
	w.vault.mu.Lock()
	w.vault.dir += "-moved" // The file is gone for this vault.
	w.vault.mu.Unlock()
	b.want(b.login(w.code(1)), http.StatusServiceUnavailable)
	b.want(b.get("/chat/x"), http.StatusServiceUnavailable)
	b.want(b.get("/setup"), http.StatusServiceUnavailable)
}

// F02. The attack: read codes, tokens or the secret in the log.
func TestAttemptRecord(t *testing.T) {
	var told []string
	w := newWorld(t, redistest.Embedded(t), func(c *Config) {
		c.Attempted = func(outcome string) { told = append(told, outcome) }
	})
	b := w.browser("192.0.2.1")
	agent := strings.Repeat("ä", 300)
	right, wrong := w.code(0), w.wrongCode(123456)
	for _, code := range []string{wrong, "12 345", right, right} {
		b.do("POST", "/auth", strings.NewReader("next=/chat/hidden&code="+code),
			"Content-Type", "application/x-www-form-urlencoded", "User-Agent", agent)
	}
	got := w.records("attempt")
	if !slices.Equal(w.outcomes(), []string{"wrong", "malformed", "accepted", "replayed"}) {
		t.Fatalf("outcomes: got %q", w.outcomes())
	}
	if !slices.Equal(told, w.outcomes()) {
		t.Errorf("Attempted: got %q, want the outcomes of the log, %q", told, w.outcomes())
	}
	for _, r := range got {
		keys := []string{}
		for k := range r {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		want := []string{"action", "addr", "codes", "error", "level", "msg", "outcome", "retry_after", "session", "source", "time", "trusted", "user_agent"}
		if !slices.Equal(keys, want) {
			t.Errorf("keys: got %q, want %q", keys, want)
		}
		if r["user_agent"] != strings.Repeat("ä", 200) {
			t.Errorf("user_agent: got %v", r["user_agent"])
		}
	}
	for _, hidden := range []string{right, wrong, "12 345", w.secret.text(), b.cookie(), "hidden"} {
		if strings.Contains(w.logs.String(), hidden) {
			t.Errorf("the log holds %q", hidden)
		}
	}
}

// A07, in a clock set back: the set of used steps holds no enrolment.
func TestCodeOfTheEnrolmentStaysUsed(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		u := newWorld(t, r).server.steps
		now := time.Unix(1_800_000_000, 0)
		step := stepAt(now)
		s := newSecret(t)
		s.used = step
		for _, tt := range []struct {
			name        string
			step, clock int64
			free, back  bool
		}{
			{"a day ahead", step + 2880, 2880, true, false},
			{"back, the enrolment's code", step, 0, false, true},
			{"back, the next", step + 1, 0, true, true},
			{"back, the next again", step + 1, 0, false, true},
			{"back, a wrong code", 0, 0, false, true},
			{"the day after", step + 2881, 2881, true, false},
		} {
			free, back, err := u.use(t.Context(), s, run{tt.step, 1}, 0, now.Add(time.Duration(tt.clock)*30*time.Second))
			if err != nil || free != tt.free || back != tt.back {
				t.Errorf("%s: got %v, %v, %v, want %v, %v", tt.name, free, back, err, tt.free, tt.back)
			}
		}
	})
}

// The attack: hang up as soon as the code is sent, to have it looked at and not
// charged, or used up and not logged.
func TestHangingUpChangesNothing(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	r := httptest.NewRequestWithContext(ctx, "POST", "/auth", strings.NewReader("code="+w.code(0)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	if err := w.server.Login(rec, r); err != nil || rec.Code != http.StatusSeeOther {
		t.Errorf("Login: got %d, %v, want 303", rec.Code, err)
	}
	if got := w.outcomes(); !slices.Equal(got, []string{"accepted"}) {
		t.Errorf("log: got %q", got)
	}
}

func TestLoginBeforeEnrolmentLeadsToSetup(t *testing.T) {
	w := newWorldWith(t, redistest.Embedded(t), openVault(t, t.TempDir()))
	b := w.browser("192.0.2.1")
	for _, a := range []answer{b.get("/auth"), b.login("123456"), b.get("/chat/x")} {
		if b.want(a, http.StatusSeeOther); a.Header.Get("Location") != "/setup" {
			t.Errorf("%s: got %s, want /setup", a.Request.URL.Path, a.Header.Get("Location"))
		}
	}
}

package auth

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// attack spends the single codes of all unknown devices, from an address of its
// own for each guess.
func (w *world) attack() {
	w.t.Helper()
	for i := range 25 {
		w.browser(fmt.Sprintf("198.51.%d.7", i)).login(w.wrongCode(i))
	}
}

// inARow posts the codes of the steps from the clock's back, oldest first.
func (b *browser) inARow(n int) answer {
	b.w.t.Helper()
	pairs := []string{"code", b.w.code(int64(1 - n))}
	for i := 1; i < n; i++ {
		pairs = append(pairs, fmt.Sprintf("code%d", i+1), b.w.code(int64(1-n+i)))
	}
	return b.post("/auth", pairs...)
}

// A13, A14. The attack: a hundred addresses, one guess each. From then on one
// code from an unknown device opens nothing, two in a row do, and a trusted
// device needs one as ever.
func TestStepUp(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		owner := w.browser("192.0.2.1")
		owner.mustLogin()
		if level, err := w.server.Level(t.Context()); level != 1 || err != nil {
			t.Errorf("level before the attack: got %d, %v, want 1", level, err)
		}
		w.attack()
		if level, err := w.server.Level(t.Context()); level != 2 || err != nil {
			t.Errorf("level after the attack: got %d, %v, want 2", level, err)
		}
		w.clock.Advance(30 * time.Second)

		stranger := w.browser("192.0.2.2")
		for _, a := range []answer{stranger.get("/auth?next=/chat/x"), stranger.post("/auth", "code", w.code(0), "next", "/chat/x")} {
			for _, want := range []string{"Somebody is trying to guess codes. Enter two codes in a row: this one, then the next.", `name="code2"`, `value="/chat/x"`} {
				if !strings.Contains(a.body, want) {
					t.Errorf("%s /auth: the page lacks %q:\n%s", a.Request.Method, want, a.body)
				}
			}
			if strings.Contains(a.body, `name="code3"`) {
				t.Error("the page asks for a third code")
			}
		}
		if _, ok := stranger.visitor(); ok {
			t.Error("a single code opened")
		}
		if page := owner.get("/auth"); strings.Contains(page.body, "code2") {
			t.Error("the trusted device is asked for two codes")
		}
		owner.want(owner.login(w.code(0)), http.StatusSeeOther) // it was looked at by nobody, so it is good
		w.clock.Advance(time.Minute)
		stranger.want(stranger.inARow(2), http.StatusSeeOther)

		changes := w.records("login level changed")
		if len(changes) != 1 || changes[0]["from"] != 1.0 || changes[0]["to"] != 2.0 || changes[0]["reason"] != "guesses" || changes[0]["level"] != "WARN" {
			t.Errorf("changes of level in the log: got %v, want one from 1 to 2", changes)
		}
		devices := w.records("new device")
		if len(devices) != 2 || devices[1]["addr"] != "192.0.2.2" || devices[1]["codes"] != 2.0 || devices[1]["level"] != "WARN" {
			t.Errorf("new devices in the log: got %v, want two", devices)
		}
	})
}

// The owner hears of the end of an attack, too, although nobody tries any more.
func TestTheLevelGoesDownByItself(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		w.server.look(t.Context())
		w.attack()
		for i := range 91 {
			w.browser(fmt.Sprintf("10.0.%d.7", i)).post("/auth", "code", "000000", "code2", "000000")
		}
		for _, quiet := range []time.Duration{time.Minute, 3 * 24 * time.Hour, 3 * 24 * time.Hour} {
			w.clock.Advance(quiet)
			w.server.look(t.Context())
			w.server.look(t.Context())
		}
		var got []string
		for _, r := range w.records("login level changed") {
			got = append(got, fmt.Sprint(r["from"], " to ", r["to"], " ", r["reason"]))
		}
		if want := "[1 to 2 guesses 2 to 3 guesses 3 to 2 quiet 2 to 1 quiet]"; fmt.Sprint(got) != want {
			t.Errorf("changes of level in the log: got %v, want %s", got, want)
		}
	})
}

// A14. The attack: pairs as well, as fast as it can. Three codes always open.
func TestThreeCodesAlwaysOpen(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	w.attack()
	for i := range 91 {
		w.browser(fmt.Sprintf("10.0.%d.7", i)).post("/auth", "code", "000000", "code2", "000000")
	}
	b := w.browser("192.0.2.2")
	w.clock.Advance(-15 * time.Second) // the budget must not refill meanwhile
	a := b.inARow(2)
	if !strings.Contains(a.body, "Enter three codes in a row: this one, then the next two.") || !strings.Contains(a.body, `name="code3"`) {
		t.Errorf("after 90 wrong pairs: the page asks for no third code:\n%s", a.body)
	}
	b.want(b.inARow(3), http.StatusSeeOther)
}

// The attack: three codes at a time, which are always looked at, so that Redis
// is busy with them. They are looked at without it, and answered as ever.
func TestAFloodOfThreesStaysInMemory(t *testing.T) {
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	b := w.browser("192.0.2.9")
	b.login(w.wrongCode(1))
	before := r.Commands()
	for i := range 50 {
		a := b.want(b.post("/auth", "code", w.wrongCode(i), "code2", w.code(0), "code3", w.code(1)), http.StatusUnauthorized)
		if !strings.Contains(a.body, "These codes do not work.") || !strings.Contains(a.body, `name="code3"`) {
			t.Fatalf("three wrong codes are answered by\n%s", a.body)
		}
	}
	if n := r.Commands() - before; n > 10 {
		t.Errorf("50 tries asked Redis %d times, want it to be left alone", n)
	}
	if got := w.outcomes(); len(got) != 51 || got[50] != "wrong" {
		t.Errorf("the log: got %d attempts, the last %q; want 51, wrong", len(got), got[len(got)-1])
	}
	b.want(b.inARow(3), http.StatusSeeOther)
	b.want(b.inARow(3), http.StatusUnauthorized)
	if got := w.outcomes(); got[52] != "replayed" {
		t.Errorf("used codes: got %s, want replayed", got[52])
	}
}

// The attack: guess from the owner's own network, so that the owner waits for a
// day. The page shows the way that never closes.
func TestABlockedSourceIsNoLockout(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	b := w.browser("192.0.2.1")
	for i := range 5 {
		b.login(w.wrongCode(i))
	}
	a := b.want(b.post("/auth", "code", w.code(0), "next", "/chat/x"), http.StatusTooManyRequests)
	const way = "/auth?codes=3&amp;next=%2fchat%2fx"
	if !strings.Contains(a.body, way) || a.Header.Get("Retry-After") != "3600" {
		t.Errorf("throttled: got Retry-After %s, want an hour and the link %s:\n%s", a.Header.Get("Retry-After"), way, a.body)
	}
	if page := b.get("/auth?codes=3&next=/chat/x"); !strings.Contains(page.body, `name="code3"`) || strings.Contains(page.body, "guess") {
		t.Errorf("the page with three fields: got\n%s", page.body)
	}
	b.want(b.inARow(2), http.StatusTooManyRequests)
	b.want(b.inARow(3), http.StatusSeeOther)
}

// Two or three codes must be of steps in a row, the newest in the window, and
// all are used up.
func TestCodesInARow(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	now := w.clock.Now()
	tests := []struct {
		name  string
		steps []int64
		last  int64
		ok    bool
	}{
		{"now", []int64{-1, 0}, 0, true},
		{"a phone that is ahead", []int64{0, 1}, 1, true},
		{"a phone that is late", []int64{-2, -1}, -1, true},
		{"too late", []int64{-3, -2}, 0, false},
		{"too far ahead", []int64{1, 2}, 0, false},
		{"the same twice", []int64{0, 0}, 0, false},
		{"a gap", []int64{-1, 1}, 0, false},
		{"the wrong way round", []int64{0, -1}, 0, false},
		{"three", []int64{-2, -1, 0}, 0, true},
		{"three with a gap", []int64{-3, -1, 0}, 0, false},
	}
	for _, tt := range tests {
		var codes []string
		for _, s := range tt.steps {
			codes = append(codes, w.code(s))
		}
		last, ok := w.secret.MatchRun(codes, now)
		if ok != tt.ok || ok && last != stepAt(now)+tt.last {
			t.Errorf("%s: got %d, %v, want %d, %v", tt.name, last-stepAt(now), ok, tt.last, tt.ok)
		}
	}
	w.browser("192.0.2.1").want(w.browser("192.0.2.1").inARow(3), http.StatusSeeOther)
	for _, used := range []int64{-2, -1, 0} {
		b := w.browser("192.0.2.1")
		b.want(b.login(w.code(used)), http.StatusUnauthorized)
	}
	w.clock.Advance(30 * time.Second)
	b := w.browser("192.0.2.2")
	b.want(b.inARow(2), http.StatusUnauthorized) // the first of them is used
	b.want(b.login(w.code(0)), http.StatusSeeOther)
}

// A16. The attacks: a device cookie that is random, cut, doubled, of before a
// login, of before a rotation.
func TestDeviceCookies(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		older := b.device()
		b.mustLogin()
		good := b.device()
		if good == older || !validToken(good) {
			t.Fatalf("device cookies: got %q after %q, want another token", good, older)
		}
		b.want(b.post("/logout"), http.StatusSeeOther)
		if b.device() != good {
			t.Error("the logout took the device's cookie")
		}
		w.attack()
		tests := []struct {
			name, cookies string
			trusted       bool
		}{
			{"genuine", "chat_dev=" + good, true},
			{"twice the same", "chat_dev=" + good + "; chat_dev=" + good, true},
			{"of an earlier login", "chat_dev=" + older, false},
			{"random", "chat_dev=" + strings.Repeat("A", tokenLen), false},
			{"cut", "chat_dev=" + good[:42], false},
			{"two", "chat_dev=" + good + "; chat_dev=" + older, false},
			{"by another name", "__Host-chat_dev=" + good, false},
			{"as a session", "chat=" + good, false},
		}
		for _, tt := range tests {
			a := w.browser("203.0.113.9").get("/auth", "Cookie", tt.cookies)
			if trusted := !strings.Contains(a.body, "code2"); trusted != tt.trusted {
				t.Errorf("%s: got trusted %v, want %v", tt.name, trusted, tt.trusted)
			}
		}
		fresh := newSecret(t)
		if err := w.vault.Replace(fresh); err != nil {
			t.Fatal(err)
		}
		if a := b.get("/auth"); !strings.Contains(a.body, "code2") {
			t.Error("the device is still trusted after a rotation")
		}
	})
}

// A16. The attack: guess with a stolen device cookie. It is good for 20 guesses,
// and its owner still gets in.
func TestStolenDeviceCookie(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	owner := w.browser("192.0.2.1")
	owner.mustLogin()
	thief := w.browser("198.51.100.1")
	thief.client.Jar = owner.client.Jar // the whole jar
	for i := 0; len(w.outcomes()) < 300 && w.records("attempt")[len(w.records("attempt"))-1]["trusted"] == true || i == 0; i++ {
		thief.login(w.wrongCode(i))
		w.clock.Advance(3 * time.Minute)
	}
	guesses := 0
	for _, r := range w.records("attempt") {
		if r["trusted"] == true && r["outcome"] == "wrong" {
			guesses++
		}
	}
	if guesses != 20 {
		t.Errorf("guesses with the stolen cookie: got %d, want 20", guesses)
	}
	owner.want(owner.login(w.code(0)), http.StatusSeeOther)
	if got := w.records("new device"); len(got) != 2 {
		t.Errorf("new devices in the log: got %d, want 2", len(got))
	}
}

// The server's time helps who has a wrong clock. It comes after two failures in
// a row and says nothing of the codes.
func TestServersTimeAfterTwoWrongCodes(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	b := w.browser("192.0.2.1")
	if a := b.login(w.wrongCode(1)); strings.Contains(a.body, `id="clock"`) {
		t.Error("the time is shown after one wrong code")
	}
	want := w.clock.Now().UTC().Format("15:04:05") + " UTC"
	for _, code := range []string{w.wrongCode(2), "12", w.code(-3)} {
		if a := b.login(code); !strings.Contains(a.body, want) {
			t.Errorf("after another failure: the page lacks %s:\n%s", want, a.body)
		}
	}
}

// The fault: the disk with the counters is lost. The attack: have it so, for a
// fresh budget, or to use a code again.
func TestLostCountersAreNoFreshBudget(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		if err := r.Client.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		again := newWorldWith(t, r, w.vault, func(c *Config) { c.Now = w.clock.Now }) // a restart
		again.clock = w.clock
		b = again.browser("192.0.2.1")
		if a := b.get("/auth"); !strings.Contains(a.body, "does not remember how often codes were tried") {
			t.Errorf("the page says nothing of it:\n%s", a.body)
		}
		again.waits(b)
		w.clock.Advance(30 * time.Second)
		again.waits(b)
		w.clock.Advance(15 * time.Second) // the step after the next one begins
		b.want(b.login(w.code(0)), http.StatusUnauthorized)
		b.want(b.inARow(2), http.StatusUnauthorized) // the first of them is one of those
		w.clock.Advance(30 * time.Second)
		b.want(b.inARow(2), http.StatusSeeOther)
		if got := again.outcomes()[12:]; !slices.Equal(got, []string{"step_up", "replayed", "accepted"}) {
			t.Errorf("outcomes: got %q", got)
		}
		if got := again.records("login level changed"); len(got) != 1 || got[0]["reason"] != "counters_lost" {
			t.Errorf("changes of level in the log: got %v, want one for lost counters", got)
		}
	})
}

// waits checks that nothing is looked at as long as it is not known which codes
// were used: one, two or three, right or wrong, get the same answer, which says
// for how long.
func (w *world) waits(b *browser) {
	w.t.Helper()
	start := w.clock.Now().Truncate(30 * time.Second)
	for n := range 3 {
		right := b.want(b.inARow(n+1), http.StatusServiceUnavailable)
		pairs := []string{"code", w.wrongCode(1), "code2", w.wrongCode(2), "code3", w.wrongCode(3)}
		wrong := b.want(b.post("/auth", pairs[:2*n+2]...), http.StatusServiceUnavailable)
		if right.body != wrong.body || right.Header.Get("Retry-After") != wrong.Header.Get("Retry-After") {
			w.t.Errorf("%d codes: right ones and wrong ones are told apart by\n%s\n%s", n+1, right.body, wrong.body)
		}
		if !strings.Contains(right.body, "Please wait for the next code.") || strings.Contains(right.body, "codes=3") {
			w.t.Errorf("%d codes: the page does not say to wait, or offers a way that leads nowhere:\n%s", n+1, right.body)
		}
		wait, err := time.ParseDuration(right.Header.Get("Retry-After") + "s")
		if end := w.clock.Now().Add(wait); err != nil || end.Sub(start)%(30*time.Second) != 0 || wait > time.Minute {
			w.t.Errorf("%d codes: got Retry-After %v, %v, want the begin of a step within a minute", n+1, wait, err)
		}
	}
}

// The attack: have the counters and the data folder of a server with TOTP_SECRET
// made anew, or find it newly started, and come in with the one code that
// somebody just used there. Whatever notes that a secret was tried goes with the
// state, so that no empty state is a fresh budget, not even the very first one.
func TestASecretOfTheEnvironmentAtFirst(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		secret := newSecret(t)
		start := func(clock *clock) (*world, *browser) {
			w := newWorldWith(t, r, FixedVault(secret), func(c *Config) {
				if clock != nil {
					c.Now = clock.Now
				}
			})
			if clock != nil {
				w.clock = clock
			}
			b := w.browser("192.0.2.1")
			page := b.get("/auth")
			for _, want := range []string{"it is new, or its memory was lost", `name="code2"`} {
				if !strings.Contains(page.body, want) {
					t.Errorf("without a state the page lacks %q:\n%s", want, page.body)
				}
			}
			w.waits(b)
			return w, b
		}
		w, b := start(nil)
		w.clock.Advance(time.Minute)
		if a := b.want(b.login(w.code(0)), http.StatusUnauthorized); !strings.Contains(a.body, `name="code2"`) {
			t.Errorf("a single code without a state is not asked for another one:\n%s", a.body)
		}
		w.clock.Advance(30 * time.Second)
		b.want(b.inARow(2), http.StatusSeeOther)

		if err := r.Client.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		used := []string{w.code(-1), w.code(0)}
		lost, thief := start(w.clock)
		for range 6 {
			for _, try := range [][]string{{"code", used[0]}, {"code", used[1]}, {"code", used[0], "code2", used[1]}} {
				if a := thief.post("/auth", try...); a.StatusCode == http.StatusSeeOther {
					t.Fatalf("the used codes %v open again at %v", try, lost.clock.Now())
				}
			}
			lost.clock.Advance(15 * time.Second)
		}
		owner := lost.browser("192.0.2.2")
		owner.want(owner.inARow(2), http.StatusSeeOther)
	})
}

// G06. The fault: a replica is promoted that lost the last two seconds.
func TestUsedCodeStaysUsedWhenRedisForgets(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		if n := r.Client.Del(t.Context(), r.Client.Keys(t.Context(), "test:steps:*").Val()...).Val(); n != 1 {
			t.Fatalf("keys of used steps: got %d, want 1", n)
		}
		b.want(b.login(w.code(0)), http.StatusUnauthorized)
	})
}

// B07. The attack: log in at a server that has not heard of the rotation.
func TestServerWithAnOlderSecretLetsNobodyIn(t *testing.T) {
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	old := w.secret
	b := w.browser("192.0.2.1")
	b.mustLogin()
	other := openVault(t, t.TempDir()) // a second server with a folder of its own
	if err := other.Create(old); err != nil {
		t.Fatal(err)
	}
	stale := newWorldWith(t, r, other, func(c *Config) { c.Now = w.clock.Now })
	for range 2 { // Epochs are seconds at first: the copy may be of this one.
		if err := w.vault.Replace(newSecret(t)); err != nil {
			t.Fatal(err)
		}
	}
	w.secret, _ = w.vault.Current()
	w.browser("192.0.2.9").mustLogin()
	stale.clock = w.clock
	stale.secret = old
	c := stale.browser("192.0.2.3")
	c.want(c.inARow(3), http.StatusServiceUnavailable)
}

package cmd

import (
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The owner starts the program for the first time, opens the link that it
// printed, enrols an authenticator and logs in. Nobody without the link sees a
// secret, and nobody with it does twice.
func TestFirstRun(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		p := start(t, options{fresh: true, storage: storage})
		stranger, owner := p.browser(t), p.browser(t)
		for _, path := range []string{"/", "/chat/room", "/auth"} {
			if r := stranger.get(t, path); r.status != http.StatusSeeOther || r.location != "/setup" {
				t.Errorf("a stranger's GET %s answers %d to %q, want 303 to /setup", path, r.status, r.location)
			}
		}
		help := stranger.get(t, "/setup")
		if help.status != http.StatusOK || base32Groups.MatchString(help.body) || !strings.Contains(help.body, "setup-totp") {
			t.Errorf("a stranger's GET /setup answers %d without the way to set up, or with a secret:\n%s", help.status, help.body)
		}

		claim := claimOf(t, p)
		for range 2 { // Looking uses nothing up.
			if r := owner.get(t, "/setup?claim="+claim); r.status != http.StatusOK || base32Groups.MatchString(r.body) {
				t.Errorf("GET of the claim link answers %d, want 200 without a secret:\n%s", r.status, r.body)
			}
		}
		enrol := owner.post(t, "/setup", url.Values{"claim": {claim}})
		secret := base32Groups.FindString(enrol.body)
		if enrol.status != http.StatusOK || secret == "" {
			t.Fatalf("POST of the claim answers %d without a secret:\n%s", enrol.status, enrol.body)
		}
		if r := stranger.post(t, "/setup", url.Values{"claim": {claim}}); r.status != http.StatusGone {
			t.Errorf("the second browser with the claim gets %d, want 410", r.status)
		}
		code := codeAt(t, secret, p.clock.now())
		if r := stranger.post(t, "/setup/confirm", url.Values{"code": {code}}); r.status != http.StatusGone {
			t.Errorf("the second browser's code gets %d, want 410", r.status)
		}

		if r := owner.post(t, "/setup/confirm", url.Values{"code": {codeFor(strings.ReplaceAll(secret, " ", ""), false)}}); r.status != http.StatusUnauthorized {
			t.Errorf("a wrong first code gets %d, want 401", r.status)
		}
		if r := owner.post(t, "/setup/confirm", url.Values{"code": {code}}); r.status != http.StatusSeeOther || r.location != "/" {
			t.Fatalf("the first code gets %d to %q, want 303 to /", r.status, r.location)
		}
		if r := owner.post(t, "/setup", url.Values{"claim": {claim}}); r.status != http.StatusGone {
			t.Errorf("the claim after the end gets %d, want 410", r.status)
		}
		if r := owner.post(t, "/auth", url.Values{"code": {code}}); r.status != http.StatusUnauthorized {
			t.Errorf("the enrolment's code gets %d at the login, want 401", r.status)
		}
		if r := p.login(t).get(t, "/"); r.status != http.StatusOK {
			t.Errorf("home answers %d after the login, want 200", r.status)
		}
	})
}

func TestLogin(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		p := start(t, options{storage: storage})
		b := p.browser(t)
		if r := b.get(t, "/chat/tea"); r.status != http.StatusSeeOther || r.location != "/auth?next=%2Fchat%2Ftea" {
			t.Errorf("a stranger's GET answers %d to %q, want 303 to the login that comes back", r.status, r.location)
		}
		if r := b.get(t, "/auth?next=%2Fchat%2Ftea"); r.status != http.StatusOK || !strings.Contains(r.body, `value="/chat/tea"`) {
			t.Errorf("the login page answers %d and forgets where to go:\n%s", r.status, r.body)
		}
		code := p.code(t)
		if r := b.post(t, "/auth", url.Values{"code": {code}, "next": {"/chat/tea"}}); r.status != http.StatusSeeOther || r.location != "/chat/tea" {
			t.Fatalf("login answers %d to %q, want 303 to the room", r.status, r.location)
		}
		if r := b.get(t, "/chat/tea"); r.status != http.StatusOK {
			t.Errorf("the room answers %d, want 200", r.status)
		}
		// Somebody who looked over the shoulder types the same code.
		if r := p.browser(t).post(t, "/auth", url.Values{"code": {code}}); r.status != http.StatusUnauthorized {
			t.Errorf("the same code again gets %d, want 401", r.status)
		}

		if r := b.post(t, "/logout", nil); r.status != http.StatusSeeOther || r.location != "/auth" {
			t.Errorf("logout answers %d to %q, want 303 to /", r.status, r.location)
		}
		if r := b.get(t, "/chat/tea"); r.status != http.StatusSeeOther {
			t.Errorf("the room answers %d after the logout, want 303", r.status)
		}
		if r := p.browser(t).post(t, "/auth", url.Values{"code": {p.code(t)}, "next": {"//evil.example"}}); r.location != "/" {
			t.Errorf("login with a hostile next goes to %q, want /", r.location)
		}
	})
}

func TestGuessingIsThrottled(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		p := start(t, options{storage: storage})
		wrong := url.Values{"code": {"12345"}} // of no length that could be right by chance
		for n := range 5 {
			if r := p.browser(t).post(t, "/auth", wrong); r.status != http.StatusUnauthorized {
				t.Errorf("wrong code %d gets %d, want 401", n+1, r.status)
			}
		}
		r := p.browser(t).post(t, "/auth", url.Values{"code": {p.code(t)}})
		if r.status != http.StatusTooManyRequests {
			t.Errorf("the sixth attempt gets %d although the code is right, want 429", r.status)
		}
		if wait, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || wait < 3500 || wait > 3600 {
			t.Errorf("Retry-After is %q, want an hour in seconds", r.header.Get("Retry-After"))
		}
		if strings.Contains(p.log.String(), "12345") {
			t.Errorf("the log shows a code that was typed:\n%s", p.log)
		}
	})
}

func TestRestartKeepsTheSecret(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		p := start(t, options{storage: storage})
		p.login(t)
		p.stop(t)
		again := start(t, options{dir: p.dir, storage: storage})
		if strings.Contains(again.out.String(), "claim=") {
			t.Errorf("the second start prints a claim link:\n%s", again.out)
		}
		again.clock.ahead.Store(p.clock.ahead.Load())
		again.login(t)
	})
}

// The owner lost a phone and rotates the secret while the thief is logged in.
func TestRotationEndsSessions(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		p := start(t, options{storage: storage})
		thief := p.login(t)
		socket := thief.dial(t)
		old := p.code(t)
		p.rotate(t)
		if r := thief.get(t, "/"); r.status != http.StatusSeeOther || r.location != "/auth" {
			t.Errorf("the old session gets %d to %q, want 303 to /", r.status, r.location)
		}
		socket.expect(t, `42["session_ended",{"reason":"rotated"}]`)
		if r := p.browser(t).post(t, "/auth", url.Values{"code": {old}}); r.status != http.StatusUnauthorized {
			t.Errorf("a code of the old secret gets %d, want 401", r.status)
		}
		p.login(t)
	})
}

// A stop must not wait for the answer that a polling browser is waiting for.
func TestStopEndsPolling(t *testing.T) {
	p := start(t, options{})
	b := p.login(t)
	socket := b.openPolling(t)
	sent, ended := make(chan struct{}), make(chan struct{})
	once := sync.OnceFunc(func() { close(sent) }) // a request may be sent again
	hang := b.request(t, http.MethodGet, socket.path, "")
	hang = hang.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { once() },
	}))
	go func() {
		defer close(ended)
		for { // as a page does: until the server is gone
			r, err := b.http.Do(hang)
			if err != nil || r.Body.Close() != nil || r.StatusCode != http.StatusOK {
				return
			}
		}
	}()
	<-sent
	p.browser(t).get(t, "/health") // By now the server has the one before, too.
	begin := time.Now()
	p.stop(t)
	<-ended
	if took := time.Since(begin); took > shutdownLimit/2 {
		t.Errorf("the stop took %v, want less than %v", took, shutdownLimit/2)
	}
	for _, trouble := range []string{"not every", "panic"} {
		if strings.Contains(p.log.String(), trouble) {
			t.Errorf("the log speaks of trouble (%s):\n%s", trouble, p.log)
		}
	}
}

// Everything that serving starts ends with it.
func TestStopLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p := start(t, options{})
	b := p.login(t)
	b.dial(t).conn.CloseRead(t.Context())
	p.stop(t)
	b.http.CloseIdleConnections()
	// scs.New starts a store of its own, which auth replaces; it has no end.
	goleak.VerifyNone(t, before, goleak.IgnoreTopFunction("github.com/alexedwards/scs/v2/memstore.(*MemStore).startCleanup"))
}

var (
	base32Groups = regexp.MustCompile(`([A-Z2-7]{4} ){7}[A-Z2-7]{4}`)
	claimLink    = regexp.MustCompile(`/setup\?claim=(\S+)`)
)

// claimOf finds the claim in what the program printed.
func claimOf(t testing.TB, p *program) string {
	t.Helper()
	m := claimLink.FindStringSubmatch(p.out.String())
	if m == nil {
		t.Fatalf("no claim link was printed:\n%s", p.out)
	}
	return m[1]
}

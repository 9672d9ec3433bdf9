package auth

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

func newUnenrolled(t *testing.T, r *redistest.Redis, change ...func(*Config)) *world {
	t.Helper()
	return newWorldWith(t, r, openVault(t, filepath.Join(t.TempDir(), "data")), change...)
}

var shownSecret = regexp.MustCompile(`(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}`)

// secretOn returns the secret that a page shows, if any.
func secretOn(a answer) string { return shownSecret.FindString(a.body) }

func TestWizard(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newUnenrolled(t, r, func(c *Config) { c.Issuer, c.Account = "Our chat", "ann" })
		token := w.server.NewClaim()
		b := w.browser("192.0.2.1")
		if a := b.want(b.get("/setup?claim="+token), http.StatusOK); !strings.Contains(a.body, token) || secretOn(a) != "" {
			t.Errorf("the claim's page: want the button and no secret, got\n%s", a.body)
		}
		a := b.want(b.post("/setup", "claim", token), http.StatusOK)
		shown := secretOn(a)
		if shown == "" || !strings.Contains(a.body, "Our chat") || !strings.Contains(a.body, "<path") {
			t.Fatalf("the enrolment page: want secret, names and QR code, got\n%s", a.body)
		}
		if got := a.Header.Get("Set-Cookie"); !strings.Contains(got, "Path=/setup; Max-Age=900; HttpOnly; SameSite=Strict") {
			t.Errorf("Set-Cookie: got %q", got)
		}
		if again := b.post("/setup", "claim", token); secretOn(again) != shown {
			t.Errorf("after a refresh: got secret %q, want the same", secretOn(again))
		}
		s, err := ParseSecret(shown, "Our chat", "ann")
		if err != nil {
			t.Fatal(err)
		}
		w.secret = s
		a = b.want(b.post("/setup/confirm", "code", w.wrongCode(1)), http.StatusUnauthorized)
		if secretOn(a) != shown || !strings.Contains(a.body, "does not fit") {
			t.Errorf("after a wrong code: want the page again with a sentence, got\n%s", a.body)
		}
		code := w.code(0)
		a = b.want(b.post("/setup/confirm", "code", code), http.StatusSeeOther)
		if got := a.Header.Get("Location"); got != "/" {
			t.Errorf("Location: got %s, want /", got)
		}
		v, ok := b.visitor()
		if !ok {
			t.Fatal("after the set-up: got no session")
		}
		// Whoever took the claim away from the owner must not come in unnoticed.
		devices := w.records("new device")
		if len(devices) != 1 || devices[0]["level"] != "WARN" || devices[0]["addr"] != "192.0.2.1" || devices[0]["session"] != v.ID || devices[0]["codes"] != 1.0 {
			t.Errorf("new devices in the log: got %v, want one, of %s", devices, v.ID)
		}
		if got := w.records("attempt"); len(got) != 2 || got[1]["session"] != v.ID || got[1]["outcome"] != "accepted" {
			t.Errorf("attempts in the log: got %v, want the last to name the session", got)
		}
		if got := current(t, w.vault); got.text() != s.text() {
			t.Error("the vault holds another secret than was shown")
		}
		b.want(b.login(code), http.StatusUnauthorized)
		b.mustLogin()
		b.want(b.post("/setup", "claim", token), http.StatusGone)
		b.want(b.post("/setup/confirm", "code", w.code(1)), http.StatusGone)
		if a := b.get("/setup?claim=" + token); !strings.Contains(a.body, "is set up") {
			t.Errorf("the set-up page afterwards: got\n%s", a.body)
		}
	})
}

// B01. The attack: be the first to open the page.
func TestStrangerSeesNoSecret(t *testing.T) {
	w := newUnenrolled(t, redistest.Embedded(t))
	token := w.server.NewClaim()
	b := w.browser("192.0.2.1")
	for _, path := range []string{"/setup", "/setup?claim=", "/setup?claim=x", "/setup?claim=" + token, "/setup/confirm", "/chat/x", "/auth"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "OPTIONS"} {
			a := b.do(method, path, nil)
			if secretOn(a) != "" || strings.Contains(a.body, "otpauth") || a.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s %s: shows a secret or sets a cookie:\n%s", method, path, a.body)
			}
		}
	}
	b.want(b.post("/setup", "claim", token[1:]+token[:1]+"A"), http.StatusGone)
	b.want(b.post("/setup", "claim", token[:25]), http.StatusGone)
	b.want(b.post("/setup", "claim", ""), http.StatusGone)
	b.want(b.post("/setup/confirm", "code", "123456"), http.StatusGone)
	b.want(b.post("/setup", "claim", token), http.StatusOK) // nothing of that used it up
}

// B03. The attack: race the owner for the claim.
func TestClaimHasOneWinner(t *testing.T) {
	w := newUnenrolled(t, redistest.Embedded(t))
	token := w.server.NewClaim()
	answers := make([]answer, 20)
	barrier := make(chan struct{})
	var all sync.WaitGroup
	for i := range answers {
		b := w.browser("192.0.2.1")
		all.Go(func() {
			<-barrier
			answers[i] = b.post("/setup", "claim", token)
		})
	}
	close(barrier)
	all.Wait()
	won := 0
	for _, a := range answers {
		switch {
		case a.StatusCode == http.StatusOK && secretOn(a) != "":
			won++
		case a.StatusCode != http.StatusGone || secretOn(a) != "":
			t.Errorf("a loser got %d, want 410 and no secret", a.StatusCode)
		}
	}
	if won != 1 {
		t.Errorf("winners: got %d, want 1", won)
	}
}

func TestClaimEnds(t *testing.T) {
	tests := []struct {
		name string
		end  func(*world)
	}{
		{"after 15 minutes", func(w *world) { w.clock.Advance(claimLife) }},
		{"by another claim", func(w *world) { w.server.NewClaim() }},
		{"by chat setup-totp", func(w *world) {
			s, _ := NewSecret("chat", "owner")
			if err := (&Vault{dir: w.vault.dir}).Create(s); err != nil {
				w.t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newUnenrolled(t, redistest.Embedded(t))
			token := w.server.NewClaim()
			b := w.browser("192.0.2.1")
			shown := secretOn(b.want(b.post("/setup", "claim", token), http.StatusOK))
			w.secret, _ = ParseSecret(shown, "chat", "owner")
			tt.end(w)
			b.want(b.post("/setup", "claim", token), http.StatusGone)
			b.want(b.post("/setup/confirm", "code", w.code(0)), http.StatusGone)
			if s, err := w.vault.Current(); err == nil && s.text() == w.secret.text() {
				t.Error("the claim's secret was stored")
			}
		})
	}
}

// The fault: setup-totp finishes between the check and the storing.
func TestConfirmLosesToASecretMadeMeanwhile(t *testing.T) {
	w := newUnenrolled(t, redistest.Embedded(t))
	s := newSecret(t)
	w.secret = s
	if err := (&Vault{dir: w.vault.dir}).Create(newSecret(t)); err != nil {
		t.Fatal(err)
	}
	a := &attempt{}
	r, _ := http.NewRequest("POST", "/setup/confirm", nil)
	w.server.activate(r, s, w.code(0), a)
	if a.outcome != closed {
		t.Errorf("outcome: got %q, %v, want closed", a.outcome, a.err)
	}
}

// The attack: whoever stole the holder's cookie guesses nothing, but a wrong
// clock makes people try for ever; the same budget as the login's holds.
func TestConfirmIsThrottled(t *testing.T) {
	w := newUnenrolled(t, redistest.Embedded(t))
	b := w.browser("192.0.2.1")
	shown := secretOn(b.want(b.post("/setup", "claim", w.server.NewClaim()), http.StatusOK))
	w.secret, _ = ParseSecret(shown, "chat", "owner")
	for i := range 5 {
		b.want(b.post("/setup/confirm", "code", w.wrongCode(i)), http.StatusUnauthorized)
	}
	a := b.want(b.post("/setup/confirm", "code", w.code(0)), http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") != "3600" || !strings.Contains(a.body, `data-wait="3600"`) || !strings.Contains(a.body, "chat setup-totp") {
		t.Errorf("got Retry-After %q, want an hour, a countdown and the way without it:\n%s", a.Header.Get("Retry-After"), a.body)
	}
	if _, err := w.vault.Current(); !errors.Is(err, ErrNotEnrolled) {
		t.Errorf("Current: got %v, want ErrNotEnrolled", err)
	}
}

func TestWizardWhenTheFolderCannotBeWritten(t *testing.T) {
	w := newUnenrolled(t, redistest.Embedded(t))
	b := w.browser("192.0.2.1")
	shown := secretOn(b.want(b.post("/setup", "claim", w.server.NewClaim()), http.StatusOK))
	w.secret, _ = ParseSecret(shown, "chat", "owner")
	w.vault.mu.Lock()
	w.vault.dir = "/dev/null/x"
	w.vault.mu.Unlock()
	a := b.post("/setup/confirm", "code", w.code(0))
	b.want(a, http.StatusServiceUnavailable)
	if strings.Contains(a.body, "/dev/null") {
		t.Errorf("the page shows a path of the server:\n%s", a.body)
	}
}

func TestClaimTokens(t *testing.T) {
	w := newUnenrolled(t, redistest.Embedded(t))
	seen := map[string]bool{}
	for range 1000 {
		token := w.server.NewClaim()
		if len(token) < 26 { // 5 bits each: 130
			t.Fatalf("token: got %d characters, want 26", len(token))
		}
		seen[token] = true
	}
	if len(seen) != 1000 {
		t.Errorf("different tokens: got %d, want 1000", len(seen))
	}
	if got := fmt.Sprint(claimLife); got != fmt.Sprint(15*time.Minute) {
		t.Errorf("claimLife: got %s", got)
	}
}

// A success gives back what it cost, the first of all as well: there are no counters
// of logins yet, but that of the source is there.
func TestEnrolmentCostsNoTry(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newUnenrolled(t, r)
		owner, other := w.browser("192.0.2.1"), w.browser("192.0.2.1")
		shown := secretOn(owner.want(owner.post("/setup", "claim", w.server.NewClaim()), http.StatusOK))
		w.secret, _ = ParseSecret(shown, "chat", "owner")
		owner.want(owner.post("/setup/confirm", "code", w.code(0)), http.StatusSeeOther)
		for i := range 5 {
			other.want(other.login(w.wrongCode(i)), http.StatusUnauthorized)
		}
		other.want(other.login(w.wrongCode(5)), http.StatusTooManyRequests)
	})
}

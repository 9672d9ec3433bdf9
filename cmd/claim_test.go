package cmd

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// showsSecret reports whether an answer has a secret, or a picture of one.
func showsSecret(r reply) bool {
	return base32Groups.MatchString(r.body) || strings.Contains(r.body, "otpauth") || strings.Contains(r.body, `class="qr"`) ||
		len(r.header.Values("Set-Cookie")) > 0
}

// B01. The attack: a stranger opens the new server before its owner, by every method
// and under every name that a set-up may have. Nothing of it uses the claim up.
func TestAStrangerFindsNoSecret(t *testing.T) {
	p := start(t, options{fresh: true})
	claim := claimOf(t, p)
	paths := []string{
		"/", "/totp", "/setup", "/setup/", "/setup/confirm", "/auth", "/chat/tea", "/qr", "/qr.png", "/enroll", "/register", "/login",
		"/setup?claim=", "/setup?claim=x", "/setup?claim=" + claim, "/setup/confirm?claim=" + claim, "/totp?claim=" + claim,
		"/static/", "/static/qr.png", "/secret.json", "/health", "/ready", "/metrics", "/debug/vars",
	}
	bodies := []string{"", "claim=", "claim=x", "code=123456", "claim=" + strings.ToUpper(claim) + "x"}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "SETUP", "get"} {
		for _, path := range paths {
			for _, body := range bodies {
				r := rawly(t, p, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: HOST\r\nOrigin: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
					"Content-Length: %d\r\nConnection: close\r\n\r\n%s", method, path, p.base, len(body), body))[0]
				if showsSecret(r) || r.status >= 500 {
					t.Errorf("%s %s with %q answers %d with a secret or a cookie, or fails:\n%s", method, path, body, r.status, r.body)
				}
			}
		}
	}
	if r := p.browser(t).post(t, "/setup", url.Values{"claim": {claim}}); r.status != http.StatusOK || !base32Groups.MatchString(r.body) || !strings.Contains(r.body, `class="qr"`) {
		t.Errorf("afterwards the claim answers %d without a secret:\n%s", r.status, r.body)
	}
}

// B03. The attack: use a claim that somebody saw, after the server was restarted,
// after the owner set it up, and after somebody removed what marks a new secret.
func TestAClaimIsOver(t *testing.T) {
	dir := t.TempDir()
	var claims []string
	closed := func(when string, p *program) {
		t.Helper()
		for _, claim := range claims {
			r := p.browser(t).post(t, "/setup", url.Values{"claim": {claim}})
			if r.status != http.StatusGone || showsSecret(r) {
				t.Errorf("%s a claim answers %d, want 410 and no secret:\n%s", when, r.status, r.body)
			}
		}
	}
	for range 2 { // A restart in the middle of it forgets the claim and the secret it showed.
		p := start(t, options{dir: dir, fresh: true})
		closed("after a restart", p)
		claims = append(claims, claimOf(t, p))
		owner := p.browser(t)
		shown := owner.post(t, "/setup", url.Values{"claim": {claims[len(claims)-1]}})
		if !base32Groups.MatchString(shown.body) {
			t.Fatalf("the claim answers %d without a secret:\n%s", shown.status, shown.body)
		}
		closed("once it was used", p)
		if len(claims) == 2 {
			code := codeAt(t, base32Groups.FindString(shown.body), p.clock.now())
			if r := owner.post(t, "/setup/confirm", url.Values{"code": {code}}); r.status != http.StatusSeeOther {
				t.Fatalf("the first code answers %d, want 303", r.status)
			}
			closed("after the set-up", p)
		}
		p.stop(t)
	}
	secret, err := os.ReadFile(filepath.Join(dir, "secret.json"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	removed := 0
	for _, f := range files { // All but the secret: none of it is what keeps the set-up closed.
		if f.Name() != "secret.json" && !f.IsDir() {
			removed++
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	if removed == 0 {
		t.Error("there was nothing to remove")
	}
	p := start(t, options{dir: dir, fresh: true})
	closed("without its other files", p)
	if strings.Contains(p.out.String(), "/setup?claim=") {
		t.Errorf("a server with a secret offers a claim:\n%s", p.out)
	}
	if now, err := os.ReadFile(filepath.Join(dir, "secret.json")); err != nil || string(now) != string(secret) {
		t.Errorf("the secret is another one, or %v", err)
	}
	if r := p.browser(t).get(t, "/setup"); r.status == http.StatusOK && showsSecret(r) {
		t.Errorf("the set-up page shows a secret:\n%s", r.body)
	}
}

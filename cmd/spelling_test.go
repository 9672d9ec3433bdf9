package cmd

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// saidClock is the server's time, which the page shows after two failures.
var saidClock = regexp.MustCompile(`(?s)<p class="note" id="clock">.*?</p>`)

// A05. The attack: input that is no code, of which some reader in between makes the
// right one. Right stands for its digits.
var noCodes = []struct{ name, kind, body string }{
	{"empty", "", "code="},
	{"no field", "", ""},
	{"five digits", "", "code=FIVE"},
	{"seven digits", "", "code=RIGHT0"},
	{"eight digits", "", "code=00RIGHT"},
	{"10k digits", "", "code=" + strings.Repeat("0", 10_000) + "RIGHT"},
	{"letters", "", "code=abcdef"},
	{"digits and a letter", "", "code=FIVEo"},
	{"a sign", "", "code=%2B12345"},
	{"a sign before it", "", "code=%2BRIGHT"},
	{"a minus", "", "code=-RIGHT"},
	{"an exponent", "", "code=1e5"},
	{"a fraction", "", "code=RIGHT.0"},
	{"hexadecimal", "", "code=0xRIGHT"},
	{"NUL", "", "code=RIGHT%00"},
	{"NUL before it", "", "code=%00RIGHT"},
	{"a line break", "", "code=RIGHT%0A"},
	{"full-width digits", "", "code=WIDE"},
	{"Arabic digits", "", "code=ARABIC"},
	{"a no-break space", "", "code=%C2%A0RIGHT"},
	{"an em space", "", "code=%E2%80%83RIGHT"},
	{"twice", "", "code=RIGHT&code=RIGHT"},
	{"twice, the wrong one first", "", "code=000000&code=RIGHT"},
	{"another name's case", "", "Code=RIGHT"},
	{"a name in brackets", "", "code[]=RIGHT"},
	{"JSON number", "application/json", `{"code":RIGHT}`},
	{"JSON text", "application/json", `{"code":"RIGHT"}`},
	{"JSON array", "application/json", `{"code":["RIGHT"]}`},
	{"JSON object", "application/json", `{"code":{"$ne":"0"}}`},
	{"plain text", "text/plain", "code=RIGHT"},
	{"XML", "application/xml", "<code>RIGHT</code>"},
	{"a form of nobody", "application/x-www-form", "code=RIGHT"},
}

func TestNoCodesAreAnsweredAsWrongOnes(t *testing.T) {
	fill := func(body, right string) string {
		other := func(zero rune) (out string) {
			for _, r := range right {
				out += string(r - '0' + zero)
			}
			return url.QueryEscape(out)
		}
		return strings.NewReplacer("RIGHT", right, "FIVE", right[:5], "WIDE", other('０'), "ARABIC", other('٠')).Replace(body)
	}
	// A dozen at a time: all strangers together have twenty single codes.
	for part := range slices.Chunk(noCodes, 12) {
		p := start(t, options{env: map[string]string{"TRUSTED_PROXIES": "127.0.0.1"}})
		right, n := p.code(t), 0
		send := func(kind, body string) reply {
			n++
			b := p.browser(t)
			r := b.request(t, http.MethodPost, "/auth", body)
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Origin", p.base)
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.1", n))
			got := b.do(t, r)
			if len(b.http.Jar.Cookies(mustURL(t, p.base))) > 0 {
				t.Errorf("%s %.60q sets a cookie", kind, body)
			}
			return got
		}
		const form = "application/x-www-form-urlencoded"
		wrong := send(form, "code=000000")
		if wrong.status != http.StatusUnauthorized {
			t.Fatalf("a wrong code answers %d, want 401", wrong.status)
		}
		for _, tt := range part {
			if tt.kind == "" {
				tt.kind = form
			}
			got := send(tt.kind, fill(tt.body, right))
			if got.status != wrong.status || saidClock.ReplaceAllString(got.body, "") != saidClock.ReplaceAllString(wrong.body, "") {
				t.Errorf("%s: got %d, want the answer of a wrong code:\n%s", tt.name, got.status, got.body)
			}
		}
		hasNoCode(t, p, right)
		if r := p.browser(t).post(t, "/auth", url.Values{"code": {right}}); r.status != http.StatusSeeOther {
			t.Errorf("the code itself answers %d afterwards, want 303", r.status)
		}
	}
}

// A19. The attack: the login by another spelling or method, which no limiter knows,
// or which leaves the code where histories, logs and other sites find it.
func TestTheLoginHasOneDoor(t *testing.T) {
	p := start(t, options{})
	right := p.code(t)
	const form, json = "application/x-www-form-urlencoded", "application/json"
	send := func(method, target, kind, body string) reply {
		t.Helper()
		return rawly(t, p, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: HOST\r\nOrigin: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			method, target, p.base, kind, len(body), body))[0]
	}
	check := func(method, target string, r reply) {
		t.Helper()
		at := r.header.Get("Location")
		if strings.Contains(at, right) || strings.Contains(at, "://") || len(r.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s %s leads to %q with the cookies %q", method, target, at, r.header.Values("Set-Cookie"))
		}
	}
	for _, target := range []string{
		"/auth/", "//auth", "///auth", "/AUTH", "/Auth", "/./auth", "/x/../auth", "/auth/.", "/auth/x", "/auth%2f", "/auth%00", "/auth;x",
		"/auth%20", "/auth.json", "/%2fauth", "/login", "/api/auth", "/static/../auth", "/setup/../auth",
	} {
		for _, kind := range []string{form, json} {
			body := map[string]string{form: "code=" + right, json: `{"code":"` + right + `"}`}[kind]
			r := send(http.MethodPost, target, kind, body)
			check(http.MethodPost, target, r)
			// A redirect makes a GET of it, at most, or a POST to the one door.
			if r.status != 404 && r.status != 405 && r.status != 400 && r.status/100 != 3 {
				t.Errorf("POST %s answers %d, want 404, 405 or the way to the login", target, r.status)
			}
		}
	}
	for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "LOGIN"} {
		for _, target := range []string{"/auth", "/%61uth", "/auth/", "//auth", "/AUTH"} {
			r := send(method, target+"?code="+right+"&next=/", form, "code="+right)
			check(method, target, r)
			if reads := method == "GET" || method == "HEAD"; !reads && (r.status < 400 || r.status >= 500) {
				t.Errorf("%s %s answers %d, want a refusal", method, target, r.status)
			}
		}
	}
	if r := send(http.MethodPost, "/auth?code="+right, form, ""); r.status != http.StatusUnauthorized {
		t.Errorf("a code in the address of a POST answers %d, want 401", r.status)
	}
	if r := send(http.MethodPost, "/auth", json, `{"code":"`+right+`"}`); r.status != http.StatusUnauthorized {
		t.Errorf("JSON answers %d, want 401", r.status)
	}
	// The same path in another spelling is the same door, with the same limiter: the
	// two above and these have used up the source.
	for range 3 {
		send(http.MethodPost, "/%61%75th", form, "code=000000")
	}
	for _, target := range []string{"/auth", "/%61uth", "/aut%68?x=1"} {
		if r := send(http.MethodPost, target, form, "code="+right); r.status != http.StatusTooManyRequests {
			t.Errorf("POST %s answers %d after five failures, want 429", target, r.status)
		}
	}
	hasNoCode(t, p, right)
}

// hasNoCode checks that a code is in no log.
func hasNoCode(t *testing.T, p *program, code string) {
	t.Helper()
	kept, err := os.ReadFile(p.logFile())
	if err != nil || len(kept) == 0 {
		t.Fatalf("reading the log: got %d bytes, %v", len(kept), err)
	}
	if strings.Contains(p.log.String()+string(kept), code) {
		t.Error("the log holds the code")
	}
}

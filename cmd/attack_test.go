package cmd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// A page of evil.example has the owner's browser post to us, cookies and all:
// it would log somebody out, rename them, fill the disk or log them in as the
// attacker. Nothing of it happens, by whichever header the browser tells, and
// the same requests from our own pages work.
func TestForeignPagesChangeNothing(t *testing.T) {
	p := start(t, options{env: map[string]string{"TLS": "self-signed"}})
	owner := p.login(t)
	owner.join(t, "tea")
	code := p.code(t)
	foreign := map[string]http.Header{
		"another site":             {"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}},
		"another site, no Origin":  {"Sec-Fetch-Site": {"cross-site"}},
		"an old browser":           {"Origin": {"https://evil.example"}},
		"a sandboxed frame":        {"Origin": {"null"}, "Sec-Fetch-Site": {"cross-site"}},
		"another port":             {"Origin": {"https://127.0.0.1:1"}, "Sec-Fetch-Site": {"same-site"}},
		"a sister's page":          {"Sec-Fetch-Site": {"same-site"}},
		"our name, another scheme": {"Origin": {strings.Replace(p.base, "https:", "http:", 1)}},
		"a look-alike":             {"Origin": {p.base + ".evil.example"}},
		"ours, and another site":   {"Origin": {p.base, "https://evil.example"}},
	}
	posts := []struct{ path, body string }{
		{"/auth", "code=" + code},
		{"/logout", ""},
		{"/name", "name=Mallory"},
		{"/chat/tea/files", "junk"},
		{"/setup", "claim=x"},
		{"/setup/confirm", "code=123456"},
	}
	for who, header := range foreign {
		for _, post := range posts {
			// The three types that a form can send without asking first.
			for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"} {
				r := owner.request(t, http.MethodPost, post.path, post.body)
				r.Header.Set("Content-Type", kind)
				maps.Copy(r.Header, header)
				if got := owner.do(t, r); got.status != http.StatusForbidden || len(got.header.Values("Set-Cookie")) > 0 {
					t.Errorf("POST %s as %s from %s answers %d with cookies %q, want 403 and none",
						post.path, kind, who, got.status, got.header.Values("Set-Cookie"))
				}
			}
		}
	}

	home := owner.get(t, "/")
	if home.status != http.StatusOK || strings.Contains(home.body, "Mallory") {
		t.Errorf("afterwards home answers %d, want 200 under the old name", home.status)
	}
	if list, err := os.ReadDir(filepath.Join(p.dir, "uploads")); err != nil || len(list) != 0 {
		t.Errorf("afterwards the uploads are %v, %v, want none", list, err)
	}
	if r := p.browser(t).post(t, "/auth", url.Values{"code": {code}}); r.status != http.StatusSeeOther {
		t.Errorf("the code that the page posted is used up: %d, want 303", r.status)
	}
	if r := owner.post(t, "/name", url.Values{"name": {"Ann"}}); r.status >= 400 {
		t.Errorf("our own page cannot rename: %d", r.status)
	}
	if r := owner.post(t, "/logout", nil); r.status != http.StatusSeeOther {
		t.Errorf("our own page cannot log out: %d", r.status)
	}
}

// join enters a room over a websocket, which ends with the test.
func (b *browser) join(t *testing.T, room string) *webSocket {
	t.Helper()
	socket := b.dial(t)
	if err := socket.conn.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `421["join",{"chat_id":%q}]`, room)); err != nil {
		t.Fatalf("joining: %v", err)
	}
	socket.expect(t, "431")
	return socket
}

// Whatever the answer is, a browser gets told the same: run nothing that is not
// ours, in nobody's frame, keep no copy for the Back button.
func TestHeadersOnEveryAnswer(t *testing.T) {
	p := start(t, options{env: map[string]string{"TLS": "self-signed"}})
	down := start(t, options{env: map[string]string{"TLS": "self-signed"}, storage: "redis://127.0.0.1:1"})
	stranger, owner, guesser := p.browser(t), p.login(t), p.browser(t)
	owner.join(t, "tea")
	wrong := url.Values{"code": {"1"}}
	static := regexp.MustCompile(`/static/[^"]+\.css`).FindString(stranger.get(t, "/auth").body)
	upload := owner.request(t, http.MethodPost, "/chat/tea/files", "a picture")
	upload.Header.Set("Origin", p.base)
	large := owner.request(t, http.MethodPost, "/chat/tea/files", strings.Repeat("x", 8<<20+1))
	large.Header.Set("Origin", p.base)
	foreign := owner.request(t, http.MethodGet, "/", "")
	foreign.Host = "evil.example"
	stored := owner.do(t, upload)
	file := regexp.MustCompile(`/chat/tea/files/\w+`).FindString(stored.body)
	room := owner.get(t, "/chat/tea")

	check := func(what string, r reply, status int) {
		t.Helper()
		if r.status != status {
			t.Errorf("%s: it answers %d, want %d", what, r.status, status)
		}
		checkPolicy(t, what, r.header)
	}
	check("a room", room, 200)
	check("home", owner.get(t, "/"), 200)
	check("the login", stranger.get(t, "/auth"), 200)
	check("a redirect", stranger.get(t, "/chat/tea"), 303)
	check("the way to set up", stranger.get(t, "/setup"), 200)
	check("health", stranger.get(t, "/health"), 200)
	check("a style sheet", stranger.get(t, static), 200)
	check("the icon", stranger.get(t, "/favicon.ico"), 200)
	check("an upload", stored, 201)
	download := owner.get(t, file)
	check("a download", download, 200)
	if got := download.header.Values("Content-Security-Policy"); len(got) != 2 || !strings.HasPrefix(got[1], "sandbox;") {
		t.Errorf("a download has the policies %q, want the general one and a sandbox", got)
	}
	check("a stranger's download", stranger.get(t, file), 401)
	check("polling", owner.get(t, socketPath+"?EIO=4&transport=polling"), 200)
	check("no such version", owner.get(t, socketPath+"?EIO=3&transport=polling"), 400)
	check("polling without a session", stranger.get(t, socketPath+"?EIO=4&transport=polling"), 403)
	check("a wrong code", guesser.post(t, "/auth", wrong), 401)
	check("another site", guesser.do(t, foreignPost(t, guesser)), 403)
	check("no such page", owner.get(t, "/nope"), 404)
	check("no such file", owner.get(t, "/chat/tea/files/nope"), 404)
	check("no such asset", stranger.get(t, "/static/nope.css"), 404)
	check("a wrong method", owner.do(t, owner.request(t, http.MethodPut, "/auth", "")), 405)
	check("a claim that is over", stranger.post(t, "/setup", url.Values{"claim": {"x"}}), 410)
	check("another name", owner.do(t, foreign), 421)
	for range 5 {
		guesser.post(t, "/auth", wrong)
	}
	check("too many tries", guesser.post(t, "/auth", wrong), 429)
	check("Redis is down", down.browser(t).post(t, "/auth", wrong), 503)
	unknown := down.browser(t)
	unknown.http.Jar.SetCookies(mustURL(t, down.base), []*http.Cookie{{
		Name: "__Host-chat", Value: strings.Repeat("A", 43), Secure: true, Path: "/",
	}})
	for _, path := range []string{"/", "/chat/tea", "/chat/tea/files/x", socketPath + "?EIO=4&transport=polling"} {
		check("Redis is down for "+path, unknown.get(t, path), 503)
	}
	check("not ready", unknown.get(t, "/ready"), 503)
	check("a file that is too large", owner.do(t, large), 413)

	proxied := start(t, options{env: map[string]string{"SERVER_URL": "https://chat.example.org"}})
	for _, p := range []*program{p, proxied} {
		for what, bare := range bareAnswers {
			answers := rawly(t, p, bare.request)
			check(what, answers[len(answers)-1], bare.status)
		}
	}

	// Somebody at the same machine presses Back after a logout.
	if got := room.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a room has Cache-Control %q, want no-store", got)
	}
	owner.post(t, "/logout", nil)
	if r := owner.get(t, "/chat/tea"); r.status != http.StatusSeeOther || r.body != "" && strings.Contains(r.body, "tea") {
		t.Errorf("after the logout the room answers %d with\n%s", r.status, r.body)
	}
}

func foreignPost(t *testing.T, b *browser) *http.Request {
	t.Helper()
	r := b.request(t, http.MethodPost, "/auth", "code=1")
	r.Header.Set("Origin", "https://evil.example")
	return r
}

// typesOf are the trusted types of an answer: pages for those who are in register
// the service worker, by the one policy there is.
func typesOf(what string) string {
	if what == "a room" || what == "home" {
		return "trusted-types worker"
	}
	return "trusted-types 'none'"
}

// checkPolicy checks what every answer by https carries.
func checkPolicy(t *testing.T, what string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Strict-Transport-Security":    "max-age=31536000",
	} {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	policies := strings.Join(h.Values("Content-Security-Policy"), "; ")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "connect-src 'self'",
		"manifest-src 'self'", "worker-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", typesOf(what),
	} {
		if !strings.Contains(policies, want) {
			t.Errorf("%s: the policy %q lacks %s", what, policies, want)
		}
	}
	if policies == "" || strings.Contains(policies, "unsafe-") || strings.Contains(policies, "*") {
		t.Errorf("%s: the policy is %q", what, policies)
	}
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: it has %s", what, name)
		}
	}
	cached := h.Get("Cache-Control")
	asset := what == "a style sheet" || what == "the icon"
	if !asset && !strings.Contains(cached, "no-store") {
		t.Errorf("%s: Cache-Control is %q, want no-store", what, cached)
	}
}

// Somebody has a victim's browser, or a cache before us, ask for our pages
// under another name, so that links and codes lead to evil.example.
func TestLinksAreOurs(t *testing.T) {
	p := start(t, options{env: map[string]string{"SERVER_URL": "https://chat.example.org", "TLS": "self-signed"}})
	listens := regexp.MustCompile(`Local +https://(\S+)`).FindStringSubmatch(p.out.String())
	if listens == nil {
		t.Fatalf("it does not say where it listens:\n%s", p.out)
	}
	b := p.browser(t)
	b.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, listens[1])
	}
	if r := b.post(t, "/auth", url.Values{"code": {p.code(t)}}); r.status != http.StatusSeeOther || r.location != "/" {
		t.Fatalf("login answers %d to %q, want 303 to /", r.status, r.location)
	}
	scanned := 0
	for _, path := range []string{"/", "/chat/tea", "/auth", "/chat/tea?next=//evil.example"} {
		r := b.request(t, http.MethodGet, path, "")
		for _, name := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server", "X-Original-URL", "X-Rewrite-URL"} {
			r.Header.Set(name, "evil.example")
		}
		r.Header.Set("Forwarded", "host=evil.example;proto=http")
		r.Header.Set("X-Forwarded-Proto", "http")
		got := b.do(t, r)
		if strings.Contains(got.body+got.location, "evil") {
			t.Errorf("GET %s speaks of evil.example", path)
		}
		if got.status == http.StatusOK && strings.HasPrefix(path, "/chat") && !strings.Contains(got.body, "https://chat.example.org/chat/tea") {
			t.Errorf("GET %s has no link that begins with SERVER_URL", path)
		}
		if got.status == http.StatusOK && strings.HasPrefix(path, "/chat") {
			scanned++
			if link := scanPage(t, got.body); link != "https://chat.example.org/chat/tea" {
				t.Errorf("GET %s: a phone scans %q, want the room at SERVER_URL", path, link)
			}
		}

		r = b.request(t, http.MethodGet, path, "")
		r.Host = "evil.example"
		if got := b.do(t, r); got.status != http.StatusMisdirectedRequest || strings.Contains(got.body, "tea") {
			t.Errorf("GET %s for evil.example answers %d, want 421", path, got.status)
		}
	}
	if scanned == 0 {
		t.Error("no QR code was scanned")
	}
}

// Somebody asks for files of the machine in every spelling of "up". The paths
// go out as they stand here, which no HTTP client would do.
func TestNothingOutsideIsServed(t *testing.T) {
	p := start(t, options{})
	owner := p.login(t)
	owner.join(t, "tea")
	address := strings.TrimPrefix(p.base, "http://")
	cookie := ""
	for _, c := range owner.http.Jar.Cookies(mustURL(t, p.base)) {
		cookie += c.Name + "=" + c.Value + "; "
	}
	ups := []string{
		"../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", `..\`, "....//", "..;/", "%252e%252e%252f",
		"..%c0%af", "%00/", "%00", "/", "//", "%2f", "./", "..%00/", "%2e%2e%5c",
	}
	targets := []string{"go.mod", "secret.json", "etc/passwd", "main.go", "embed.go", "cmd/routes.go"}
	for _, below := range []string{"/", "/static/", "/static/css/", "/chat/tea/files/", "/chat/", "/socket.io/"} {
		for _, up := range ups {
			for _, target := range targets {
				path := below + strings.Repeat(up, 6) + target
				status, body := rawGet(t, address, path, cookie)
				for _, telltale := range []string{"module chat", "root:", `"checksum"`, "package "} {
					if strings.Contains(body, telltale) {
						t.Errorf("GET %s answers %d with a file:\n%.200s", path, status, body)
					}
				}
				if status >= 500 {
					t.Errorf("GET %s answers %d, want a refusal or a page", path, status)
				}
			}
		}
	}
	if strings.Contains(p.log.String(), `ERROR     panic`) {
		t.Errorf("something panicked:\n%s", p.log)
	}
}

// rawGet asks for a path byte for byte.
func rawGet(t *testing.T, address, path, cookie string) (status int, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nConnection: close\r\n\r\n", path, address, cookie)
	if err != nil {
		t.Fatalf("asking: %v", err)
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("GET %s: reading the answer: %v", path, err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("GET %s: reading the answer: %v", path, err)
	}
	return r.StatusCode, string(b)
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

package cmd

import (
	"bytes"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"chat/auth"
)

const testBase = "http://127.0.0.1:5000"

// newTestApp wires everything as serve does, with an authenticator set up.
func newTestApp(t *testing.T, log *slog.Logger) *app {
	t.Helper()
	secret, err := auth.ParseSecret("JBSWY3DPEHPK3PXPJBSWY3DPEH", "chat", "owner")
	if err != nil {
		t.Fatalf("reading a secret: %v", err)
	}
	c := Config{DataDir: t.TempDir(), History: true, Storage: embeddedStorage}
	rdb := startTestRedis(t, time.Hour)
	remembered, err := openMemory(c, rdb, log)
	if err != nil {
		t.Fatalf("opening the history: %v", err)
	}
	a, err := newApp(c, supplies{
		place:  place{base: testBase},
		assets: os.DirFS(".."),
		vault:  auth.FixedVault(secret),
		redis:  rdb,
		memory: remembered,
		log:    log,
	})
	if err != nil {
		t.Fatalf("building: %v", err)
	}
	t.Cleanup(func() {
		if err := a.rooms.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("shutting down: %v", err)
		}
		if err := remembered.close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// ask sends one request to the whole stack of handlers.
func ask(h http.Handler, method, path string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, testBase+path, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var (
	inBrowser = map[string]string{"Accept": "text/html"}
	inScript  = map[string]string{"Accept": "application/json"}
	crossSite = map[string]string{"Accept": "text/html", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
)

// Who adds a path has to decide who may come to it. This is the short list of
// what needs no session; all else refuses strangers.
func TestStrangersMeetTheGuard(t *testing.T) {
	a := newTestApp(t, slog.New(slog.DiscardHandler))
	h := a.handler()
	open := []string{
		"GET /auth", "POST /auth", "GET /setup", "POST /setup", "POST /setup/confirm",
		"GET /static/", "GET /favicon.ico", "GET /apple-touch-icon.png", "GET /worker.js", "GET /offline", "GET /health", "GET /ready",
	}
	for _, r := range a.routes() {
		t.Run(r.pattern, func(t *testing.T) {
			if r.guard == public {
				if !slices.Contains(open, r.pattern) {
					t.Errorf("the path is public but not in this test's list")
				}
				return
			}
			method, path := split(r.pattern)
			page, api := ask(h, method, path, inBrowser), ask(h, method, path, inScript)
			switch {
			case r.pattern == "GET /chat/{room}/files/{name}":
				for _, accept := range []string{"text/html", "*/*", "image/png", ""} {
					some := ask(h, method, path, map[string]string{"Accept": accept, "Range": "bytes=0-3"})
					if some.Code != http.StatusUnauthorized || some.Header().Get("Content-Range") != "" {
						t.Errorf("a stranger who accepts %q gets %d of %q, want 401", accept, some.Code, some.Header().Get("Content-Range"))
					}
				}
			case r.guard == inside:
				if page.Code < 400 || page.Code >= 500 {
					t.Errorf("a stranger gets %d, want 4xx", page.Code)
				}
			case method == http.MethodGet && (page.Code != http.StatusSeeOther || !strings.HasPrefix(page.Header().Get("Location"), "/auth")):
				t.Errorf("a stranger's browser gets %d to %q, want 303 to /auth", page.Code, page.Header().Get("Location"))
			case method != http.MethodGet && page.Code != http.StatusUnauthorized:
				t.Errorf("a stranger's browser gets %d, want 401", page.Code)
			}
			if r.guard != inside && api.Code != http.StatusUnauthorized {
				t.Errorf("a stranger's program gets %d, want 401", api.Code)
			}
		})
	}
}

// split turns a pattern into a request that it matches.
func split(pattern string) (method, path string) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = http.MethodGet, pattern
	}
	return method, strings.NewReplacer("{$}", "", "{room}", "tea", "{name}", "picture.png").Replace(path)
}

func TestRefusals(t *testing.T) {
	h := newTestApp(t, slog.New(slog.DiscardHandler)).handler()
	with := func(more map[string]string) map[string]string {
		all := maps.Clone(inBrowser)
		maps.Copy(all, more)
		return all
	}
	tests := []struct {
		name, method, path string
		header             map[string]string
		status             int
	}{
		{"unknown path", "GET", "/nope", inBrowser, 404},
		{"untidy path", "GET", "//nope", inBrowser, 404},
		{"untidy path of ours", "GET", "/chat/x/../../auth", inBrowser, 404},
		{"the sockets' path without its slash", "GET", "/socket.io", inBrowser, 404},
		{"unknown path below a known one", "GET", "/auth/x", inBrowser, 404},
		{"wrong method", "PUT", "/auth", inBrowser, 405},
		{"method of nobody", "BREW", "/health", inBrowser, 405},
		{"cross-site login", "POST", "/auth", crossSite, 403},
		{"cross-site logout", "POST", "/logout", crossSite, 403},
		{"same-site upload", "POST", "/chat/tea/files", with(map[string]string{"Sec-Fetch-Site": "same-site"}), 403},
		{"old browser on another site", "POST", "/auth", with(map[string]string{"Origin": "http://127.0.0.1:5001"}), 403},
		{"socket without a session", "GET", "/socket.io/?EIO=4&transport=polling", nil, 403},
		{"own site", "POST", "/auth", with(map[string]string{"Origin": testBase}), 503}, // A new secret's first codes may be used ones.
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(h, tt.method, tt.path, tt.header)
			if w.Code != tt.status {
				t.Errorf("%s %s answers %d, want %d", tt.method, tt.path, w.Code, tt.status)
			}
			if tt.header["Accept"] == "text/html" && !strings.Contains(w.Body.String(), "<!doctype html>") {
				t.Errorf("%s %s answers without a page:\n%s", tt.method, tt.path, w.Body)
			}
			if w.Code == 405 && w.Header().Get("Allow") == "" {
				t.Error("405 without Allow")
			}
			checkHeaders(t, w.Header())
		})
	}
}

// A page of evil.example, whose name suddenly leads to this machine, reads ours.
func TestForeignHost(t *testing.T) {
	h := newTestApp(t, slog.New(slog.DiscardHandler)).handler()
	for path, want := range map[string]int{"/auth": http.StatusMisdirectedRequest, "/health": http.StatusOK} {
		r := httptest.NewRequest("GET", "http://evil.example:5000"+path, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("GET %s for evil.example answers %d, want %d", path, w.Code, want)
		}
		checkHeaders(t, w.Header())
	}
}

func TestHealth(t *testing.T) {
	w := ask(newTestApp(t, slog.New(slog.DiscardHandler)).handler(), "GET", "/health", nil)
	if got := w.Body.String(); w.Code != http.StatusOK || got != `{"status":"healthy"}` {
		t.Errorf("health answers %d %s", w.Code, got)
	}
}

func TestPanicEndsOneRequest(t *testing.T) {
	var log bytes.Buffer
	a := newTestApp(t, slog.New(slog.NewTextHandler(&log, nil)))
	h := recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("for a test") }), a.site, a.log)
	w := ask(h, "GET", "/chat/tea", inBrowser)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "for a test") {
		t.Errorf("a panic answers %d with\n%s\nwant 500 without its text", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "for a test") || !strings.Contains(log.String(), "routes_test.go") {
		t.Errorf("the log lacks the panic or where it was:\n%s", &log)
	}
	if strings.Contains(log.String(), "tea") {
		t.Errorf("the log shows the room's name:\n%s", &log)
	}
}

// checkHeaders checks that a refusal is as guarded as a page.
func checkHeaders(t *testing.T, h http.Header) {
	t.Helper()
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
		if h.Get(name) == "" {
			t.Errorf("no header %s", name)
		}
	}
	if got := h.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q, want no-store", got)
	}
}

// Somebody in the café answers http://chat.example.org for us, with a page that
// posts to https://chat.example.org from a browser that tells only its Origin.
func TestPlainPageOfOurName(t *testing.T) {
	a := newTestApp(t, slog.New(slog.DiscardHandler))
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	const evil = "http://chat.example.org"
	for _, tt := range []struct {
		name           string
		where          place
		method, origin string
		status         int
	}{
		{"post", place{secure: true}, "POST", evil, 403},
		{"method of nobody", place{secure: true}, "BREW", evil, 403},
		{"look", place{secure: true}, "GET", evil, 204},
		{"our own page", place{secure: true}, "POST", "https://chat.example.org", 204},
		{"our own page, which tells no referrer", place{secure: true}, "POST", "null", 204},
		{"a program", place{secure: true}, "POST", "", 204},
		{"behind the proxy", place{secure: true, origins: []string{evil}}, "POST", evil, 204},
		{"all of it by http", place{}, "POST", evil, 204},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a.place = tt.where
			if w := ask(a.sameScheme(next), tt.method, "/auth", map[string]string{"Origin": tt.origin}); w.Code != tt.status {
				t.Errorf("it answers %d, want %d", w.Code, tt.status)
			}
		})
	}
}

package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chat/auth/internal/redistest"
	"chat/ui"
)

// world is a server with everything around it, on the loopback interface.
type world struct {
	t      *testing.T
	redis  *redistest.Redis
	vault  *Vault
	secret Secret
	clock  *clock
	logs   *buffer
	ended  *buffer
	server *Server
	web    *httptest.Server
}

// clock is a settable clock that starts now, in the middle of a step.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

var testSite = sync.OnceValues(func() (*ui.Site, error) { return ui.New(os.DirFS("../ui"), ui.Options{}) })

// newWorld returns an enrolled server; change adjusts its configuration.
func newWorld(t *testing.T, r *redistest.Redis, change ...func(*Config)) *world {
	t.Helper()
	vault := openVault(t, filepath.Join(t.TempDir(), "data"))
	if err := vault.Create(newSecret(t)); err != nil {
		t.Fatalf("Create: got %v", err)
	}
	return newWorldWith(t, r, vault, change...)
}

func newWorldWith(t *testing.T, r *redistest.Redis, vault *Vault, change ...func(*Config)) *world {
	t.Helper()
	site, err := testSite()
	if err != nil {
		t.Fatalf("loading pages: %v", err)
	}
	w := &world{
		t:     t,
		redis: r,
		vault: vault,
		clock: &clock{now: time.Now().Truncate(30 * time.Second).Add(15 * time.Second)},
		logs:  &buffer{},
		ended: &buffer{},
	}
	w.secret, _ = vault.Current()
	c := Config{
		Vault:   vault,
		Redis:   r.Client,
		Prefix:  "test:",
		Site:    site,
		Log:     slog.New(slog.NewJSONHandler(w.logs, nil)),
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Now:     w.clock.Now,
		Ended:   func(id, _ string) { fmt.Fprintf(w.ended, "%s\n", id) },
	}
	for _, f := range change {
		f(&c)
	}
	if w.server, err = New(c); err != nil {
		t.Fatalf("New: got %v", err)
	}
	w.web = httptest.NewUnstartedServer(w.routes(site))
	if c.Secure {
		w.web.StartTLS()
	} else {
		w.web.Start()
	}
	t.Cleanup(w.web.Close)
	return w
}

// routes is what cmd serves, with one page behind the gate.
func (w *world) routes(site *ui.Site) http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h ui.HandlerFunc) { mux.Handle(pattern, site.Handle(h)) }
	handle("GET /auth", w.server.LoginPage)
	handle("POST /auth", w.server.Login)
	handle("GET /setup", w.server.SetupPage)
	handle("POST /setup", w.server.Claim)
	handle("POST /setup/confirm", w.server.Confirm)
	mux.Handle("POST /logout", w.server.Gate(site.Handle(w.server.Logout)))
	mux.Handle("POST /name", w.server.Gate(site.Handle(w.server.Rename)))
	mux.Handle("/chat/", w.server.Gate(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		v, _ := VisitorFrom(r.Context())
		_ = json.NewEncoder(rw).Encode(v)
	})))
	mux.Handle("GET /chat/{room}/files/{name}", w.server.GateFetched(http.NotFoundHandler()))
	return mux
}

// browser is one visitor with a cookie jar, at an address of its own.
type browser struct {
	w      *world
	client *http.Client
	addr   string
}

func (w *world) browser(addr string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	c := *w.web.Client() // knows the server's certificate
	c.Jar = jar
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{w: w, client: &c, addr: addr}
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(method, path string, body io.Reader, header ...string) answer {
	b.w.t.Helper()
	r, err := http.NewRequest(method, b.w.web.URL+path, body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", b.addr)
	r.Header.Set("Accept", "text/html")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatalf("%s %s: reading body: %v", method, path, err)
	}
	return answer{res, string(text)}
}

func (b *browser) get(path string, header ...string) answer {
	b.w.t.Helper()
	return b.do("GET", path, nil, header...)
}

// post sends a form of name, value pairs.
func (b *browser) post(path string, pairs ...string) answer {
	b.w.t.Helper()
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, strings.NewReader(f.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

func (b *browser) login(code string) answer {
	b.w.t.Helper()
	return b.post("/auth", "code", code)
}

// comeIn is login by somebody who comes again as long as the server can't tell
// now: on a busy machine Redis may take longer than the half second that a
// command has. Such a try is not evaluated and uses nothing up. The server's clock
// goes on meanwhile, for it remembers the failure for a second.
func (b *browser) comeIn(code string) (a answer) {
	b.w.t.Helper()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for range 50 {
		if a = b.login(code); a.StatusCode != http.StatusServiceUnavailable {
			break
		}
		<-again.C
		b.w.clock.Advance(time.Second)
	}
	return a
}

// trust makes the browser a trusted device, as a login does.
func (b *browser) trust() {
	b.w.t.Helper()
	rec := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/auth", nil)
	secret, err := b.w.vault.Current()
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.w.server.trust(rec, r, secret, false)
	u, _ := url.Parse(b.w.web.URL)
	b.client.Jar.SetCookies(u, rec.Result().Cookies())
}

// device returns the device's cookie.
func (b *browser) device() string { return b.cookieNamed(deviceName(b.w.server.config.Secure)) }

// visitor returns who the gated page takes the browser for.
func (b *browser) visitor() (Visitor, bool) {
	b.w.t.Helper()
	a := b.get("/chat/x")
	if a.StatusCode != http.StatusOK {
		return Visitor{}, false
	}
	var v Visitor
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		b.w.t.Fatalf("reading visitor: %v", err)
	}
	return v, true
}

// mustLogin logs in with the next unused step, moving the clock to it.
func (b *browser) mustLogin() Visitor {
	b.w.t.Helper()
	b.w.clock.Advance(30 * time.Second)
	b.want(b.login(b.w.code(0)), http.StatusSeeOther)
	v, ok := b.visitor()
	if !ok {
		b.w.t.Fatal("after the login: got no session")
	}
	return v
}

func (b *browser) want(a answer, status int) answer {
	b.w.t.Helper()
	if a.StatusCode != status {
		b.w.t.Fatalf("%s %s: got %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.body)
	}
	return a
}

// cookie returns the session's cookie.
func (b *browser) cookie() string { return b.cookieNamed(b.w.server.sessions.Cookie.Name) }

func (b *browser) cookieNamed(name string) string {
	b.w.t.Helper()
	u, _ := url.Parse(b.w.web.URL)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// code returns the code of a step relative to the clock's.
func (w *world) code(offset int64) string {
	return w.secret.code(stepAt(w.clock.Now()) + offset)
}

// wrongCode returns a code that matches no step near the clock's, another one
// for each n.
func (w *world) wrongCode(n int) string {
	var near []string
	for d := int64(-5); d <= 5; d++ {
		near = append(near, w.code(d))
	}
	for ; ; n += 1000 {
		if c := fmt.Sprintf("%06d", n%1_000_000); !slices.Contains(near, c) {
			return c
		}
	}
}

// records returns the log records with the message, oldest first.
func (w *world) records(msg string) []map[string]any {
	w.t.Helper()
	var found []map[string]any
	for line := range strings.Lines(w.logs.String()) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			w.t.Fatalf("reading log line %q: %v", line, err)
		}
		if r["msg"] == msg {
			found = append(found, r)
		}
	}
	return found
}

func (w *world) outcomes() []string {
	w.t.Helper()
	var out []string
	for _, r := range w.records("attempt") {
		out = append(out, fmt.Sprint(r["outcome"]))
	}
	return out
}

// copyVault copies a secret file.
func copyVault(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(from, secretName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, secretName), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

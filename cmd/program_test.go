package cmd

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chat/auth"
	"chat/cmd/certificate"

	"github.com/pquerna/otp/totp"
	"github.com/spf13/pflag"
)

// program is the whole program, serving in this process on a free port.
type program struct {
	base  string // its SERVER_URL
	dir   string // its data folder
	clock *clock // what it checks codes by
	out   *output
	log   *output

	cancel context.CancelFunc
	end    func() error // waits for its end, once
}

// options of a program. The zero value is a new folder with an authenticator
// set up, the embedded Redis and nothing else.
type options struct {
	dir     string            // an existing data folder; empty makes a new one
	fresh   bool              // no authenticator is set up
	storage string            // STORAGE_LIMITER
	env     map[string]string // any variables
	pack    bool              // the static files are compressed well
	assets  fs.FS             // nil: those of the sources
	clock   *clock            // nil: one of its own
}

// start runs a program until the test ends or stop is called.
func start(t testing.TB, o options) *program {
	t.Helper()
	p := &program{dir: o.dir, clock: o.clock, out: &output{}, log: &output{}}
	if p.clock == nil {
		p.clock = &clock{}
	}
	if p.dir == "" {
		p.dir = t.TempDir()
	}
	if _, err := p.vault(t).Current(); err != nil && !o.fresh {
		p.enrol(t)
	}
	if o.assets == nil {
		o.assets = os.DirFS("..")
	}
	environ := map[string]string{"PORT": "0", "DATA_DIR": p.dir, "STORAGE_LIMITER": o.storage, "LOG_LEVEL": "DEBUG"}
	maps.Copy(environ, o.env)
	var list []string
	for name, value := range environ {
		list = append(list, name+"="+value)
	}
	config, err := readConfig(pflag.NewFlagSet("test", pflag.ContinueOnError), list, t.TempDir())
	if err != nil {
		t.Fatalf("reading the configuration: %v", err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan place, 1), make(chan error, 1)
	go func() {
		ended <- serve(ctx, config, serving{
			Program: Program{Assets: o.assets, Environ: list, Stdout: p.out, Stderr: p.log},
			now:     p.clock.now,
			ready:   func(where place) { ready <- where },
			pack:    o.pack,
		})
	}()
	p.cancel, p.end = cancel, sync.OnceValue(func() error { return <-ended })
	select {
	case where := <-ready:
		p.base = where.base
	case err := <-ended:
		cancel()
		t.Fatalf("serving: %v", err)
	}
	t.Cleanup(func() { p.stop(t) })
	return p
}

// stop interrupts the program and waits for its good end.
func (p *program) stop(t testing.TB) {
	t.Helper()
	p.cancel()
	if err := p.end(); err != nil {
		t.Errorf("serving ended with %v, want no error", err)
	}
}

// vault opens the secret as another process would.
func (p *program) vault(t testing.TB) *auth.Vault {
	t.Helper()
	v, err := auth.OpenVault(p.dir)
	if err != nil {
		t.Fatalf("opening the secret: %v", err)
	}
	return v
}

// enrol sets up an authenticator in the folder, as setup-totp does.
func (p *program) enrol(t testing.TB) {
	t.Helper()
	if err := p.vault(t).Create(p.newSecret(t)); err != nil {
		t.Fatalf("keeping a secret: %v", err)
	}
}

// rotate replaces the secret, as rotate-secret does.
func (p *program) rotate(t testing.TB) {
	t.Helper()
	if err := p.vault(t).Replace(p.newSecret(t)); err != nil {
		t.Fatalf("replacing the secret: %v", err)
	}
}

func (p *program) newSecret(t testing.TB) auth.Secret {
	t.Helper()
	s, err := auth.NewSecret("chat", "owner")
	if err != nil {
		t.Fatalf("making a secret: %v", err)
	}
	active, ok := s.Activate(codeAt(t, s.Groups(), p.clock.now()), p.clock.now())
	if !ok {
		t.Fatal("the first code of a new secret is refused")
	}
	return active
}

// code waits for the authenticator to show a code that was not used yet: it
// moves the program's clock on by one step.
func (p *program) code(t testing.TB) string {
	t.Helper()
	s, err := p.vault(t).Current()
	if err != nil {
		t.Fatalf("reading the secret: %v", err)
	}
	p.clock.advance(30 * time.Second)
	return codeAt(t, s.Groups(), p.clock.now())
}

// codeAt is what an authenticator shows for a secret in groups of four.
func codeAt(t testing.TB, groups string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(groups, " ", ""), at)
	if err != nil {
		t.Fatalf("making a code: %v", err)
	}
	return code
}

// browser is somebody's browser: it keeps cookies and shows redirects instead
// of following them.
type browser struct {
	base string
	http *http.Client
}

// browser opens a browser that is not logged in.
func (p *program) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("making a cookie jar: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: p.trust(t)}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{p.base, &http.Client{
		Jar:           jar,
		Transport:     transport,
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// trust is what a browser knows whose owner has accepted the program's own
// certificate. Nil is no more than other browsers know.
func (p *program) trust(t testing.TB) *tls.Config {
	t.Helper()
	leaf, err := certificate.Leaf(filepath.Join(p.dir, ownCertificate))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatalf("reading the certificate: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{RootCAs: pool}
}

// login opens a browser and logs in with a code that was not used yet.
func (p *program) login(t testing.TB) *browser {
	t.Helper()
	b := p.browser(t)
	r := b.post(t, "/auth", url.Values{"code": {p.code(t)}})
	if r.status != http.StatusSeeOther || r.location != "/" {
		t.Fatalf("login answers %d to %q, want 303 to /\nlog:\n%s", r.status, r.location, p.log)
	}
	return b
}

// reply is an answer, read to its end.
type reply struct {
	status   int
	location string
	header   http.Header
	body     string
}

// get asks for a page as a browser does.
func (b *browser) get(t testing.TB, path string) reply {
	t.Helper()
	return b.do(t, b.request(t, http.MethodGet, path, ""))
}

// post sends a form as a browser does, from a page of the program.
func (b *browser) post(t testing.TB, path string, form url.Values) reply {
	t.Helper()
	r := b.request(t, http.MethodPost, path, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.base)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(t, r)
}

func (b *browser) request(t testing.TB, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatalf("making a request: %v", err)
	}
	r.Header.Set("Accept", "text/html,*/*")
	return r
}

func (b *browser) do(t testing.TB, r *http.Request) reply {
	t.Helper()
	answer, err := b.http.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: reading the answer: %v", r.Method, r.URL.Path, err)
	}
	return reply{answer.StatusCode, answer.Header.Get("Location"), answer.Header, string(body)}
}

// clock is a clock that a test can move on.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// output is a buffer that may be written and read at once.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// backends are the kinds of Redis that the journeys run on. A build with the
// tag e2e adds a real one.
var backends = []backend{{"embedded", func(testing.TB) string { return embeddedStorage }}}

type backend struct {
	name  string
	start func(testing.TB) string // returns the STORAGE_LIMITER
}

// onEach runs a test on every kind of Redis.
func onEach(t *testing.T, f func(t *testing.T, storage string)) {
	t.Helper()
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) { f(t, b.start(t)) })
	}
}

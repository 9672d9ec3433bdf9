package auth

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"chat/auth/internal/redistest"
)

// beside returns a second server with the same secret, Redis and clock.
func (w *world) beside() *world {
	w.t.Helper()
	other := newWorldWith(w.t, w.redis, openVault(w.t, w.vault.dir), func(c *Config) { c.Now = w.clock.Now })
	other.clock, other.secret = w.clock, w.secret
	return other
}

// visits makes a browser's session known to a server.
func (w *world) visits(b *browser) {
	w.t.Helper()
	c := w.browser(b.addr)
	c.want(c.get("/chat/x", "Cookie", "chat="+b.cookie()), http.StatusOK)
}

// C03, B07. The attack: a socket that stays open at another server after its
// session ended there, by each way that a session can end.
func TestSocketsEndWithTheirSession(t *testing.T) {
	tests := []struct {
		name string
		end  func(t *testing.T, w *world, b *browser, v Visitor)
	}{
		{"logout at another server", func(_ *testing.T, _ *world, b *browser, _ Visitor) { b.post("/logout") }},
		{"by a command", func(t *testing.T, w *world, _ *browser, v Visitor) {
			if err := NewLedger(w.vault, w.redis.Client, "test:").EndSession(t.Context(), v.ID); err != nil {
				t.Fatal(err)
			}
		}},
		{"30 days", func(_ *testing.T, w *world, _ *browser, _ Visitor) { w.clock.Advance(lifetime) }},
		{"a rotation", func(t *testing.T, w *world, _ *browser, _ Visitor) {
			if err := w.vault.Replace(newSecret(t)); err != nil {
				t.Fatal(err)
			}
		}},
		{"a record that says another thing", func(t *testing.T, w *world, _ *browser, _ Visitor) {
			key := w.redis.Client.Keys(t.Context(), "test:session:*").Val()[0]
			w.redis.Client.Set(t.Context(), key, "{}", time.Hour)
			w.clock.Advance(checkEvery)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
				w := newWorld(t, r)
				b := w.browser("192.0.2.1")
				v := b.mustLogin()
				other := w.beside()
				other.visits(b)
				other.server.look(t.Context())
				if got := other.ended.String(); got != "" {
					t.Fatalf("before the end: got %q ended", got)
				}
				tt.end(t, w, b, v)
				other.server.look(t.Context())
				if got := other.ended.String(); got != v.ID+"\n" {
					t.Errorf("ended: got %q, want %q", got, v.ID)
				}
				other.server.look(t.Context())
				if got := other.ended.String(); got != v.ID+"\n" {
					t.Errorf("ended again: got %q", got)
				}
			})
		})
	}
}

// B07. The fault: a server with a folder of its own, which the rotation did not
// reach. It must not go on with the old secret.
func TestOlderSecretEndsSessions(t *testing.T) {
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	b := w.browser("192.0.2.1")
	v := b.mustLogin()
	folder := t.TempDir()
	copyVault(t, w.vault.dir, folder)
	other := newWorldWith(t, r, openVault(t, folder), func(c *Config) { c.Now = w.clock.Now })
	other.visits(b)
	if err := w.vault.Replace(newSecret(t)); err != nil {
		t.Fatal(err)
	}
	w.server.look(t.Context())
	other.server.look(t.Context())
	if got := other.ended.String(); got != v.ID+"\n" {
		t.Errorf("ended: got %q, want %q", got, v.ID)
	}
	c := other.browser("192.0.2.1")
	c.want(c.get("/chat/x", "Cookie", "chat="+b.cookie()), http.StatusServiceUnavailable)
	if got := other.records("nobody can log in here"); len(got) != 1 {
		t.Errorf("the log: got %v, want one record", got)
	}
}

// G02. The fault: Redis is killed while people chat. Known sessions go on for
// five minutes; nobody is told to log in.
func TestKnownSessionsOutliveRedis(t *testing.T) {
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	b := w.browser("192.0.2.1")
	b.mustLogin()
	over := w.browser("192.0.2.2")
	over.mustLogin()
	ended := over.cookie()
	over.want(over.post("/logout"), http.StatusSeeOther)
	b.want(b.get("/chat/x"), http.StatusOK)
	before := w.ended.String()
	r.Stop()
	b.want(b.get("/chat/x"), http.StatusOK)
	w.clock.Advance(knownFor - time.Second)
	start := time.Now()
	for range 20 {
		b.want(b.get("/chat/x"), http.StatusOK)
		b.want(b.do("HEAD", "/chat/x", nil), http.StatusOK)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("40 pages took %v", took)
	}
	w.server.look(t.Context())
	if got := w.ended.String(); got != before {
		t.Errorf("a session ended because Redis is down: %q", strings.TrimPrefix(got, before))
	}
	for _, a := range []answer{
		b.post("/name", "name", "Ann"), b.post("/logout"), b.login(w.code(1)),
		w.browser("192.0.2.3").get("/chat/x", "Cookie", "chat="+ended),
	} {
		b.want(a, http.StatusServiceUnavailable)
		if a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a cookie is set", a.Request.URL.Path)
		}
	}
	w.clock.Advance(time.Second)
	b.want(b.get("/chat/x"), http.StatusServiceUnavailable)
}

func TestKnownSessionsAreBounded(t *testing.T) {
	var k known
	for i := range 1000 {
		k.put(strings.Repeat("x", i), knownSession{})
	}
	if n := len(k.all()); n != maxKnown {
		t.Errorf("known sessions: got %d, want %d", n, maxKnown)
	}
}

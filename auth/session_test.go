package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"chat/auth/internal/redistest"
	"chat/ui"
)

// C01. The attacks: read the cookie by script, send it along from another site,
// overhear it, plant one from a sibling host.
func TestCookieOfASession(t *testing.T) {
	tests := []struct {
		secure bool
		want   string // after the value
	}{
		{true, "Path=/; Expires=; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"},
		{false, "Path=/; Expires=; Max-Age=2592000; HttpOnly; SameSite=Lax"},
	}
	for _, tt := range tests {
		w := newWorld(t, redistest.Embedded(t), func(c *Config) { c.Secure = tt.secure })
		b := w.browser("192.0.2.1")
		a := b.want(b.login(w.code(0)), http.StatusSeeOther)
		c := a.Cookies()[0]
		parts := strings.Split(c.Raw, "; ")
		for i := range parts {
			if strings.HasPrefix(parts[i], "Expires=") {
				parts[i] = "Expires="
			}
			if strings.HasPrefix(parts[i], "Max-Age=25920") || strings.HasPrefix(parts[i], "Max-Age=25919") {
				parts[i] = "Max-Age=2592000"
			}
		}
		if got := strings.Join(parts[1:], "; "); got != tt.want {
			t.Errorf("secure %v: got %s, want %s", tt.secure, got, tt.want)
		}
		if want := map[bool]string{true: "__Host-chat", false: "chat"}[tt.secure]; c.Name != want || !validToken(c.Value) {
			t.Errorf("secure %v: got %s=%s, want %s and a token", tt.secure, c.Name, c.Value, want)
		}
		if got := a.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control: got %q, want no-store", got)
		}
		if _, ok := b.visitor(); !ok {
			t.Errorf("secure %v: the cookie opens nothing", tt.secure)
		}
	}
}

// The attack: read tokens in Redis and use them.
func TestRedisHoldsNoToken(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		for _, key := range r.Client.Keys(t.Context(), "*").Val() {
			if !strings.HasPrefix(key, "test:") {
				t.Errorf("key %q does not begin with the prefix", key)
			}
			all := key + r.Client.Get(t.Context(), key).Val() + fmt.Sprint(r.Client.HGetAll(t.Context(), key).Val())
			if strings.Contains(all, b.cookie()) || strings.Contains(all, b.device()) {
				t.Errorf("key %q holds the token", key)
			}
			if ttl := r.Client.TTL(t.Context(), key).Val(); ttl <= 0 && key != "test:login:guard" {
				t.Errorf("key %q: got time to live %v, want one", key, ttl)
			}
		}
	})
}

// C05. The attack: a second cookie of the same name, to be taken for somebody
// else or to crash the parser.
func TestSeveralAndStrangeCookies(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	ann, bo := w.browser("192.0.2.1"), w.browser("192.0.2.2")
	annID, _ := ann.mustLogin(), bo.mustLogin()
	a, b := ann.cookie(), bo.cookie()
	unknown := strings.Repeat("A", tokenLen)
	tests := []struct {
		name, cookies string
		want          string // the visitor's id; empty: none
	}{
		{"valid", "chat=" + a, annID.ID},
		{"garbage first", "chat=%00\"; chat=" + a, annID.ID},
		{"garbage last", "chat=" + a + "; chat=garbage", annID.ID},
		{"unknown token first", "chat=" + unknown + "; chat=" + a, annID.ID},
		{"twice the same", "chat=" + a + "; chat=" + a, annID.ID},
		{"two people, in one order", "chat=" + a + "; chat=" + b, ""},
		{"two people, in the other", "chat=" + b + "; chat=" + a, ""},
		{"8 kB", "chat=" + strings.Repeat("x", 8<<10), ""},
		{"8 kB beside it", "chat=" + strings.Repeat("x", 8<<10) + "; chat=" + a, annID.ID},
		{"many", strings.Repeat("chat="+unknown+"; ", 50) + "chat=" + a, ""},
		{"truncated", "chat=" + a[:42], ""},
		{"another name", "Chat=" + a, ""},
		{"empty", "chat=", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Cookie", tt.cookies)
			v, err := w.server.Visitor(r)
			if v.ID != tt.want || (err == nil) != (tt.want != "") || err != nil && !errors.Is(err, ErrNoSession) {
				t.Errorf("Visitor: got %q, %v, want %q", v.ID, err, tt.want)
			}
		})
	}
}

// C03. The attack: a copied cookie after its owner logged out.
func TestLogoutEndsTheSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		v := b.mustLogin()
		token := b.cookie()
		a := b.want(b.post("/logout"), http.StatusSeeOther)
		if a.Header.Get("Location") != "/auth" || b.cookie() != "" {
			t.Errorf("logout: got %s, cookie %q, want /auth and none", a.Header.Get("Location"), b.cookie())
		}
		b.want(b.get("/chat/x", "Cookie", "chat="+token), http.StatusSeeOther)
		if got := w.ended.String(); got != v.ID+"\n" {
			t.Errorf("ended: got %q, want %q", got, v.ID)
		}
	})
}

// The fault: a tab that saves a name, or loads a page, while another logs out
// brings the session back to life.
func TestNothingRevivesASession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		req := httptest.NewRequest("GET", "/", nil)
		req.Header.Set("Cookie", "chat="+b.cookie())
		before, err := w.server.session(t.Context(), req) // as a rename would hold it
		if err != nil {
			t.Fatal(err)
		}
		b.want(b.post("/logout"), http.StatusSeeOther)
		w.server.sessions.Put(before.ctx, keyName, "Zombie")
		if _, _, err := w.server.sessions.Commit(with(before.ctx, updating)); !errors.Is(err, errNoSuchSession) {
			t.Errorf("Commit: got %v, want errNoSuchSession", err)
		}
		if _, err := w.server.session(with(t.Context(), touching), req); !errors.Is(err, ErrNoSession) {
			t.Errorf("session: got %v, want ErrNoSession", err)
		}
		if n := len(r.Client.Keys(t.Context(), "test:session:*").Val()); n != 0 {
			t.Errorf("sessions in Redis: got %d, want 0", n)
		}
	})
}

// The fault: a store that was put back by halves has the record of a session that
// its owner ended, and the owner cannot see it to end it again. What no list shows
// opens nothing, neither a page nor a socket.
func TestASessionThatIsNotListedIsNone(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		v := b.mustLogin()
		key := r.Client.Keys(t.Context(), "test:session:*").Val()[0]
		record := r.Client.Get(t.Context(), key).Val()
		if err := NewLedger(w.vault, r.Client, "test:").EndSession(t.Context(), v.ID); err != nil {
			t.Fatal(err)
		}
		r.Client.Set(t.Context(), key, record, time.Hour)
		b.want(b.get("/chat/x"), http.StatusSeeOther)
		if _, ok := b.visitor(); ok {
			t.Error("a socket gets in")
		}
	})
}

func TestSessionsEndByThemselves(t *testing.T) {
	const day = 24 * time.Hour
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	b := w.browser("192.0.2.1")
	pass := func(d time.Duration) { r.Advance(d); w.clock.Advance(d) }

	b.mustLogin()
	pass(6 * day)
	b.want(b.get("/chat/x"), http.StatusOK) // in use
	pass(6 * day)
	b.want(b.get("/chat/x"), http.StatusOK)
	pass(7*day + time.Hour)
	b.want(b.get("/chat/x"), http.StatusSeeOther)

	b.mustLogin()
	pass(6 * day)
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("Cookie", "chat="+b.cookie())
	if _, err := w.server.Visitor(req); err != nil { // a socket's check is no use of the session
		t.Fatalf("Visitor: got %v", err)
	}
	b.want(b.do("HEAD", "/chat/x", nil), http.StatusOK) // neither is a page's question
	pass(2 * day)
	b.want(b.get("/chat/x"), http.StatusSeeOther)

	b.mustLogin()
	for range 29 {
		pass(day)
		b.want(b.get("/chat/x"), http.StatusOK)
	}
	pass(day)
	b.want(b.get("/chat/x"), http.StatusSeeOther) // 30 days, however busy
}

func TestUseIsWrittenOnceAnHour(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		key := r.Client.Keys(t.Context(), "test:session:*").Val()[0]
		for _, tt := range []struct{ left, want time.Duration }{
			{idle - touchEvery + time.Minute, idle - touchEvery + time.Minute},
			{idle - touchEvery - time.Minute, idle},
		} {
			r.Client.Expire(t.Context(), key, tt.left)
			b.want(b.get("/chat/x"), http.StatusOK)
			if got := r.Client.TTL(t.Context(), key).Val(); (got - tt.want).Abs() > 5*time.Second {
				t.Errorf("with %v left: got %v, want %v", tt.left, got, tt.want)
			}
		}
	})
}

// B07. The attack: a session opened with a secret that was rotated away.
func TestRotationEndsSessionsAndCodes(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		w := newWorld(t, r)
		b := w.browser("192.0.2.1")
		b.mustLogin()
		fresh := newSecret(t)
		if err := openVault(t, w.vault.dir).Replace(fresh); err != nil { // another process
			t.Fatal(err)
		}
		b.want(b.get("/chat/x"), http.StatusSeeOther)
		b.want(b.login(w.code(1)), http.StatusUnauthorized)
		w.secret = fresh
		b.mustLogin()
	})
}

// G09. The attack: write into Redis what the server then believes.
func TestRecordsInRedisAreChecked(t *testing.T) {
	r := redistest.Embedded(t)
	w := newWorld(t, r)
	b := w.browser("192.0.2.1")
	b.mustLogin()
	key := r.Client.Keys(t.Context(), "test:session:*").Val()[0]
	good := r.Client.Get(t.Context(), key).Val()
	tests := map[string]string{
		"junk":           "\x00\x01",
		"no JSON object": "[]",
		"empty":          "{}",
		"hostile name":   strings.Replace(good, `"name":"`, `"name":"\u202e`, 1),
		"no id":          strings.Replace(good, `"id":"`, `"id":"../`, 1),
		"wrong type":     strings.Replace(good, `"epoch":`, `"epoch":"x`, 1),
	}
	for name, value := range tests {
		r.Client.Set(t.Context(), key, value, time.Hour)
		if a := b.get("/chat/x"); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: got %d, want no session", name, a.StatusCode)
		}
	}
	r.Client.Set(t.Context(), key, good, time.Hour)
	b.want(b.get("/chat/x"), http.StatusOK)
}

func TestGateAnswersProgramsAndPeople(t *testing.T) {
	w := newWorld(t, redistest.Embedded(t))
	b := w.browser("192.0.2.1")
	tests := []struct {
		name, method, path, accept string
		status                     int
		location                   string
	}{
		{"a page", "GET", "/chat/x", "text/html", 303, "/auth?next=%2Fchat%2Fx"},
		{"asking for a page", "HEAD", "/chat/x", "*/*", 303, "/auth?next=%2Fchat%2Fx"},
		{"a program", "GET", "/chat/x", "application/json", 401, ""},
		{"a form", "POST", "/logout", "text/html", 401, ""},
		{"a program's post", "POST", "/name", "application/json", 401, ""},
		{"a picture", "GET", "/chat/x/files/y", "text/html", 401, ""},
		{"an upload", "POST", "/chat/x/files", "*/*", 401, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.do(tt.method, tt.path, nil, "Accept", tt.accept)
			if a.StatusCode != tt.status || a.Header.Get("Location") != tt.location {
				t.Errorf("got %d to %q, want %d to %q", a.StatusCode, a.Header.Get("Location"), tt.status, tt.location)
			}
			if isJSON := strings.HasPrefix(a.body, `{"error":{"code":"no_session"`); tt.status == 401 && isJSON != (tt.accept != "text/html") {
				t.Errorf("body: got %q", a.body)
			}
		})
	}
}

func TestRename(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		var mu sync.Mutex
		var heard string
		w := newWorld(t, r, func(c *Config) {
			c.Renamed = func(id, name string) { mu.Lock(); heard = id + " " + name; mu.Unlock() }
		})
		b := w.browser("192.0.2.1")
		v := b.mustLogin()
		a := b.want(b.post("/name", "name", "  Ann\u00a0 B. ", "next", "/chat/x"), http.StatusSeeOther)
		if got := a.Header.Get("Location"); got != "/chat/x" {
			t.Errorf("Location: got %q, want /chat/x", got)
		}
		if got, _ := b.visitor(); got != (Visitor{ID: v.ID, Name: "Ann B."}) {
			t.Errorf("visitor: got %+v, want the same one, called Ann B.", got)
		}
		mu.Lock()
		if heard != v.ID+" Ann B." {
			t.Errorf("Renamed: got %q", heard)
		}
		mu.Unlock()
		form := []string{"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json"}
		b.want(b.do("POST", "/name", strings.NewReader("name=Bo"), form...), http.StatusNoContent)
		a = b.want(b.do("POST", "/name", strings.NewReader("name=%0A"), form...), http.StatusBadRequest)
		if !strings.Contains(a.body, "bad_name") {
			t.Errorf("refusal: got %s", a.body)
		}
		if got, _ := b.visitor(); got.Name != "Bo" {
			t.Errorf("name: got %q, want Bo", got.Name)
		}
	})
}

func TestErrNoSessionIs401(t *testing.T) {
	if e, ok := errors.AsType[*ui.Error](ErrNoSession); !ok || e.Status != http.StatusUnauthorized {
		t.Errorf("ErrNoSession: got %v", e)
	}
}

func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"chat=" + strings.Repeat("A", tokenLen), "chat=\"x\"; chat=", ";=;", "chat=%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Cookie"] = []string{header}
		got := tokens(r, "chat")
		if len(got) > maxTokens {
			t.Errorf("got %d tokens, want at most %d", len(got), maxTokens)
		}
		for _, token := range got {
			if !validToken(token) || !strings.Contains(header, token) {
				t.Errorf("got %q from %q", token, header)
			}
		}
	})
}

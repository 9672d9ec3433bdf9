package auth

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chat/auth/internal/once"
	"chat/auth/internal/redistest"
	"chat/auth/limit"
)

// G02, G03. The fault: each command that Redis gets takes a while, as over a
// line to another continent, or for ever. A login either succeeds or is told so
// within a second. The clock is that of the test: no machine is too busy for it.
func TestASlowRedis(t *testing.T) {
	site, err := testSite()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		late   time.Duration // of each command
		codes  int           // right ones
		status int
		took   time.Duration // until there was an answer
	}{
		{0, 1, http.StatusSeeOther, 0},
		{100 * time.Millisecond, 1, http.StatusSeeOther, 1400 * time.Millisecond}, // 500 to decide, the rest to finish
		{100 * time.Millisecond, 3, http.StatusSeeOther, 1400 * time.Millisecond},
		{400 * time.Millisecond, 1, http.StatusServiceUnavailable, time.Second},
		{400 * time.Millisecond, 3, http.StatusServiceUnavailable, time.Second},
		{3 * time.Second, 1, http.StatusServiceUnavailable, time.Second},
		{3 * time.Second, 3, http.StatusServiceUnavailable, time.Second},
		{time.Hour, 1, http.StatusServiceUnavailable, time.Second},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%v late, %d codes", tt.late, tt.codes), func(t *testing.T) {
			vault := openVault(t, t.TempDir())
			secret := newSecret(t)
			if err := vault.Create(secret); err != nil {
				t.Fatalf("Create: got %v", err)
			}
			// Made out here, for scs starts a goroutine that never ends.
			s, err := New(Config{Vault: vault, Redis: redistest.Embedded(t).Client, Site: site, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatalf("New: got %v", err)
			}
			synctest.Test(t, func(t *testing.T) {
				var late atomic.Int64
				r := redistest.Delayed(t, redistest.By(func() time.Duration { return time.Duration(late.Load()) }))
				s.limiter = limit.New(r.Client, "chat:login:", time.Now)
				s.steps = &steps{rdb: once.New(r.Client), prefix: "chat:steps:"}
				s.sessions.Store = newStore(r.Client, "chat:")
				login := func(codes int) *httptest.ResponseRecorder {
					form := url.Values{}
					for i, name := range []string{"code", "code2", "code3"}[:codes] {
						form.Set(name, secret.code(stepAt(time.Now())+int64(i-codes+1)))
					}
					request := httptest.NewRequest(http.MethodPost, "/auth", strings.NewReader(form.Encode()))
					request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					answer := httptest.NewRecorder()
					site.Handle(s.Login).ServeHTTP(answer, request)
					return answer
				}
				if first := login(1); first.Code != http.StatusSeeOther { // from then on Redis knows the scripts
					t.Fatalf("the first login: got %d", first.Code)
				}
				time.Sleep(5 * time.Minute)
				late.Store(int64(tt.late))
				begin := time.Now()
				answer := login(tt.codes)
				took := time.Since(begin)
				late.Store(0)
				if answer.Code != tt.status || took > tt.took {
					t.Errorf("got %d after %v, want %d after %v at most", answer.Code, took, tt.status, tt.took)
				}
				if h := answer.Header(); tt.status == http.StatusServiceUnavailable && (h.Get("Retry-After") == "" || h.Get("Set-Cookie") != "") {
					t.Errorf("got Retry-After %q, Set-Cookie %q", h.Get("Retry-After"), h.Get("Set-Cookie"))
				}
			})
		})
	}
}

// G03. The fault: Redis is slow, and stops to answer at any command of a login, on a
// trusted device while there are as many sessions as there may be. The answer comes within two
// seconds, and within one if it is no.
func TestRedisStopsDuringALogin(t *testing.T) {
	for at, over := 1, false; !over; at++ {
		w := newWorld(t, redistest.Embedded(t)) // Made out here, for scs starts a goroutine that never ends.
		synctest.Test(t, func(t *testing.T) {
			var counting atomic.Bool
			var asked atomic.Int32
			r := redistest.Delayed(t, redistest.By(func() time.Duration {
				switch {
				case !counting.Load():
					return 0
				case asked.Add(1) < int32(at):
					return 200 * time.Millisecond
				}
				return time.Hour
			}))
			w.server.moveTo(r.Client, w.clock.Now)
			login := func(device string) *http.Response {
				w.clock.Advance(30 * time.Second)
				request := httptest.NewRequest(http.MethodPost, "/auth", strings.NewReader("code="+w.code(0)))
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				request.Header.Set("Cookie", deviceName(false)+"="+device)
				answer := httptest.NewRecorder()
				if err := w.server.Login(answer, request); err != nil {
					t.Fatalf("Login: got %v", err)
				}
				return answer.Result()
			}
			device := ""
			for range maxSessions {
				for _, c := range login(device).Cookies() {
					if c.Name == deviceName(false) {
						device = c.Value
					}
				}
			}
			counting.Store(true)
			begin, most := time.Now(), 2*time.Second
			status := login(device).StatusCode
			if status != http.StatusSeeOther {
				most = time.Second
			}
			if took := time.Since(begin); took > most {
				t.Errorf("Redis stops at command %d: got %d after %v, want it within %v", at, status, took, most)
			}
			over = asked.Load() < int32(at)
		})
		if over && at < 10 {
			t.Errorf("a login takes %d commands; this test tests nothing", at-1)
		}
	}
}

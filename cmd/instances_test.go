package cmd

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// external are the kinds of Redis that several servers can share. A build with
// the tag e2e adds a real one.
var external = []backend{{"miniredis", func(t testing.TB) string {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatalf("starting miniredis: %v", err)
	}
	t.Cleanup(m.Close)
	return "redis://" + m.Addr()
}}}

// onExternal runs a test on every Redis outside the program.
func onExternal(t *testing.T, f func(t *testing.T, storage string)) {
	t.Helper()
	for _, b := range external {
		t.Run(b.name, func(t *testing.T) { f(t, b.start(t)) })
	}
}

// startTwo runs two servers on one Redis, each with a folder of its own and a
// copy of one secret.
func startTwo(t *testing.T, storage string) (first, second *program) {
	t.Helper()
	first = start(t, options{storage: storage})
	dir := t.TempDir()
	copySecret(t, first.dir, dir)
	return first, start(t, options{dir: dir, storage: storage})
}

func copySecret(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(from, "secret.json"))
	if err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(to, "copy")
	writeFile(t, temp, string(b), 0o600)
	if err := os.Rename(temp, filepath.Join(to, "secret.json")); err != nil {
		t.Fatal(err)
	}
}

// at is the same browser at another server.
func (b *browser) at(p *program) *browser { return &browser{p.base, b.http} }

// openAt opens one socket of each kind at each server.
func openAt(t *testing.T, b *browser, servers ...*program) (sockets []*webSocket, polls []*pollingSocket) {
	t.Helper()
	for _, p := range servers {
		sockets = append(sockets, b.at(p).join(t, "tea"))
		polls = append(polls, b.at(p).openPolling(t))
	}
	return sockets, polls
}

// ended waits until every socket is told why it ends and is closed, and every
// polling session is gone. It returns how long that took.
func ended(t *testing.T, sockets []*webSocket, polls []*pollingSocket, reason string) time.Duration {
	t.Helper()
	begin := time.Now()
	for _, s := range sockets {
		s.expect(t, `42["session_ended",{"reason":"`+reason+`"}]`)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		for {
			if _, _, err := s.conn.Read(ctx); err != nil {
				if ctx.Err() != nil {
					t.Error("the websocket is told that it ends, and stays open")
				}
				break
			}
		}
		cancel()
	}
	for _, s := range polls {
		for r := s.browser.get(t, s.path); r.status == http.StatusOK; r = s.browser.get(t, s.path) {
			if strings.Contains(r.body, "session_ended") && !strings.Contains(r.body, reason) {
				t.Errorf("polling ends with %q, want the reason %s", r.body, reason)
			}
		}
	}
	return time.Since(begin)
}

// C03. The attack: whoever copied the cookie, a socket's id or the address of a
// picture goes on after the owner logged out, at the other server.
func TestLogoutEndsEverythingEverywhere(t *testing.T) {
	t.Parallel()
	onExternal(t, func(t *testing.T, storage string) {
		first, second := startTwo(t, storage)
		owner := first.login(t)
		sockets, polls := openAt(t, owner, first, second)
		upload := owner.request(t, http.MethodPost, "/chat/tea/files", "a picture")
		upload.Header.Set("Origin", owner.base)
		file := regexp.MustCompile(`/chat/tea/files/\w+`).FindString(owner.do(t, upload).body)
		if r := owner.get(t, file); r.status != http.StatusOK {
			t.Fatalf("the upload %q answers %d, want 200", file, r.status)
		}
		copied := owner.http.Jar.Cookies(mustURL(t, first.base))

		if r := owner.post(t, "/logout", nil); r.status != http.StatusSeeOther {
			t.Fatalf("logout answers %d, want 303", r.status)
		}
		if took := ended(t, sockets, polls, "logout"); took > 2*time.Second+slow {
			t.Errorf("all of it ended after %v, want 2 s at most", took)
		}
		for _, p := range []*program{first, second} {
			thief := p.browser(t)
			thief.http.Jar.SetCookies(mustURL(t, p.base), copied)
			if r := thief.get(t, file); r.status != http.StatusUnauthorized {
				t.Errorf("GET %s with the copied cookie answers %d, want 401", file, r.status)
			}
			for _, path := range []string{"/", "/chat/tea"} {
				if r := thief.get(t, path); r.status != http.StatusSeeOther || !strings.HasPrefix(r.location, "/auth") {
					t.Errorf("GET %s with the copied cookie answers %d, want 303 to the login", path, r.status)
				}
			}
			refusesSockets(t, thief, polls)
		}
	})
}

// refusesSockets checks that a browser can neither use these sockets nor open
// one.
func refusesSockets(t *testing.T, b *browser, polls []*pollingSocket) {
	t.Helper()
	paths := []string{socketPath + "?EIO=4&transport=polling", socketPath + "?EIO=4&transport=websocket"}
	for _, s := range polls {
		paths = append(paths, s.path)
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := b.request(t, method, path, "40")
			r.Header.Set("Content-Type", "text/plain")
			if got := b.do(t, r); got.status < 400 || got.status > http.StatusServiceUnavailable {
				t.Errorf("%s %.60s answers %d %q, want a refusal", method, path, got.status, got.body)
			}
		}
	}
}

// slow is what a busy machine may add to a limit.
const slow = 20 * time.Second

// B07. The owner lost a phone and rotates the secret, at one of two servers. The
// other one, which has a folder of its own, has not heard of it; it must let
// nobody in by the old secret, and go on once it has the new one.
func TestRotationEndsEverythingEverywhere(t *testing.T) {
	t.Parallel()
	onExternal(t, func(t *testing.T, storage string) {
		first, second := startTwo(t, storage)
		thief := first.login(t)
		sockets, polls := openAt(t, thief, first, second)
		second.clock.ahead.Store(first.clock.ahead.Load())
		old := second.code(t)
		copied := thief.http.Jar.Cookies(mustURL(t, first.base))

		first.rotate(t)
		if took := ended(t, sockets, polls, "rotated"); took > 5*time.Second+slow {
			t.Errorf("all of it ended after %v, want 5 s at most", took)
		}
		for p, refused := range map[*program][]int{first: {http.StatusSeeOther, http.StatusUnauthorized}, second: {http.StatusServiceUnavailable, http.StatusServiceUnavailable}} {
			b := p.browser(t)
			b.http.Jar.SetCookies(mustURL(t, p.base), copied) // the device's among them
			if r := b.get(t, "/chat/tea"); r.status != refused[0] {
				t.Errorf("the old session gets %d, want %d", r.status, refused[0])
			}
			if r := b.post(t, "/auth", url.Values{"code": {old}}); r.status != refused[1] {
				t.Errorf("a code of the old secret gets %d, want %d", r.status, refused[1])
			}
			refusesSockets(t, b, polls)
		}
		copySecret(t, first.dir, second.dir)
		second.clock.ahead.Store(first.clock.ahead.Load())
		begin, look := time.Now(), time.NewTicker(100*time.Millisecond)
		defer look.Stop()
		for second.browser(t).post(t, "/auth", url.Values{"code": {second.code(t)}}).status != http.StatusSeeOther {
			if time.Since(begin) > 5*time.Second+slow {
				t.Fatalf("with the new secret nobody can log in at the other server:\n%s", second.log)
			}
			<-look.C
		}
	})
}

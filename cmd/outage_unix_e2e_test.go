//go:build e2e && unix

package cmd

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// G03. The fault: the process of Redis stands still, as on a machine that swaps.
// Connections stay open and nobody answers.
func TestRedisStandsStill(t *testing.T) {
	storage := startRedisServer(t)
	pid := processOf(t, storage)
	signal := func(s syscall.Signal) {
		if err := syscall.Kill(pid, s); err != nil {
			t.Errorf("sending %v: %v", s, err)
		}
	}
	goOn := sync.OnceFunc(func() { signal(syscall.SIGCONT) })
	defer goOn()
	newOutage(t, storage).suffers(t, func() { signal(syscall.SIGSTOP) }, goOn)
}

// G02. The fault: the process of Redis is killed and started again at once, and has
// lost nothing. The server cannot know that, so codes of that moment stay used. But
// it says so, lets nobody pay for it, and the next code opens. The attack: use a code
// again meanwhile. How it is back after two minutes package auth tries.
func TestRedisServerIsKilledAndComesBack(t *testing.T) {
	s := newRedisServer(t, "--appendonly", "yes", "--appendfsync", "always")
	s.start()
	p := start(t, options{storage: s.storage})
	owner := p.login(t)
	used := p.code(t)
	if r := owner.post(t, "/auth", url.Values{"code": {used}}); r.status != http.StatusSeeOther {
		t.Fatalf("the owner's second login answers %d, want 303", r.status)
	}
	before := len(ofKind(p.records(t), "attempt"))
	s.kill()
	s.start()

	// Nobody has to try for the server to notice.
	begin, look := time.Now(), time.NewTicker(20*time.Millisecond)
	defer look.Stop()
	for !strings.Contains(p.log.String(), "reason=counters_lost") {
		if time.Since(begin) > 5*time.Second+slow {
			t.Fatalf("the server does not notice that Redis is another one:\n%s", p.log)
		}
		<-look.C
	}
	if r := owner.get(t, "/chat/tea"); r.status != http.StatusOK {
		t.Errorf("a session gets %d once Redis answers, want 200", r.status)
	}
	thief, wait := p.browser(t), ""
	for _, code := range []string{p.code(t), used, "12345"} {
		for range 3 { // in all more than a device has
			for who, b := range map[string]*browser{"the owner": owner, "a stranger": thief} {
				r := b.post(t, "/auth", url.Values{"code": {code}})
				if r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, "Please wait for the next code.") {
					t.Fatalf("%s gets %d, want 503 and to wait:\n%s", who, r.status, r.body)
				}
				wait = r.header.Get("Retry-After")
			}
		}
	}
	seconds, err := time.ParseDuration(wait + "s")
	if err != nil || seconds <= 0 || seconds > 30*time.Second { // one step is over already
		t.Fatalf("got Retry-After %q, want 30 s at most", wait)
	}
	p.clock.advance(seconds)
	if r := thief.post(t, "/auth", url.Values{"code": {used}}); r.status != http.StatusUnauthorized {
		t.Errorf("the used code gets %d, want 401", r.status)
	}
	now := codeAt(t, p.secret(t), p.clock.now())
	if r := owner.post(t, "/auth", url.Values{"code": {now}}); r.status != http.StatusSeeOther {
		t.Errorf("the owner's next code gets %d, want 303\n%s", r.status, p.log)
	}
	for _, r := range ofKind(p.records(t), "attempt")[before : before+18] {
		if r["outcome"] != "unavailable" || r["retry_after"] == 0.0 {
			t.Errorf("an attempt was looked at: %v", r)
		}
	}
}

// processOf asks a redis-server that a test started for its process.
func processOf(t *testing.T, storage string) int {
	t.Helper()
	o, err := redis.ParseURL(storage)
	if err != nil {
		t.Fatal(err)
	}
	rdb := newRedisClient(o)
	defer rdb.Close()
	info, err := rdb.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatalf("asking redis-server: %v", err)
	}
	m := regexp.MustCompile(`process_id:(\d+)`).FindStringSubmatch(info)
	if m == nil {
		t.Fatalf("redis-server does not say which process it is:\n%s", info)
	}
	pid, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

//go:build e2e

package auth

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chat/auth/internal/redistest"

	"github.com/redis/go-redis/v9"
)

// G06. The fault: the Redis dies, and its replica, which lost the last seconds,
// is promoted after a while. The attack: the code of a login in those seconds,
// at a server that did not see it; and guesses, for what they cost then.
func TestPromotedReplica(t *testing.T) {
	first, second := redistest.Process(t), redistest.Process(t)
	at := &atomic.Pointer[string]{}
	address := func(r *redistest.Redis) *string { return &r.Client.Options().Addr }
	at.Store(address(first))
	name := &redistest.Redis{Client: redis.NewClient(&redis.Options{
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", *at.Load())
		},
	})}
	t.Cleanup(func() { _ = name.Client.Close() })

	w := newWorld(t, name)
	other := w.beside()
	b := w.browser("192.0.2.1")
	b.mustLogin()
	other.server.look(t.Context())
	replicate(t, first, second)

	ctx := t.Context()
	if err := second.Client.ReplicaOf(ctx, "127.0.0.1", "1").Err(); err != nil { // it hears no more
		t.Fatal(err)
	}
	w.clock.Advance(30 * time.Second)
	used := w.code(0)
	b.want(b.login(used), http.StatusSeeOther)
	w.attack()
	at.Store(address(second))
	first.Stop()

	thief := other.browser("198.51.100.9")
	a := thief.want(thief.login(used), http.StatusServiceUnavailable) // READONLY
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if err := second.Client.ReplicaOf(ctx, "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Second) // the failure is remembered for so long
	for _, there := range []*world{other, w} {
		there.waits(there.browser("198.51.100.9"))
	}
	before := w.code(-1)
	for range 7 { // until the used code has left the window
		for _, there := range []*world{other, w} {
			thief := there.browser("198.51.100.9")
			for _, try := range [][]string{{"code", used}, {"code", before, "code2", used}} {
				if a := thief.post("/auth", try...); a.StatusCode == http.StatusSeeOther {
					t.Fatalf("the used codes %v open again", try)
				}
			}
		}
		w.clock.Advance(15 * time.Second)
	}
	thief = other.browser("198.51.100.8")
	if a := thief.want(thief.login(w.code(0)), http.StatusUnauthorized); !strings.Contains(a.body, "code2") {
		t.Errorf("a single code is looked at after the counters lost their end:\n%s", a.body)
	}
	owner := other.browser("192.0.2.2")
	owner.want(owner.inARow(2), http.StatusSeeOther)
	if got := other.records("login level changed"); len(got) != 1 || got[0]["reason"] != "counters_lost" {
		t.Errorf("changes of level in the log: got %v, want one for lost counters", got)
	}
}

// replicate makes the second Redis hold what the first one holds.
func replicate(t *testing.T, first, second *redistest.Redis) {
	t.Helper()
	host, port, err := net.SplitHostPort(first.Client.Options().Addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Client.ReplicaOf(t.Context(), host, port).Err(); err != nil {
		t.Fatalf("making a replica: %v", err)
	}
	want := first.Client.DBSize(t.Context()).Val()
	for start := time.Now(); second.Client.DBSize(t.Context()).Val() < want; {
		if time.Since(start) > 10*time.Second {
			t.Fatal("the replica does not get there")
		}
	}
}

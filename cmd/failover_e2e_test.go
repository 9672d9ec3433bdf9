//go:build e2e

package cmd

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// failover is a Redis with a replica, and two servers that reach the one of the two
// that a name leads to.
type failover struct {
	master, replica         *redisServer
	atMaster, atReplica     *redis.Client
	wire                    *wire
	first, second           *program
	masterHost, replicaHost string
}

func newFailover(t *testing.T) *failover {
	t.Helper()
	f := &failover{
		master:  newRedisServer(t, "--masterauth", "hunter2", "--repl-diskless-sync-delay", "0"),
		replica: newRedisServer(t, "--masterauth", "hunter2", "--repl-diskless-sync-delay", "0"),
	}
	f.master.start()
	f.replica.start()
	f.masterHost, f.replicaHost = mustURL(t, f.master.storage).Host, mustURL(t, f.replica.storage).Host
	client := func(storage string) *redis.Client {
		o, err := redis.ParseURL(storage)
		if err != nil {
			t.Fatal(err)
		}
		c := newRedisClient(o)
		t.Cleanup(func() { c.Close() })
		return c
	}
	f.atMaster, f.atReplica = client(f.master.storage), client(f.replica.storage)
	f.wire = newWire(t, f.masterHost)
	u := mustURL(t, f.master.storage)
	u.Host = f.wire.addr()
	f.first, f.second = startTwo(t, u.String())
	return f
}

// sync has the replica hold what the master holds.
func (f *failover) sync(t *testing.T) {
	t.Helper()
	host, port, _ := strings.Cut(f.masterHost, ":")
	if err := f.atReplica.ReplicaOf(t.Context(), host, port).Err(); err != nil {
		t.Fatalf("making a replica: %v", err)
	}
	if err := f.atMaster.Set(t.Context(), "test:here", "1", 0).Err(); err != nil {
		t.Fatal(err)
	}
	holdsWithin(t, 10*time.Second, "the replica has it all", func() bool {
		return f.atReplica.Get(t.Context(), "test:here").Val() == "1"
	})
}

// advance moves both servers' clocks.
func (f *failover) advance(d time.Duration) {
	f.first.clock.advance(d)
	f.second.clock.ahead.Store(f.first.clock.ahead.Load())
}

// holdsWithin waits until something holds.
func holdsWithin(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	begin, look := time.Now(), time.NewTicker(50*time.Millisecond)
	defer look.Stop()
	for !holds() {
		if time.Since(begin) > limit+slow {
			t.Fatalf("after %v it does not hold: %s", limit, what)
		}
		<-look.C
	}
}

// G06. The fault: Redis is lost, and the replica that takes its place lacks what it
// was told last. Until somebody promotes it, it takes no writes. The attack: the code
// of a login that is among what was lost, at the other server.
func TestReplicaIsPromoted(t *testing.T) {
	f := newFailover(t)
	owner := f.first.login(t)
	f.advance(0)
	hers := owner.join(t, "tea")
	f.sync(t)

	// From here on the replica hears nothing.
	if err := f.atReplica.ReplicaOf(t.Context(), "127.0.0.1", "1").Err(); err != nil {
		t.Fatal(err)
	}
	before := codeAt(t, f.first.secret(t), f.first.clock.now())
	used := f.first.code(t)
	f.advance(0)
	lost := f.first.browser(t)
	if r := lost.post(t, "/auth", url.Values{"code": {used}}); r.status != http.StatusSeeOther {
		t.Fatalf("the login that is lost answers %d, want 303", r.status)
	}
	f.wire.lead(f.replicaHost)
	f.master.kill()

	// READONLY is like being away: no login, and nobody is logged out.
	both := []*program{f.first, f.second}
	for _, p := range both {
		r := p.browser(t).post(t, "/auth", url.Values{"code": {used}})
		if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || len(r.header.Values("Set-Cookie")) > 0 {
			t.Errorf("a login at a replica answers %d with %v, want 503", r.status, r.header)
		}
		if r := owner.at(p).get(t, "/chat/tea"); r.status != http.StatusOK {
			t.Errorf("a session that the replica knows gets %d, want 200", r.status)
		}
	}
	if err := f.atReplica.ReplicaOf(t.Context(), "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	holdsWithin(t, 10*time.Second, "both servers use the new Redis", func() bool {
		for _, p := range both {
			if p.browser(t).get(t, "/ready").status != http.StatusOK {
				return false
			}
		}
		return strings.Contains(f.first.log.String()+f.second.log.String(), "reason=counters_lost")
	})
	if r := owner.get(t, "/chat/tea"); r.status != http.StatusOK {
		t.Errorf("the owner's session gets %d, want 200", r.status)
	}
	hers.conn.CloseNow()
	owner.join(t, "tea") // It is heard again.

	// What was used is used, until it is old.
	for range 8 {
		for _, p := range both {
			for _, form := range []url.Values{
				{"code": {used}}, {"code": {before}, "code2": {used}}, {"code": {used}, "code2": {codeAt(t, p.secret(t), p.clock.now())}},
			} {
				r := p.browser(t).post(t, "/auth", form)
				if r.status == http.StatusSeeOther || len(r.header.Values("Set-Cookie")) > 0 {
					t.Fatalf("the codes %v open again at %v", form, p.clock.now())
				}
			}
		}
		f.advance(15 * time.Second)
	}
	now := f.second.clock.now()
	form := url.Values{}
	for i, name := range []string{"code", "code2", "code3"} {
		form.Set(name, codeAt(t, f.second.secret(t), now.Add(time.Duration(i-2)*30*time.Second)))
	}
	if r := f.second.browser(t).post(t, "/auth", form); r.status != http.StatusSeeOther {
		t.Errorf("new codes answer %d, want 303\n%s", r.status, f.second.log)
	}
}

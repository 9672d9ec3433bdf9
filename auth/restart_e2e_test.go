//go:build e2e

package auth

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"chat/auth/internal/redistest"

	"github.com/redis/go-redis/v9"
)

// restarting is a server whose Redis is a process, reached by a way that can be cut.
type restarting struct {
	*world
	process *redistest.Redis
	way     *way
	owner   *browser
}

// A way to Redis can be cut.
type way struct {
	addr string

	mu    sync.Mutex
	err   error // of who connects; nil while there is a way
	conns []net.Conn
}

func (w *way) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return nil, w.err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", w.addr)
	if err == nil {
		w.conns = append(w.conns, conn)
	}
	return conn, err
}

// cut ends all connections, and has new ones fail; nil mends the way.
func (w *way) cut(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
	for _, conn := range w.conns {
		_ = conn.Close() // It may have ended.
	}
	w.conns = nil
}

// newRestarting returns one on which the owner has logged in, and that has noted
// that it runs.
func newRestarting(t *testing.T, more ...string) *restarting {
	t.Helper()
	r := &restarting{process: redistest.Process(t, more...)}
	r.way = &way{addr: r.process.Client.Options().Addr}
	client := redis.NewClient(&redis.Options{
		Dialer: r.way.dial, PoolSize: 100, MaxRetries: -1, // so that each look learns by itself what there is
	})
	t.Cleanup(func() { _ = client.Close() })
	r.world = newWorld(t, &redistest.Redis{Client: client})
	r.owner = r.browser("192.0.2.1")
	r.owner.mustLogin()
	r.clock.Advance(30 * time.Second)
	r.finds("which run of Redis there is", func() bool { return r.server.witness.run != "" })
	return r
}

// look is two looks: the first may still meet what was there before.
func (r *restarting) look() {
	for range 2 {
		r.server.look(r.t.Context())
	}
}

// away lets time pass with nobody at the address of Redis, and kills it first.
func (r *restarting) away(d time.Duration) {
	r.t.Helper()
	r.process.Stop()
	r.finds("that nobody is there", func() bool { return !r.server.witness.gone.IsZero() || r.way.err != nil })
	r.clock.Advance(d)
	r.back()
}

// finds has the server look until it has found something out. On a busy machine a
// look may take too long.
func (r *restarting) finds(what string, found func() bool) {
	r.t.Helper()
	for range 100 {
		if r.look(); found() {
			return
		}
	}
	r.t.Fatalf("it does not find out %s", what)
}

// prepared reports whether the server has found out about another run of Redis.
func (r *restarting) prepared() bool { return !r.server.prepared.IsZero() }

// back starts Redis, and has the server find out.
func (r *restarting) back() {
	r.t.Helper()
	r.server.look(r.t.Context())
	if err := r.process.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.clock.Advance(time.Second) // A failure is remembered for so long.
	if r.way.err == nil {
		r.finds("that there is another run", r.prepared)
	}
}

// G02. The fault: Redis is killed, and comes back after two minutes, having lost
// all of it, or nothing, or with the way to it cut as well. Nobody has to wait then:
// no code of the time before is still good. Lost counters mean two codes from whom
// nobody knows.
func TestRedisIsBackAfterTwoMinutes(t *testing.T) {
	file := []string{"--appendonly", "yes", "--appendfsync", "always"} // on a busy disk another one may lack the beat
	tests := []struct {
		name string
		more []string
		cut  error
	}{{"all lost", nil, nil}, {"a file", file, nil}, {"a file, and no way to it", file, syscall.EHOSTUNREACH}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRestarting(t, tt.more...)
			used := r.code(0)
			thief := r.browser("198.51.100.9")
			r.owner.want(r.owner.login(used), http.StatusSeeOther)
			if tt.cut != nil {
				r.way.cut(tt.cut)
			}
			r.away(2 * time.Minute)
			if tt.cut != nil {
				r.owner.want(r.owner.login(r.code(0)), http.StatusServiceUnavailable)
				r.way.cut(nil)
				r.clock.Advance(time.Second)
				r.finds("that there is another run", r.prepared)
			}
			begun := r.clock.Now()
			thief.want(thief.comeIn(used), http.StatusUnauthorized)
			thief.want(thief.comeIn(r.code(0)), http.StatusUnauthorized)    // one is not looked at
			if waited := r.clock.Now().Sub(begun); waited > 5*time.Second { // on a busy machine there are none but these
				t.Errorf("people waited for %v", waited)
			}
			r.owner.want(r.owner.inARow(2), http.StatusSeeOther)
			thief.want(thief.inARow(2), http.StatusUnauthorized)
		})
	}
}

// The attack: use a code again that was used right before Redis was killed, and
// forgotten by it. It is good nowhere, for as long as it is in the window; from then
// on nobody waits.
func TestUsedCodeAfterARestart(t *testing.T) {
	for away := range 7 {
		t.Run(strconv.Itoa(10*away), func(t *testing.T) {
			r := newRestarting(t)
			other := r.beside()
			used := r.code(1) // by a phone that is ahead
			before := r.code(0)
			b := other.browser("192.0.2.2")
			b.want(b.login(used), http.StatusSeeOther)
			r.away(time.Duration(10*away) * time.Second)
			for range 9 {
				for _, try := range [][]string{{"code", used}, {"code", before, "code2", used}} {
					thief := r.browser("198.51.100.9")
					if a := thief.post("/auth", try...); a.StatusCode == http.StatusSeeOther {
						t.Fatalf("the used codes %v open again", try)
					}
				}
				r.clock.Advance(10 * time.Second)
			}
			r.owner.want(r.owner.inARow(2), http.StatusSeeOther)
		})
	}
}

// The attack: a server is cut off from Redis, or refused by what stands before it,
// while others let people in; Redis is killed, and what it lost is a code that was
// used just now. The server that was cut off is the first to find Redis again.
func TestUsedCodeAtAServerThatWasCutOff(t *testing.T) {
	for _, cut := range []error{syscall.EHOSTUNREACH, syscall.ECONNREFUSED} {
		t.Run(cut.Error(), func(t *testing.T) {
			r := newRestarting(t, "--appendonly", "yes", "--appendfsync", "always")
			direct := newWorldWith(t, r.process, openVault(t, r.vault.dir), func(c *Config) { c.Now = r.clock.Now })
			direct.clock, direct.secret = r.clock, r.secret
			r.way.cut(cut)
			r.look()
			r.clock.Advance(2 * time.Minute)
			for range 2 {
				direct.server.look(t.Context())
			}
			used := r.code(0)
			b := direct.browser("192.0.2.2")
			b.want(b.login(used), http.StatusSeeOther)
			if n, err := r.process.Client.Del(t.Context(), "test:steps:"+strconv.FormatInt(r.secret.epoch, 10)).Result(); n != 1 || err != nil {
				t.Fatalf("losing the used steps: got %d, %v", n, err)
			}
			r.away(0)
			r.way.cut(nil)
			r.clock.Advance(time.Second)
			r.finds("that there is another run", r.prepared)
			r.waits(r.browser("198.51.100.9"))
		})
	}
}

// The same attack, with a replica that was cut off together with the server and is
// promoted then. What it has is all that this server knows of.
func TestUsedCodeAtAReplicaThatWasCutOff(t *testing.T) {
	file := []string{"--appendonly", "yes"}
	r := newRestarting(t, file...)
	direct := newWorldWith(t, r.process, openVault(t, r.vault.dir), func(c *Config) { c.Now = r.clock.Now })
	direct.clock, direct.secret = r.clock, r.secret
	replica := redistest.Process(t, file...)
	replicate(t, r.process, replica)
	r.way.cut(syscall.ECONNREFUSED)
	if err := replica.Client.ReplicaOf(t.Context(), "127.0.0.1", "1").Err(); err != nil { // it hears no more
		t.Fatal(err)
	}
	r.look()
	r.clock.Advance(2 * time.Minute)
	used := r.code(0)
	b := direct.browser("192.0.2.2")
	b.want(b.login(used), http.StatusSeeOther)
	r.process.Stop()
	r.server.look(t.Context())
	if err := replica.Client.ReplicaOf(t.Context(), "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	r.way.addr = replica.Client.Options().Addr
	r.way.cut(nil)
	r.clock.Advance(time.Second)
	r.finds("that there is another run", r.prepared)
	r.waits(r.browser("198.51.100.9"))
}

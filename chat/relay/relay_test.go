package relay_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"chat/chat/internal/redistest"
	"chat/chat/relay"
)

// A server is one with a relay, and what it hears in the room den.
type server struct {
	*relay.Relay
	t      *testing.T
	faults *redistest.Faults
	news   chan struct{}

	mu   sync.Mutex
	here map[string]string // by server; guarded by mu
	said []string          // guarded by mu
}

func start(t *testing.T, r *redistest.Redis, change ...func(*relay.Options)) *server {
	t.Helper()
	s := &server{t: t, faults: &redistest.Faults{}, news: make(chan struct{}, 1), here: make(map[string]string)}
	o := relay.Options{Beat: 100 * time.Millisecond}
	for _, f := range change {
		f(&o)
	}
	var err error
	if s.Relay, err = relay.New(r.Through(t, s.faults.Dial), o); err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// in starts a server that has joined the room den.
func in(t *testing.T, r *redistest.Redis, change ...func(*relay.Options)) *server {
	t.Helper()
	s := start(t, r, change...)
	s.join()
	return s
}

func (s *server) join() {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; {
		err := s.Join("den", s)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("Join: %v", err)
		}
	}
}

func (s *server) Said(payload []byte) {
	s.note(func() { s.said = append(s.said, string(payload)) })
}

func (s *server) Here(from string, people []byte) {
	s.note(func() {
		if people == nil {
			if _, ok := s.here[from]; !ok {
				s.t.Errorf("told that somebody is gone who was not there")
			}
			delete(s.here, from)
			return
		}
		s.here[from] = string(people)
	})
}

func (s *server) note(f func()) {
	s.mu.Lock()
	f()
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// sees waits until exactly these people are with other servers.
func (s *server) sees(people ...string) {
	s.t.Helper()
	s.await(fmt.Sprintf("people %q", people), func() bool {
		missing := make(map[string]int)
		for _, p := range people {
			missing[p]++
		}
		for p := range maps.Values(s.here) {
			missing[p]--
		}
		for _, n := range missing {
			if n != 0 {
				return false
			}
		}
		return true
	})
}

// hears waits until exactly this was said.
func (s *server) hears(said ...string) {
	s.t.Helper()
	s.await(fmt.Sprintf("%q said", said), func() bool { return strings.Join(s.said, "|") == strings.Join(said, "|") })
}

func (s *server) await(what string, ok func() bool) {
	s.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		done, here, said := ok(), maps.Clone(s.here), s.said
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-s.news:
		case <-limit:
			s.t.Fatalf("got people %q, said %.500q; want %s", here, said, what)
		}
	}
}

// set is [relay.Relay.Here] of the room den, which the server's own Here hides.
func (s *server) set(people string) { s.Relay.Here("den", []byte(people)) }

func (s *server) unset() { s.Relay.Here("den", nil) }

func TestWhoIsHere(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, b := in(t, r), in(t, r)
		a.set("ann")
		b.sees("ann")
		b.set("bob")
		b.set("bob, ben")
		a.sees("bob, ben")
		late := in(t, r)
		late.sees("ann", "bob, ben")
		a.set("")
		b.sees("") // Somebody without a name is not nobody.
		b.unset()
		a.sees()
		late.sees("")
		b.set("bob")
		late.sees("", "bob")
		b.Close()
		late.sees("")
		in(t, r).sees("")
		a.Leave("den")
		a.unset()
		late.sees()
	})
}

func TestSay(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, b := in(t, r), in(t, r)
		apart := in(t, r, func(o *relay.Options) { o.Prefix = "other:" })
		for i := range 5 {
			a.Say("den", fmt.Append(nil, i))
			a.Say("attic", []byte("elsewhere"))
		}
		b.hears("0", "1", "2", "3", "4")
		b.Say("den", []byte("end\n"))
		a.hears("end\n")
		b.hears("0", "1", "2", "3", "4")
		apart.hears()
		apart.sees()
	})
}

// A server dies without a word. Those with it are gone after four signs of life
// that did not come. It was not dead but cut off, and comes back: so do they.
func TestDeath(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, b := in(t, r), in(t, r)
		a.set("ann")
		b.set("bob")
		b.sees("ann")
		a.sees("bob")
		a.faults.Unplug()
		b.sees()
		in(t, r).sees("bob") // A server that joins now does not hear of the dead.
		a.set("ann, amy")
		b.set("bob, ben")
		a.faults.Plug()
		b.sees("ann, amy")
		a.sees("bob, ben")
	})
}

// Redis is away, and comes back with nothing. Nobody is gone because of that, and
// all is there again for those who join later.
func TestRedisLosesItsMemory(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, b, c := in(t, r), in(t, r), r.Client(t)
		a.set("ann")
		b.sees("ann")
		c.FlushAll(t.Context())
		for c.Exists(t.Context(), "chat:{den}:here").Val() == 0 {
			if t.Context().Err() != nil {
				t.Fatal("nothing came back")
			}
		}
		in(t, r).sees("ann")
		b.sees("ann")
		r.Stop()
		a.set("amy")
		r.Start()
		b.sees("amy")
		in(t, r).sees("amy")
	})
}

// The connection on which a server hears breaks while others come and go.
func TestBreaks(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, b := in(t, r), in(t, r)
		for i := range 3 {
			b.faults.Break()
			a.set(fmt.Sprint("ann ", i))
			b.sees(fmt.Sprint("ann ", i))
			b.faults.Break()
			a.unset()
			b.sees()
		}
	})
}

// Somebody who is none of our servers writes to Redis.
func TestJunk(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, c, ctx := in(t, r), r.Client(t), t.Context()
		forged := strings.Repeat("A", 26)
		for _, junk := range []string{
			"", "\n", "x said\ny", forged, forged + " shout\nx", forged + " nobody\nx", "<script>",
			forged + " said\n" + strings.Repeat("x", 2<<20),
		} {
			c.Publish(ctx, "chat:{den}:live", junk)
		}
		c.HSet(ctx, "chat:{den}:here", "<script>", "x", forged, "ghosts")
		b := in(t, r) // It finds what is in the hash.
		b.set("bob")
		b.Say("den", []byte("end"))
		a.hears("end")
		a.sees("bob")
		b.sees()
	})
}

// Whoever says more than Redis takes does not wait for it.
func TestSayNeverWaits(t *testing.T) {
	t.Parallel()
	r := redistest.Embedded(t)
	a := in(t, r)
	r.Stop()
	start := time.Now()
	for range 100_000 {
		a.Say("den", []byte("text"))
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("a hundred thousand calls took %s", took)
	}
	a.Close()
	if err := a.Join("den", a); err == nil {
		t.Errorf("Join after Close: got no error")
	}
}

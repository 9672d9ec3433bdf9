//go:build e2e

package relay_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/redistest"
	"chat/chat/relay"
)

// A thousand rooms with people in them, in which nothing happens, cost Redis a
// sign of life of the server now and then.
func TestIdleRoomsCostNothing(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t)
	s, c := start(t, r, func(o *relay.Options) { o.Beat = 0 }), r.Client(t)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			for j := range 100 {
				name := fmt.Sprint(100*i + j)
				if err := s.Join(name, s); err != nil {
					t.Errorf("Join: %v", err)
				}
				s.Relay.Here(name, []byte("people"))
			}
		})
	}
	all.Wait()
	s.Relay.Here("last", []byte("people"))
	for c.DBSize(t.Context()).Val() < 1000 {
		if t.Context().Err() != nil {
			t.Fatal("it was not told who is here")
		}
	}
	if n := quietest(t, c); n > 5 {
		t.Errorf("%d commands in less than half a second", n)
	}
}

// The server that was the master becomes a replica, as in a failover behind one
// address. Where it listened nothing may be said any more, so the relay listens
// anew; and it heals when there is a master again.
func TestAReplicaIsNotListenedTo(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t)
	s, c := in(t, r), r.Client(t)
	lines := func() string {
		return c.Do(t.Context(), "CLIENT", "LIST", "TYPE", "pubsub").String()
	}
	id := regexp.MustCompile(`\bid=\d+ `).FindString(lines())
	if id == "" {
		t.Fatalf("nobody listens: %s", lines())
	}
	c.ReplicaOf(t.Context(), "127.0.0.1", "1")
	for end := time.Now().Add(20 * time.Second); strings.Contains(lines(), id); {
		if time.Now().After(end) {
			t.Fatal("it listens where it did before")
		}
	}
	c.ReplicaOf(t.Context(), "NO", "ONE")
	other := in(t, r)
	other.set("people")
	s.sees("people")
}

// quietest is how many commands Redis runs in the quietest of some moments. In
// the first ones a busy machine may still do what was asked before.
func quietest(t *testing.T, c *redis.Client) int {
	t.Helper()
	least := math.MaxInt
	for range 10 {
		before := commands(t, c)
		c.BLPop(t.Context(), 400*time.Millisecond, "nothing")
		if least = min(least, commands(t, c)-before); least <= 5 {
			break
		}
	}
	return least
}

// commands is how many commands Redis has run, ever.
func commands(t *testing.T, c *redis.Client) (n int) {
	t.Helper()
	info := c.InfoMap(t.Context(), "stats").Item("Stats", "total_commands_processed")
	if _, err := fmt.Sscan(info, &n); err != nil {
		t.Fatalf("reading the statistics of Redis: %v", err)
	}
	return n
}

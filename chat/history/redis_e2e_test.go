//go:build e2e

package history_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// A page holds few large entries and at least one; the rest comes in others.
func TestRedisPagesAreBounded(t *testing.T) {
	t.Parallel()
	p := join(t, redistest.StartProcess(t))
	large := strings.Repeat("x", 3<<20)
	for range 3 {
		p.say("den", large)
	}
	page, more, _, err := p.After(t.Context(), "den", "", 100)
	if err != nil || len(page) != 1 || !more {
		t.Errorf("After: got %d entries of 3 MiB, more %t, %v; want one", len(page), more, err)
	}
	page, more, err = p.Before(t.Context(), "den", "", 100)
	if err != nil || len(page) != 1 || !more {
		t.Errorf("Before: got %d entries of 3 MiB, more %t, %v; want one", len(page), more, err)
	}
	if got := len(p.all("den")); got != 3 {
		t.Errorf("all pages have %d entries, want 3", got)
	}
}

// Redis hangs. Those who write are told within about a second, however many they
// are; there are no more goroutines than before; and when it goes on, so does the
// room, with what was said meanwhile elsewhere.
func TestRedisHangs(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t)
	p := join(t, r)
	heard := p.follow("den")
	p.say("den", "before")
	r.Process.Hang()
	before := runtime.NumGoroutine()
	const many = 3000
	start := time.Now()
	answers := make(chan answer, many)
	var slowest time.Duration
	for i := range many {
		p.Append("den", history.Entry{Key: fmt.Sprint(i), Data: []byte("meanwhile")}, func(stored history.Entry, again bool, err error) {
			answers <- answer{stored, again, err}
		})
	}
	if took := time.Since(start); took > 400*time.Millisecond {
		t.Errorf("Append waited: %d took %s", many, took)
	}
	for range many {
		if a := <-answers; a.err == nil {
			t.Errorf("a message was acknowledged by a Redis that hangs")
		}
		slowest = time.Since(start)
	}
	if slowest > 2*time.Second {
		t.Errorf("the last of %d was told after %s, want about a second", many, slowest)
	}
	if _, _, _, err := p.After(context.Background(), "den", "", 1); err == nil {
		t.Errorf("After: got no error")
	}
	if n := runtime.NumGoroutine(); n > before+50 {
		t.Errorf("there are %d goroutines, and were %d before", n, before)
	}
	r.Process.Continue()
	p.insist("den", history.Entry{Key: "0", Data: []byte("meanwhile")})
	end := p.insist("den", history.Entry{Key: "end", Data: []byte("end")}).entry.ID
	list := heard.await(t, 3)
	for list[len(list)-1].ID < end {
		list = heard.await(t, len(list)+1)
	}
	same(t, "heard", list, p.all("den"))
}

// An operator kills the connections that hear.
func TestRedisPubsubIsKilled(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t)
	speaker, hearer, c := join(t, r), join(t, r), r.Client(t)
	heard := hearer.follow("den")
	for i := range 5 {
		if n, err := c.ClientKillByFilter(t.Context(), "TYPE", "pubsub").Result(); err != nil || i == 0 && n == 0 {
			t.Fatalf("CLIENT KILL: killed %d, %v", n, err)
		}
		speaker.say("den", fmt.Sprint(i))
		heard.await(t, i+1)
	}
	if got := texts(heard.entries()); got != "0 1 2 3 4" {
		t.Errorf("heard %q", got)
	}
}

// A server that became a replica takes no more writes. That is like being away,
// and heals.
func TestRedisIsReadOnly(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t)
	p, c := join(t, r), r.Client(t)
	heard := p.follow("den")
	p.say("den", "before")
	c.ReplicaOf(t.Context(), "127.0.0.1", "1")
	start := time.Now()
	if a := p.try("den", history.Entry{Key: "k"}); a.err == nil || time.Since(start) > 2*time.Second {
		t.Errorf("a replica stored a message: %+v after %s", a, time.Since(start))
	}
	c.ReplicaOf(t.Context(), "NO", "ONE")
	p.insist("den", history.Entry{Key: "k", Data: []byte("after")})
	if got := texts(heard.await(t, 2)); got != "before after" {
		t.Errorf("heard %q", got)
	}
}

// A thousand rooms in which nobody says anything cost Redis nothing but a sign
// of life of the server, however many rooms there are.
func TestRedisIdleRoomsCostNothing(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t)
	p, c := join(t, r), r.Client(t)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			for j := range 100 {
				p.follow(fmt.Sprint(i, "-", j))
			}
		})
	}
	all.Wait()
	before := commands(t, c)
	c.BLPop(t.Context(), 400*time.Millisecond, "nothing")
	if n := commands(t, c) - before; n > 4 {
		t.Errorf("%d commands in less than half a second", n)
	}
	c.ClientKillByFilter(t.Context(), "TYPE", "pubsub")
	p.say("5-5", "still there")
}

// calls is how many scripts Redis has run, ever, by their hashes.
func calls(t testing.TB, c *redis.Client) (n int) {
	t.Helper()
	info := c.InfoMap(t.Context(), "commandstats").Item("Commandstats", "cmdstat_evalsha")
	_, _ = fmt.Sscanf(info, "calls=%d", &n) // There is none if none ran.
	return n
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

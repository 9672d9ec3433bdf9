package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// The connection on which a server hears breaks, and something is said before
// there is another. It gets that, too, and in its place.
func TestRedisFillsGaps(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		speaker, hearer := join(t, r), join(t, r)
		heard := hearer.follow("den")
		n := 0
		for range 3 {
			hearer.faults.Break()
			for range size(r, 250, 20) { // more than one page of catching up
				speaker.Append("den", history.Entry{Data: fmt.Append(nil, n)}, func(history.Entry, bool, error) {})
				n++
			}
			speaker.say("den", fmt.Sprint(n))
			n++
			heard.await(t, n)
		}
		same(t, "heard", heard.entries(), speaker.all("den"))
	})
}

// Somebody who can write to Redis, but is none of our servers, writes what is no
// entry: to the channel and to the stream, small and large, with ids that none of
// ours has. It is dropped, logged without its content, and in nobody's way.
func TestRedisJunk(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p, c, ctx := join(t, r), patient(t, r), context.Background()
		heard := p.follow("den")
		n := 0
		check := func(what string) {
			t.Helper()
			p.say("den", fmt.Sprint(n))
			n++
			if got := heard.await(t, n); string(got[n-1].Data) != fmt.Sprint(n-1) {
				t.Errorf("after %s: heard %s", what, short(got))
			}
			if got := p.all("den"); len(got) != n {
				t.Errorf("after %s: the log has %s, want %d entries", what, short(got), n)
			}
		}
		check("nothing")
		born := c.HGet(ctx, "chat:{den}:state", "born").Val()
		last := c.HGet(ctx, "chat:{den}:state", "last").Val()
		now := time.Now().UnixMilli()
		for _, junk := range []string{
			"", "{", "<script>SECRET</script>", "a b c\nd", strings.Repeat("SECRET", size(r, 50, 1)<<20/6),
			fmt.Sprintf("%s %s %d-0\nSECRET", born, last, now+1000),         // no body
			fmt.Sprintf("%s %s 281474976710655-0\n0 0 0\nx", born, last),    // the end of time
			fmt.Sprintf("%s 1-0 %d-0\n0 0 0\nx", born, now+3_600_000),       // not in the log
			fmt.Sprintf("other 0-0 %d-0\n0 0 0\nx", now+3_600_000),          // of another log
			fmt.Sprintf("%s %d-5 %d-9\n0 0 0\nx", born, now+1000, now+1000), // with a predecessor that never comes
		} {
			if err := c.Publish(ctx, "chat:{den}:log", junk).Err(); err != nil {
				t.Fatalf("publishing junk: %v", err)
			}
			check(fmt.Sprintf("%.60q", junk))
		}
		for _, junk := range []redis.XAddArgs{
			{ID: fmt.Sprintf("%d-0", now+60_000), Values: []string{"e", "<script>SECRET</script>"}},
			{ID: fmt.Sprintf("%d-99", now+60_000), Values: []string{"x", "y", "e", "z"}},
			{ID: fmt.Sprintf("%d-4294967296", now+60_000), Values: []string{"e", "0 0 0\nx"}},
			{ID: "281474976710656-0", Values: []string{"e", "0 0 0\nx"}},
			{ID: "18446744073709551615-18446744073709551615", Values: []string{"e", "0 0 0\nx"}},
		} {
			junk.Stream = "chat:{den}:log"
			if err := c.XAdd(ctx, &junk).Err(); err != nil {
				t.Fatalf("adding junk %s: %v", junk.ID, err)
			}
			check("an entry " + junk.ID)
		}
		for key, value := range map[string]any{"last": "SECRET", "born": "", "bytes": "NaN", "first": "x", "touched": "-"} {
			c.HSet(ctx, "chat:{den}:state", key, value)
			check("a state with another " + key)
		}
		if log := p.logged.String(); !strings.Contains(log, "dropped") || strings.Contains(log, "SECRET") || strings.Contains(log, "den") {
			t.Errorf("logged: %.2000s", log)
		}
	})
}

// Redis comes back with nothing. Whoever follows a room goes on, and ids do not
// begin anew.
func TestRedisLosesItsMemory(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		peers, c := []*peer{join(t, r), join(t, r)}, r.Client(t)
		heard := []*hearing{peers[0].follow("den"), peers[1].follow("den")}
		n := 0
		say := func() {
			t.Helper()
			id := peers[n%2].say("den", fmt.Sprint(n))
			n++
			for i, h := range heard {
				if got := h.await(t, n); got[n-1].ID != id || n > 1 && got[n-2].ID >= id {
					t.Fatalf("server %d heard %v, want %s behind those before", i, ids(got), id)
				}
			}
		}
		for range 4 {
			say()
		}
		c.FlushAll(t.Context())
		say()
		say()
		// A replica that had not got the last ones becomes the master.
		list := peers[0].all("den")
		first := stream(list[0].ID)
		c.XDel(t.Context(), "chat:{den}:log", stream(list[1].ID))
		c.HSet(t.Context(), "chat:{den}:state", "last", first)
		say()
		say()
		// The clock of Redis was far ahead before.
		c.Del(t.Context(), "chat:{den}:log", "chat:{den}:state")
		future := time.Now().Add(time.Hour).UnixMilli()
		c.HSet(t.Context(), "chat:{den}:state", "last", fmt.Sprintf("%d-0", future), "born", "b")
		say()
		c.FlushAll(t.Context())
		say()
	})
}

// stream is an id as Redis writes it.
func stream(id history.ID) string {
	var ms, seq uint64
	_, _ = fmt.Sscanf(string(id), "%12x%8x", &ms, &seq)
	return fmt.Sprintf("%d-%d", ms, seq)
}

// All that waits is answered when the log is closed, and nothing is taken after.
func TestRedisClose(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p := join(t, r)
		p.follow("den")
		answers := make(chan answer, size(r, 300, 30))
		for i := range cap(answers) {
			p.Append("den", history.Entry{Data: fmt.Append(nil, i)}, func(stored history.Entry, again bool, err error) {
				answers <- answer{stored, again, err}
			})
		}
		if err := p.Close(t.Context()); err != nil {
			t.Fatalf("Close: %v", err)
		}
		for range cap(answers) {
			if a := <-answers; a.err != nil {
				t.Errorf("an append before Close: %v", a.err)
			}
		}
		if a := p.try("den", history.Entry{}); a.err == nil {
			t.Errorf("an append after Close: got no error")
		}
	})
}

// size is how much of something a Redis of the test can take in good time.
func size(r *redistest.Redis, process, embedded int) int {
	if r.Process == nil {
		return embedded
	}
	return process
}

// patient is a client that waits longer than our servers do.
func patient(t *testing.T, r *redistest.Redis) *redis.Client {
	t.Helper()
	o := *r.Client(t).Options()
	o.ReadTimeout, o.WriteTimeout = time.Minute, time.Minute
	c := redis.NewClient(&o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

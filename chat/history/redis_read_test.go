package history_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

func retain(keep history.Retention) func(*history.RedisOptions) {
	return func(o *history.RedisOptions) { o.Retention = keep }
}

func TestRedisPages(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p, ctx := join(t, r, retain(history.Retention{Messages: 50})), context.Background()
		var ids []history.ID
		for i := range 60 { // of which ten are dropped
			ids = append(ids, p.say("den", fmt.Sprint(i)))
		}
		for _, test := range []struct {
			after     history.ID
			limit     int
			first     int
			count     int
			more, gap bool
		}{
			{"", 10, 10, 10, true, true},
			{ids[9], 10, 10, 10, true, false},
			{ids[8], 10, 10, 10, true, true},
			{ids[9], 50, 10, 50, false, false},
			{ids[20], 1000, 21, 39, false, false},
			{ids[59], 10, 0, 0, false, false},
			{ids[20], -1, 21, 1, true, false},
			{history.NewID(1<<48-1, 0), 5, 0, 0, false, false},
		} {
			page, more, gap, err := p.After(ctx, "den", test.after, test.limit)
			if err != nil || len(page) != test.count || more != test.more || gap != test.gap {
				t.Errorf("After(%q, %d): got %d entries, more %t, gap %t, %v; want %d, %t, %t",
					test.after, test.limit, len(page), more, gap, err, test.count, test.more, test.gap)
			} else if test.count > 0 && page[0].ID != ids[test.first] {
				t.Errorf("After(%q, %d): begins with %s, want %s", test.after, test.limit, page[0].Data, fmt.Sprint(test.first))
			}
		}
		for _, test := range []struct {
			before history.ID
			limit  int
			first  int
			count  int
			more   bool
		}{
			{"", 10, 50, 10, true},
			{"", 1000, 10, 50, false},
			{ids[20], 5, 15, 5, true},
			{ids[20], 10, 10, 10, false},
			{ids[10], 10, 0, 0, false},
			{ids[3], 10, 0, 0, false},
		} {
			page, more, err := p.Before(ctx, "den", test.before, test.limit)
			if err != nil || len(page) != test.count || more != test.more {
				t.Errorf("Before(%q, %d): got %d entries, more %t, %v; want %d, %t",
					test.before, test.limit, len(page), more, err, test.count, test.more)
			} else if test.count > 0 && page[0].ID != ids[test.first] {
				t.Errorf("Before(%q, %d): begins with %s, want %s", test.before, test.limit, page[0].Data, fmt.Sprint(test.first))
			}
		}
		for _, id := range []history.ID{"x", "-1", history.ID(strings.Repeat("g", 20)), history.ID(strings.Repeat("9", 1000))} {
			if _, _, _, err := p.After(ctx, "den", id, 1); !errors.Is(err, history.ErrBadID) {
				t.Errorf("After(%.20q): got %v, want %v", id, err, history.ErrBadID)
			}
			if _, _, err := p.Before(ctx, "den", id, 1); !errors.Is(err, history.ErrBadID) {
				t.Errorf("Before(%.20q): got %v, want %v", id, err, history.ErrBadID)
			}
		}
		if page, more, gap, err := p.After(ctx, "attic", ids[0], 1); len(page) > 0 || more || !gap || err != nil {
			t.Errorf("a room that Redis does not know: got %d entries, more %t, gap %t, %v; want a gap", len(page), more, gap, err)
		}
	})
}

func TestRedisKeepsSoManyBytes(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p := join(t, r, retain(history.Retention{Bytes: 10_000}))
		text := strings.Repeat("x", 1000)
		for range 20 {
			p.say("den", text)
		}
		if got := len(p.all("den")); got != 9 {
			t.Errorf("kept %d entries of a thousand bytes and what they cost in 10,000, want 9", got)
		}
		p.say("den", strings.Repeat("x", 50_000))
		if got := len(p.all("den")); got != 1 {
			t.Errorf("kept %d entries, want the last one, whatever its size", got)
		}
	})
}

// Entries that are too old are not shown even if nothing was said since, and go
// with the next one; and what came behind a dropped one is a gap.
func TestRedisForgetsByAge(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		later := join(t, r, retain(history.Retention{Age: time.Hour}), func(o *history.RedisOptions) {
			o.Now = func() time.Time { return time.Now().Add(time.Hour + time.Minute) }
		})
		p, c := join(t, r, retain(history.Retention{Age: time.Hour})), r.Client(t)
		first := p.say("den", "old")
		p.say("den", "old as well")
		if got := len(p.all("den")); got != 2 {
			t.Errorf("now: got %d entries, want 2", got)
		}
		page, more, gap, err := later.After(t.Context(), "den", first, 10)
		if len(page) != 0 || more || !gap || err != nil {
			t.Errorf("an hour later: got %q, more %t, gap %t, %v; want a gap", texts(page), more, gap, err)
		}
		for _, key := range c.Keys(t.Context(), "*").Val() {
			if ttl := c.TTL(t.Context(), key).Val(); ttl < time.Hour || ttl > 4*time.Hour {
				t.Errorf("%s goes in %s, want after the retention", key, ttl)
			}
		}
		short := join(t, r, retain(history.Retention{Age: time.Millisecond}))
		for end := time.Now().Add(10 * time.Second); c.XLen(t.Context(), "chat:{den}:log").Val() != 1; {
			if short.say("den", "new"); time.Now().After(end) {
				t.Fatalf("the old entries are still there")
			}
		}
	})
}

// The operator has messages kept for ever that went after an hour before, or for
// longer. None may go when the hour is over, and no file of theirs, neither in a
// room where something is said nor in one that somebody only opens.
func TestRedisAgeIsSwitchedOff(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		c, ctx := r.Client(t), t.Context()
		const file = "chat:{den}:file:f"
		c.HSet(ctx, file, "size", 1)
		before := join(t, r, retain(history.Retention{Age: time.Hour, Messages: 2}))
		before.say("den", "dropped")
		before.insist("den", history.Entry{File: "f", Data: []byte("one")})
		before.say("den", "two")
		keys := c.Keys(ctx, "chat:{den}:*").Val()
		lives := func(what string, least time.Duration) {
			t.Helper()
			for _, key := range keys {
				if left := c.PTTL(ctx, key).Val(); least < 0 && left != -1 || left < least {
					t.Errorf("%s: %s goes in %v, want in %v (-1ns: never)", what, key, left, least)
				}
			}
		}
		lives("at first", time.Hour)
		later := join(t, r, retain(history.Retention{Age: 48 * time.Hour}))
		later.follow("den")
		lives("opened with a longer age", 48*time.Hour)
		forever := join(t, r, retain(history.Retention{}))
		forever.say("den", "three")
		lives("said without an age", -1)
		later.say("den", "four")
		forever.follow("den")
		lives("opened without an age", -1)
	})
}

// A file goes with the last message that refers to it, and stays until then.
func TestRedisFilesGoWithTheirMessages(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p, c, ctx := join(t, r, retain(history.Retention{Messages: 3, Age: time.Hour})), r.Client(t), t.Context()
		key := func(name string) string { return "chat:{den}:file:" + name }
		for _, name := range []string{"a", "b", "unclaimed"} {
			c.HSet(ctx, key(name), "size", 1)
			c.Expire(ctx, key(name), time.Minute)
		}
		refer := func(name string) {
			if a := p.try("den", history.Entry{File: name}); a.err != nil {
				t.Fatalf("Append: %v", a.err)
			}
		}
		refer("a")
		refer("b")
		refer("a")
		for name, least := range map[string]time.Duration{"a": time.Hour, "b": time.Hour, "unclaimed": 0} {
			if ttl := c.TTL(ctx, key(name)).Val(); ttl < least || least == 0 && ttl > time.Minute {
				t.Errorf("%s goes in %s", name, ttl)
			}
		}
		for i, want := range []int64{2, 1, 0} { // a and b, a, none
			p.say("den", fmt.Sprint(i))
			if i == 0 {
				want = 2 // The first message of a is gone, the second is not.
			}
			if got := c.Exists(ctx, key("a"), key("b")).Val(); got != want {
				t.Errorf("after %d more messages there are %d files, want %d", i+1, got, want)
			}
		}
	})
}

// The key of a message that was dropped is known for another hour.
func TestRedisRemembersKeys(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p, c, ctx := join(t, r, retain(history.Retention{Messages: 1})), r.Client(t), t.Context()
		first := p.try("den", history.Entry{Key: "k", Data: []byte("first")})
		p.say("den", "second")
		late := p.try("den", history.Entry{Key: "k"})
		if late.err != nil || !late.again || late.entry.ID != first.entry.ID || late.entry.Key != "k" || len(late.entry.Data) > 0 {
			t.Errorf("after the message was dropped: %+v, want it again, without its data", late)
		}
		for _, key := range c.ZRange(ctx, "chat:{den}:gone", 0, -1).Val() { // An hour passes.
			c.ZIncrBy(ctx, "chat:{den}:gone", -3_600_001, key)
		}
		p.say("den", "third")
		if later := p.try("den", history.Entry{Key: "k"}); later.again || later.err != nil {
			t.Errorf("an hour later: %+v, want a new entry", later)
		}
		if n := c.HLen(ctx, "chat:{den}:keys").Val(); n > 4 {
			t.Errorf("%d keys are known, want those of the last hour", n)
		}
	})
}

// What cannot be right is refused at once.
func TestRedisRefuses(t *testing.T) {
	r := redistest.Embedded(t)
	if _, err := history.OpenRedis(history.RedisOptions{Client: redis.NewClient(&redis.Options{Addr: r.Addr})}); err == nil {
		t.Errorf("a client that hangs as long as it likes: got no error")
	}
	if _, err := history.OpenRedis(history.RedisOptions{Client: r.Client(t), Prefix: "a{b}"}); err == nil {
		t.Errorf("a prefix with a hash tag: got no error")
	}
	p := join(t, r)
	for _, room := range []string{"", "a{b", "a}b"} {
		if a := p.try(room, history.Entry{}); a.err == nil {
			t.Errorf("Append to %q: got no error", room)
		}
		if _, err := p.Follow(room, func(history.Entry) {}); err == nil {
			t.Errorf("Follow of %q: got no error", room)
		}
	}
	if a := p.try("den", history.Entry{Data: make([]byte, 8<<20+1)}); !errors.Is(a.err, history.ErrTooLarge) {
		t.Errorf("a large entry: got %v, want %v", a.err, history.ErrTooLarge)
	}
	p.follow("den")
	if _, err := p.Follow("den", func(history.Entry) {}); err == nil {
		t.Errorf("following twice: got no error")
	}
	p.Unfollow("den")
	p.follow("den")
}

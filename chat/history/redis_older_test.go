package history_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// asOlderVersion turns a room into what an older version would have left, which
// had what is said in the stream.
func asOlderVersion(t *testing.T, c *redis.Client, room string) {
	t.Helper()
	log, text, ctx := "chat:{"+room+"}:log", "chat:{"+room+"}:text", context.Background()
	life := c.PTTL(ctx, log).Val()
	list := c.XRange(ctx, log, "-", "+").Val()
	bodies := c.HGetAll(ctx, text).Val()
	c.Del(ctx, log, text)
	for _, e := range list {
		if err := c.XAdd(ctx, &redis.XAddArgs{Stream: log, ID: e.ID, Values: []string{"e", bodies[e.ID]}}).Err(); err != nil {
			t.Fatalf("adding an entry as an older version did: %v", err)
		}
	}
	if life > 0 {
		c.PExpire(ctx, log, life)
	}
}

// A room of an older version goes on: its messages are read, known by their keys
// and dropped as before; and when one of them is edited, what all of them say
// moves out of the stream, where it could not be taken back.
func TestRedisRoomOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p, c := join(t, r, retain(history.Retention{Messages: 4, Age: time.Hour})), patient(t, r)
		for i := range 3 {
			p.insist("den", history.Entry{Key: fmt.Sprint(i), File: fmt.Sprint("f", i), Data: fmt.Append(nil, i)})
		}
		asOlderVersion(t, c, "den")
		heard := p.follow("den")
		p.say("den", "3")
		p.say("den", "4") // which drops 0
		old := p.all("den")
		if got := texts(old); got != "1 2 3 4" {
			t.Errorf("the log says %q, want all but the first", got)
		}
		if a := p.insist("den", history.Entry{Key: "1"}); !a.again || string(a.entry.Data) != "1" {
			t.Errorf("sent again: %+v, want the first one", a)
		}
		if c.HExists(t.Context(), "chat:{den}:state", "file:f0").Val() {
			t.Error("the file of the dropped one is kept")
		}
		before := c.PTTL(t.Context(), "chat:{den}:log").Val()
		took := history.Entry{Data: []byte("taken"), Blanks: []history.Blank{{ID: old[1].ID, Data: []byte("x"), DropFile: true}}}
		p.insist("den", took)
		heard.await(t, 3)
		if got := texts(p.all("den")); got != "x 3 4 taken" {
			t.Errorf("the log says %q", got)
		}
		for _, e := range c.XRange(t.Context(), "chat:{den}:log", "-", "+").Val() {
			if e.Values["e"] != "" {
				t.Errorf("the stream has %v, want nothing but ids", e)
			}
		}
		for _, key := range []string{"log", "text"} {
			if left := c.PTTL(t.Context(), "chat:{den}:"+key).Val(); left < before-time.Minute || left > before+time.Minute {
				t.Errorf("%s goes in %v, want in %v as before", key, left, before)
			}
		}
	})
}

// Redis is short of memory and evicts what a room says, or its stream, and keeps
// the rest. The room goes on without what is lost, and nothing is left lying.
func TestRedisEvictsHalfARoom(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		p, c := join(t, r, retain(history.Retention{Age: time.Hour})), r.Client(t)
		for _, key := range []string{"chat:{den}:text", "chat:{den}:log"} {
			p.say("den", "lost")
			c.Del(t.Context(), key)
			p.say("den", "kept")
			if got := texts(p.all("den")); got != "kept" && got != "kept kept" {
				t.Errorf("without %s: the log says %q", key, got)
			}
			if left := c.PTTL(t.Context(), key).Val(); left < time.Hour {
				t.Errorf("%s goes in %v, want in an hour", key, left)
			}
		}
		if n := c.HLen(t.Context(), "chat:{den}:text").Val(); n != 1 {
			t.Errorf("%d bodies are kept for one entry", n)
		}
	})
}

package cmd

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"chat/auth"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// keeper stands before the embedded store, as a hook of the server's client and
// on the way of whoever visits: it lets one writing command run at a time, and
// puts into the journal what the keys of that command hold afterwards.
type keeper struct {
	m       *miniredis.Miniredis
	journal *journal      // used by who has the turn
	turn    chan struct{} // holds a value while somebody has it; never closed
}

var _ redis.Hook = (*keeper)(nil)

// DialHook changes nothing.
func (k *keeper) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook keeps what one command changed.
func (k *keeper) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		keys := lasting(writtenBy(cmd))
		if len(keys) == 0 {
			return next(ctx, cmd)
		}
		err := k.during(ctx, keys, func() error { return next(ctx, cmd) })
		if err != nil {
			cmd.SetErr(err)
		}
		return err
	}
}

// ProcessPipelineHook keeps what several commands changed.
func (k *keeper) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		var keys []string
		for _, cmd := range cmds {
			keys = append(keys, lasting(writtenBy(cmd))...)
		}
		if len(keys) == 0 {
			return next(ctx, cmds)
		}
		return k.during(ctx, keys, func() error { return next(ctx, cmds) })
	}
}

// during runs a command and keeps the keys, whatever came of it: a command that
// was given up may have been carried out.
func (k *keeper) during(ctx context.Context, keys []string, run func() error) error {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	err := run()
	var changed []entry
	for _, key := range keys {
		now := look(k.m, key, time.Now())
		was, known := k.journal.live[key]
		if !known {
			was = entry{Key: key}
		}
		if !now.same(was) {
			changed = append(changed, now)
		}
	}
	if kept := k.journal.put(changed...); kept != nil {
		return kept
	}
	for _, key := range k.journal.thin() {
		k.m.Del(key)
	}
	return err
}

// stop waits for the command under way; there is no other after it.
func (k *keeper) stop() {
	k.turn <- struct{}{}
	k.journal.close()
	<-k.turn
}

// look reads what a key holds.
func look(m *miniredis.Miniredis, key string, now time.Time) entry {
	e := entry{Key: key}
	switch m.Type(key) {
	case "string":
		text, _ := m.Get(key)
		e.Text = []byte(text)
	case "hash":
		e.Hash = make(map[string][]byte)
		fields, _ := m.HKeys(key)
		for _, field := range fields {
			e.Hash[field] = []byte(m.HGet(key, field))
		}
	case "zset":
		sorted, _ := m.SortedSet(key)
		e.Sorted = maps.Clone(sorted) // The store goes on to change its own.
	default:
		return e
	}
	if ttl := m.TTL(key); ttl > 0 {
		e.Until = now.Add(ttl).UnixMilli()
	}
	return e
}

// reads are the commands that write no key, those of a new connection among
// them, which run while another command has its turn.
var reads = func() map[string]bool {
	all := make(map[string]bool)
	for _, name := range strings.Fields(`
		auth client command dbsize echo exists get hello hexists hget hgetall hkeys hlen hmget
		info keys mget multi exec ping pttl publish quit scan script select strlen subscribe time ttl type
		zcard zcount zrange zrevrange zscore`) {
		all[name] = true
	}
	return all
}()

// writtenBy returns the keys that a command may have changed. Scripts name all
// of theirs; of other commands the first argument is one, and of those that
// delete each is.
func writtenBy(cmd redis.Cmder) []string {
	name, args := cmd.Name(), cmd.Args()
	switch {
	case reads[name] || len(args) < 2:
		return nil
	case name == "eval" || name == "evalsha":
		if len(args) < 3 {
			return nil // It is refused.
		}
		n, _ := strconv.Atoi(fmt.Sprint(args[2]))
		return asStrings(args[3:][:max(0, min(n, len(args)-3))])
	case name == "del" || name == "unlink":
		return asStrings(args[1:])
	}
	return asStrings(args[1:2])
}

// lasting is keys without those that need not outlive a restart.
func lasting(keys []string) []string {
	return slices.DeleteFunc(keys, func(key string) bool { return strings.HasPrefix(key, auth.FloodPrefix(redisPrefix)) })
}

func asStrings(args []any) []string {
	list := make([]string, len(args))
	for i, arg := range args {
		list[i] = fmt.Sprint(arg)
	}
	return list
}

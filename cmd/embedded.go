package cmd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"chat/auth"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// startEmbedded starts a Redis inside this process, with the state that is kept
// in dir. It has no port of its own: we reach it through pipes, and other commands
// of the same owner by a hatch, which runningName tells them of.
//
// What a command changed is on the disk before it answers. So whatever the
// answer leads to (a code that is looked at, a session that is handed out) is
// not forgotten by a crash right after it.
func startEmbedded(dir string, tick time.Duration, log *slog.Logger) (*redis.Client, func(), error) {
	j, flaw, err := openJournal(dir, time.Now())
	switch {
	case err != nil:
		return nil, nil, failf("check the folder, and whether the disk is full", "%w", err)
	case errors.Is(flaw, errTornJournal):
		log.Warn("the end of the state file is missing, as after a crash; devices that are not known need two codes for a while")
	case flaw != nil:
		log.Warn("state file is damaged and was put aside; everybody has to log in again, with two codes",
			"error", flaw, "path", filepath.Join(dir, damagedName))
	}
	m := miniredis.NewMiniRedis()
	password := rand.Text()
	m.RequireAuth(password)
	restore(m, j.live, time.Now())
	k := &keeper{m: m, journal: j, turn: make(chan struct{}, 1)}
	h, err := openHatch(password, k.visit)
	if err != nil {
		return nil, nil, fmt.Errorf("starting the embedded redis: %w", err)
	}
	forget, err := noteRunning(dir, runningRedis{h.Addr().String(), password})
	if err != nil {
		_ = h.Close() // Nobody came.
		return nil, nil, fmt.Errorf("starting the embedded redis: %w", err)
	}
	rdb := newRedisClient(&redis.Options{
		Addr: "embedded", Password: password,
		Dialer: func(context.Context, string, string) (net.Conn, error) { return m.Dial() },
	})
	rdb.AddHook(k)
	stopClock := ageKeys(m, tick)
	return rdb, func() {
		forget()
		_ = h.Close() // It has waited for whoever was there.
		rdb.Close()
		stopClock()
		k.stop()
		m.Close()
	}, nil
}

// openState connects a command to the state that servers with this
// configuration use: the Redis of STORAGE_LIMITER, the embedded one of a server
// that is running, or, if none is, the one kept in the data folder.
func openState(ctx context.Context, c Config, log *slog.Logger) (*redis.Client, func(), error) {
	if c.Storage != embeddedStorage {
		return visitRedis(ctx, c)
	}
	unlock, err := lockFolder(c.DataDir)
	if err != nil { // a server runs
		return visitRedis(ctx, c)
	}
	quietRedis()
	rdb, stop, err := startEmbedded(c.DataDir, time.Second, log)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return rdb, func() { stop(); unlock() }, nil
}

// restore puts the entries into an empty store.
func restore(m *miniredis.Miniredis, live map[string]entry, now time.Time) {
	for key, e := range live {
		switch {
		case e.Text != nil:
			_ = m.Set(key, string(e.Text)) // It fails for keys of other types only.
		case e.Hash != nil:
			for field, value := range e.Hash {
				m.HSet(key, field, string(value))
			}
		default:
			for member, score := range e.Sorted {
				_, _ = m.ZAdd(key, score, member)
			}
		}
		if e.Until != 0 {
			m.SetTTL(key, time.UnixMilli(e.Until).Sub(now))
		}
	}
}

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

// ageKeys lets keys expire: miniredis counts a TTL down only when told how
// much time has passed. It has a mode that does so by itself (ClockTTL), but
// that sorts all keys on every command; once a tick is enough for us. TIME,
// which the rate limiter reads, is the machine's clock in either case.
//
// The wall clock counts, as in a real Redis: a laptop that slept for a night
// has aged its keys by a night. A clock that was set back ages nothing.
func ageKeys(m *miniredis.Miniredis, tick time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		last := time.Now().Round(0)
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := time.Now().Round(0)
			if passed := now.Sub(last); passed > 0 {
				m.FastForward(passed)
			}
			last = now
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

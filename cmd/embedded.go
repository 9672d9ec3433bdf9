package cmd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"reflect"
	"sync"
	"time"

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
			pass(m, now.Sub(last))
			last = now
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// pass lets keys expire by the time that has passed, if it has.
func pass(m *miniredis.Miniredis, passed time.Duration) {
	if passed > 0 {
		m.FastForward(passed)
	}
	forgetVersions(m)
}

// maxVersions is of how many keys the store may remember how often they were
// written: 2 MB.
const maxVersions = 20_000

// forgetVersions keeps the store's memory bounded. It counts the writes of each key
// for ever, of those that are long gone, too, a hundred bytes for each that ever
// was; and guessers make new ones all day. Only WATCH asks for these counts, which
// nothing of ours uses, and the library has no way to drop them. So we reach for
// them in it; TestStoreForgetsKeys tells when another version keeps them elsewhere.
func forgetVersions(m *miniredis.Miniredis) {
	db := reflect.ValueOf(m.DB(0)).Elem()
	m.Lock()
	defer m.Unlock()
	versions := db.FieldByName("keyVersion")
	if versions.Kind() != reflect.Map || versions.Len() <= maxVersions {
		return
	}
	reflect.NewAt(versions.Type(), versions.Addr().UnsafePointer()).Elem().Set(reflect.MakeMap(versions.Type()))
}

package cmd

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// redisLimit bounds each step of a call to Redis, so that a hanging one makes
// a login fail within a second instead of hanging too.
const redisLimit = 500 * time.Millisecond

// quietRedis stops the client library from writing to standard error in a
// form of its own. Each of its failures comes back as an error as well.
var quietRedis = sync.OnceFunc(logging.Disable)

// openRedis connects to the Redis of STORAGE_LIMITER, or starts the embedded
// one. An external Redis that does not answer is a warning only: people get
// 503 until it does, and nobody has to start the server again.
func openRedis(ctx context.Context, storage secret, log *slog.Logger) (rdb *redis.Client, stop func(), err error) {
	quietRedis()
	if storage == embeddedStorage {
		return startEmbedded(time.Second)
	}
	o, err := redis.ParseURL(string(storage))
	if err != nil {
		// The error would show the URL and the password in it.
		return nil, nil, usagef("", "STORAGE_LIMITER must be %s", lookup("STORAGE_LIMITER").Allowed)
	}
	rdb = newRedisClient(o)
	if err := rdb.Ping(ctx).Err(); err != nil {
		log.Warn("redis does not answer; logins get 503 until it does", "error", err)
	}
	return rdb, func() { rdb.Close() }, nil
}

// newRedisClient sets what every connection of ours has in common. Nothing is
// retried: a code is consumed by a script, and a second run after a lost
// answer would refuse the very code that it accepted.
func newRedisClient(o *redis.Options) *redis.Client {
	o.DialTimeout = redisLimit
	o.ReadTimeout = redisLimit
	o.WriteTimeout = redisLimit
	o.PoolTimeout = redisLimit
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1
	o.DialerRetries = 1
	// Redis Enterprise only; others would log an unknown command.
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o)
}

// startEmbedded starts a Redis inside this process. Its port is open to every
// user of this machine, hence loopback and a password that only we know.
func startEmbedded(tick time.Duration) (*redis.Client, func(), error) {
	m := miniredis.NewMiniRedis()
	password := rand.Text()
	m.RequireAuth(password)
	if err := m.Start(); err != nil {
		return nil, nil, fmt.Errorf("starting the embedded redis: %w", err)
	}
	rdb := newRedisClient(&redis.Options{Addr: m.Addr(), Password: password})
	stopClock := ageKeys(m, tick)
	return rdb, func() {
		rdb.Close()
		stopClock()
		m.Close()
	}, nil
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

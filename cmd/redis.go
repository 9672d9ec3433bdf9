package cmd

import (
	"context"
	"log/slog"
	"sync"
	"time"

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
func openRedis(ctx context.Context, c Config, log *slog.Logger) (links, func(), error) {
	quietRedis()
	if c.Storage == embeddedStorage {
		rdb, stop, err := startEmbedded(c.DataDir, time.Second, log)
		return links{rdb, rdb}, stop, err
	}
	l, err := connect(string(c.Storage))
	if err != nil {
		return links{}, nil, err
	}
	if err := l.state.Ping(ctx).Err(); err != nil {
		log.Warn("redis does not answer; logins get 503 until it does", "error", err)
	}
	return l, l.close, nil
}

// links are the ways to Redis: one for logins and sessions, one for rooms. They
// are the same but with a cluster, over whose nodes only rooms are spread.
type links struct {
	state *redis.Client
	rooms redis.UniversalClient
}

// connect opens the links to a Redis outside the program.
func connect(storage string) (links, error) {
	if isCluster(storage) {
		o, err := redis.ParseClusterURL(storage)
		if err != nil {
			return links{}, badStorage()
		}
		cluster := newClusterClient(o)
		return links{asOne(cluster), cluster}, nil
	}
	o, err := redis.ParseURL(storage)
	if err != nil {
		return links{}, badStorage()
	}
	rdb := newRedisClient(o)
	return links{rdb, rdb}, nil
}

func (l links) close() {
	_ = l.rooms.Close() // Nothing is under way any more.
	_ = l.state.Close() // It may be the same.
}

// badStorage does not show the URL, which has a password in it.
func badStorage() error {
	return usagef("", "STORAGE_LIMITER must be %s", lookup("STORAGE_LIMITER").Allowed)
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

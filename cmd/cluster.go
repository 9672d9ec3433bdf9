package cmd

import (
	"context"
	"net"
	"net/url"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// isCluster reports whether a STORAGE_LIMITER names more than one node, as
// redis://one:6379?addr=two:6379 does. The others may be any of the cluster's,
// and serve when the first does not answer.
func isCluster(storage string) bool {
	u, err := url.Parse(storage)
	return err == nil && u.Query().Has("addr")
}

// newClusterClient is newRedisClient for a cluster. A command that a node sends
// on to another is sent again, since it was not done.
func newClusterClient(o *redis.ClusterOptions) *redis.ClusterClient {
	o.DialTimeout = redisLimit
	o.ReadTimeout = redisLimit
	o.WriteTimeout = redisLimit
	o.PoolTimeout = redisLimit
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1
	o.DialerRetries = 1
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClusterClient(o)
}

// clusterTag begins the keys of logins and sessions on a cluster, so that they
// are all on one node: scripts look at several of them at once. No room can have
// this name.
const clusterTag = "{.login}:"

// statePrefix begins the keys of logins and sessions.
func (c Config) statePrefix() string {
	if isCluster(string(c.Storage)) {
		return redisPrefix + clusterTag
	}
	return redisPrefix
}

// asOne is a cluster as if it were a single Redis, for logins and sessions, whose
// library knows no cluster. It opens no connection of its own.
func asOne(cluster *redis.ClusterClient) *redis.Client {
	all := cluster.Options()
	one := newRedisClient(&redis.Options{Addr: all.Addrs[0], TLSConfig: all.TLSConfig})
	one.AddHook(through{cluster})
	return one
}

// through is a hook by which the commands of a client go to a cluster.
type through struct{ cluster *redis.ClusterClient }

func (through) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (t through) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return t.cluster.Process(ctx, cmd) }
}

func (t through) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		pipe := t.cluster.Pipeline()
		for _, cmd := range cmds {
			_ = pipe.Process(ctx, cmd) // It only queues.
		}
		_, err := pipe.Exec(ctx)
		return err
	}
}

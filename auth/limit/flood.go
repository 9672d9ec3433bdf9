package limit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// perMinute is how many tries of one source get as far as the counters.
const perMinute = 30

// FloodPrefix begins the keys of the flood gate, behind that of the Limiter.
// What they hold need not outlive a restart: whoever keeps a Redis on disk leaves
// them out.
const FloodPrefix = "flood:"

// A flood gate stands before the counters, so that a source which hammers at
// the login costs one short script a try, and no disk. It is redis_rate's GCRA
// by the clock of Redis.
type floodGate struct {
	rate *redis_rate.Limiter
}

func newFloodGate(rdb *redis.Client) *floodGate {
	return &floodGate{redis_rate.NewLimiter(plainKeys{once.New(rdb)})}
}

// wait is how long a source has to wait, or 0.
func (g *floodGate) wait(ctx context.Context, key string) (time.Duration, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	res, err := g.rate.Allow(ctx, key, redis_rate.PerMinute(perMinute))
	switch {
	case err != nil:
		return 0, fmt.Errorf("counting a try: %w", err)
	case res.Allowed == 0:
		return res.RetryAfter, nil
	}
	return 0, nil
}

// plainKeys takes away the "rate:" that redis_rate puts in front of each key:
// all of ours begin with the configured prefix, so that one rule in Redis's
// access list covers them.
type plainKeys struct{ once.Client }

// Eval is once.Client's with plain keys.
func (p plainKeys) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	return p.Client.Eval(ctx, script, plain(keys), args...)
}

// EvalSha is once.Client's with plain keys.
func (p plainKeys) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	return p.Client.EvalSha(ctx, sha1, plain(keys), args...)
}

func plain(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = strings.TrimPrefix(k, "rate:")
	}
	return out
}

package metrics

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// Hook measures the commands of a Redis client.
func (m *Metrics) Hook() redis.Hook { return stopwatch{m} }

type stopwatch struct{ m *Metrics }

// DialHook changes nothing: the time to connect is part of the first command's.
func (s stopwatch) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook measures one command.
func (s stopwatch) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		start := time.Now()
		err := next(ctx, cmd)
		s.took(ctx, start, err)
		return err
	}
}

// ProcessPipelineHook measures several that are sent together, as one.
func (s stopwatch) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		start := time.Now()
		err := next(ctx, cmds)
		s.took(ctx, start, err)
		return err
	}
}

// took notes how long a command took. What Redis itself answers, be it nil or a
// refusal, is an answer; a caller who gave up is no failure of Redis.
func (s stopwatch) took(ctx context.Context, start time.Time, err error) {
	s.m.redis.Observe(time.Since(start).Seconds())
	if _, said := errors.AsType[redis.Error](err); err != nil && !said && !errors.Is(ctx.Err(), context.Canceled) {
		s.m.failures.Inc()
	}
}

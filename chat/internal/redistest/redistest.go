// Package redistest answers: on which Redis does a test of many servers run?
//
// On a miniredis in the process always, and with the build tag e2e on a real
// redis-server too. A test that needs Redis calls Each.
package redistest

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Limit is how long a client waits for one answer, as in the program.
const Limit = 500 * time.Millisecond

// A Redis is a fresh, empty one that ends with the test.
type Redis struct {
	Network, Addr string
	// Stop ends it, and Start starts it again at the same address, with what it
	// had when it was stopped.
	Stop, Start func()
	// Process is that of a redis-server; nil in the process of the test.
	Process *Process
}

// A backend is a way to start one.
type backend struct {
	name  string
	start func(testing.TB) *Redis
}

// Each runs f on a Redis of every kind.
func Each(t *testing.T, f func(t *testing.T, r *Redis)) {
	t.Helper()
	for _, b := range append([]backend{{"embedded", Embedded}}, processes...) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			f(t, b.start(t))
		})
	}
}

// Embedded starts a miniredis.
func Embedded(t testing.TB) *Redis {
	t.Helper()
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatalf("starting miniredis: %v", err)
	}
	t.Cleanup(m.Close)
	return &Redis{
		Network: "tcp", Addr: m.Addr(),
		Stop: m.Close,
		Start: func() {
			if err := m.Restart(); err != nil {
				t.Errorf("restarting miniredis: %v", err)
			}
		},
	}
}

// quiet keeps the client library from writing to standard error when a test
// takes its Redis away.
var quiet = sync.OnceFunc(logging.Disable)

// Client returns a client with the limits of the program. It is closed with the
// test.
func (r *Redis) Client(t testing.TB) *redis.Client { return r.Through(t, nil) }

// Through is Client on connections of another making.
func (r *Redis) Through(t testing.TB, dial func(ctx context.Context, network, addr string) (net.Conn, error)) *redis.Client {
	t.Helper()
	quiet()
	c := redis.NewClient(&redis.Options{
		Network: r.Network, Addr: r.Addr, Dialer: dial,
		DialTimeout: Limit, ReadTimeout: Limit, WriteTimeout: Limit, PoolTimeout: Limit,
		ContextTimeoutEnabled: true, MaxRetries: -1, DialerRetries: 1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

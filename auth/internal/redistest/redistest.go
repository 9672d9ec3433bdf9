// Package redistest answers: on which Redis does a test run?
//
// On every kind we support: the embedded one always, and with the build tag
// e2e a real redis-server process too. A test that needs Redis calls Each.
package redistest

import (
	"context"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Redis is a fresh, empty Redis that ends with the test.
type Redis struct {
	Client *redis.Client
	// Stop makes it unreachable before the test ends.
	Stop func()
	// Start makes it reachable again, at the same address; a process as another run.
	Start func() error
	// Advance moves its clock; nil when its clock is the machine's.
	Advance func(time.Duration)
	// Commands counts what it was asked so far; nil for a process.
	Commands func() int
}

// backend is a way to start one.
type backend struct {
	name  string
	start func(testing.TB) *Redis
}

// Each runs f on a Redis of every kind.
func Each(t *testing.T, f func(t *testing.T, r *Redis)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { f(t, Embedded(t)) })
	Processes(t, f)
}

// Processes runs f on a Redis of each kind but the embedded one.
func Processes(t *testing.T, f func(t *testing.T, r *Redis)) {
	t.Helper()
	for _, b := range processes {
		t.Run(b.name, func(t *testing.T) { f(t, b.start(t)) })
	}
}

// Embedded starts a miniredis with its own clock. However busy the machine is, no
// limit on a command's time runs out while it is under way.
func Embedded(t testing.TB) *Redis {
	t.Helper()
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatalf("starting miniredis: %v", err)
	}
	t.Cleanup(m.Close)
	now := time.Now()
	return &Redis{
		Client:   dial(t, m.Addr(), patiently),
		Stop:     m.Close,
		Start:    m.Restart,
		Commands: m.CommandCount,
		Advance: func(d time.Duration) {
			now = now.Add(d)
			m.SetTime(now)
			m.FastForward(d)
		},
	}
}

// Piped starts a miniredis that a client reaches through pipes in memory, for a
// test in a synctest bubble: no limit on a command's time runs out there, however
// busy the machine is.
func Piped(t testing.TB) *Redis {
	t.Helper()
	return Delayed(t, func(time.Time) error { return nil })
}

// Delayed is Piped, and calls wait before each command, or pipeline of some,
// goes out, with the time at which it must be over.
func Delayed(t testing.TB, wait func(deadline time.Time) error) *Redis {
	t.Helper()
	m := miniredis.NewMiniRedis()
	t.Cleanup(m.Close)
	c := redis.NewClient(&redis.Options{
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			conn, err := m.Dial()
			return &delayedConn{Conn: conn, wait: wait}, err
		},
		ContextTimeoutEnabled:    true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	t.Cleanup(func() { _ = c.Close() })
	return &Redis{Client: c}
}

// By is a wait for Delayed: Redis is late by the time that late returns.
func By(late func() time.Duration) func(deadline time.Time) error {
	return func(deadline time.Time) error {
		left := time.Until(deadline)
		if d := late(); deadline.IsZero() || d < left {
			time.Sleep(d)
			return nil
		}
		time.Sleep(left)
		return os.ErrDeadlineExceeded
	}
}

type delayedConn struct {
	net.Conn
	wait     func(deadline time.Time) error
	deadline time.Time // used by the one goroutine that writes
}

func (d *delayedConn) SetWriteDeadline(t time.Time) error {
	d.deadline = t
	return d.Conn.SetWriteDeadline(t)
}

func (d *delayedConn) Write(p []byte) (int, error) {
	if err := d.wait(d.deadline); err != nil {
		return 0, err
	}
	return d.Conn.Write(p)
}

// quiet keeps the client library from writing to standard error when a test
// takes its Redis away.
var quiet = sync.OnceFunc(logging.Disable)

// Dial returns a client of the Redis at addr that is closed with the test. Its
// options are the library's own, retries and long timeouts included: the
// packages under test must not depend on better ones.
func Dial(t testing.TB, addr string) *redis.Client {
	t.Helper()
	return dial(t, addr, nil)
}

func dial(t testing.TB, addr string, dialer func(ctx context.Context, network, addr string) (net.Conn, error)) *redis.Client {
	t.Helper()
	quiet()
	c := redis.NewClient(&redis.Options{
		Addr:                     addr,
		Dialer:                   dialer,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// patiently connects without deadlines: a test whose machine is busy for half a
// second would meet a Redis that fails.
func patiently(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return patient{conn.(*net.TCPConn)}, nil
}

type patient struct{ *net.TCPConn }

func (patient) SetDeadline(time.Time) error      { return nil }
func (patient) SetReadDeadline(time.Time) error  { return nil }
func (patient) SetWriteDeadline(time.Time) error { return nil }

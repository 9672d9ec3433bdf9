package cmd

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// The attack: another user of this machine connects to the embedded Redis, whose
// port is easy to find, and deletes the counters of failed logins.
func TestEmbeddedRedisNeedsAPassword(t *testing.T) {
	quietRedis()
	c := Config{DataDir: t.TempDir(), Storage: embeddedStorage}
	rdb, stop, err := startEmbedded(c.DataDir, time.Hour, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("starting: %v", err)
	}
	defer stop()
	rdb.Set(t.Context(), "counter", "20", 0)
	o, err := embeddedAddress(c)
	if err != nil {
		t.Fatalf("finding it: %v", err)
	}
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		t.Errorf("it listens on %s, want a loopback address", o.Addr)
	}
	wrong := runningRedis{o.Addr, strings.Repeat("A", len(o.Password))}
	for name, stranger := range map[string]*redis.Client{
		"no password":      newRedisClient(&redis.Options{Addr: o.Addr}),
		"another password": newRedisClient(&redis.Options{Addr: o.Addr, Dialer: wrong.dial}),
	} {
		if err := stranger.FlushAll(t.Context()).Err(); err == nil {
			t.Errorf("%s: FLUSHALL is obeyed", name)
		}
		stranger.Close()
	}
	if got := rdb.Get(t.Context(), "counter").Val(); got != "20" {
		t.Errorf("afterwards the counter is %q, want 20", got)
	}
}

func TestEmbeddedRedisAgesKeys(t *testing.T) {
	rdb := startTestRedis(t, time.Millisecond)
	ctx := t.Context()
	if err := rdb.Set(ctx, "key", "value", 20*time.Millisecond).Err(); err != nil {
		t.Fatalf("setting a key: %v", err)
	}
	if err := rdb.Set(ctx, "other", "value", time.Hour).Err(); err != nil {
		t.Fatalf("setting a key: %v", err)
	}
	set := time.Now()
	for rdb.Exists(ctx, "key").Val() == 1 {
		if time.Since(set) > 5*time.Second {
			t.Fatal("the key is still there after 5 s, want it gone after 20 ms")
		}
	}
	if left := rdb.TTL(ctx, "other").Val(); left > time.Hour || left < time.Hour-10*time.Second {
		t.Errorf("the other key lives for %v, want about an hour", left)
	}
}

func TestExternalRedisMayBeDown(t *testing.T) {
	var log strings.Builder
	l, stop, err := openRedis(t.Context(), Config{Storage: "redis://user:hunter2@127.0.0.1:1"}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatalf("openRedis: %v", err)
	}
	defer stop()
	if !strings.Contains(log.String(), "redis does not answer") {
		t.Errorf("log is %q, want a warning", log.String())
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("log shows the password: %q", log.String())
	}
	start := time.Now()
	if err := l.state.Ping(context.Background()).Err(); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("ping answers %v, want an error without the password", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("the failure took %v, want less than a second", took)
	}
}

// A Redis that accepts connections and then says nothing must cost a login no
// more than a second.
func TestHangingRedisIsBounded(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	defer ln.Close()
	rdb := newRedisClient(&redis.Options{Addr: ln.Addr().String()})
	defer rdb.Close()
	start := time.Now()
	if err := rdb.Ping(t.Context()).Err(); err == nil {
		t.Error("ping succeeded, want an error")
	}
	if took := time.Since(start); took > 2*redisLimit {
		t.Errorf("the failure took %v, want less than %v", took, 2*redisLimit)
	}
}

func startTestRedis(t *testing.T, tick time.Duration) *redis.Client {
	t.Helper()
	quietRedis()
	rdb, stop, err := startEmbedded(t.TempDir(), tick, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("starting: %v", err)
	}
	t.Cleanup(stop)
	return rdb
}

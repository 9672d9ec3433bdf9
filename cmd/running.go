package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"chat/cmd/private"

	"github.com/redis/go-redis/v9"
)

// runningName is the file in the data folder by which other commands find the
// hatch to the Redis inside a running server.
const runningName = "state.address"

// runningRedis is that file. It has mode 0600, as the secret has: whoever reads
// it may end sessions, and whoever reads the secret may come in.
type runningRedis struct {
	Address  string `json:"addr"`
	Password string `json:"password"`
}

// noteRunning writes where the Redis inside this server is, until forget is
// called. What a killed server left there leads nowhere.
func noteRunning(dir string, r runningRedis) (forget func(), err error) {
	path := filepath.Join(dir, runningName)
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", runningName, err)
	}
	if err := private.WriteFile(path, append(b, '\n')); err != nil {
		return nil, unusable(dir, err)
	}
	return func() { _ = os.Remove(path) }, nil // If it stays, it leads nowhere.
}

// visitRedis opens the Redis that the server of this folder uses, for a command
// beside it. The server must run if that Redis is inside it.
//
// What comes back is not to be trusted with more than a terminal: after a kill
// the port may belong to another user's program, which learns a dead password
// and can tell lies.
func visitRedis(ctx context.Context, c Config) (rdb *redis.Client, leave func(), err error) {
	quietRedis()
	l, err := findRedis(c)
	if err != nil {
		return nil, nil, err
	}
	if err := l.answer(ctx, c.visitTries()); err != nil {
		l.close()
		if c.Storage == embeddedStorage {
			return nil, nil, notRunning(c)
		}
		return nil, nil, failf("start it, or correct STORAGE_LIMITER", "redis does not answer within %v: %w", redisLimit, err)
	}
	return l.state, l.close, nil
}

// visitTries is how often a command asks whether Redis is there. A crowd of
// strangers at the hatch may cost it a try or two.
func (c Config) visitTries() int {
	if c.Storage == embeddedStorage {
		return 6
	}
	return 1
}

// answer asks Redis whether it is there, so many times, until it says so.
func (l links) answer(ctx context.Context, tries int) (err error) {
	for range tries {
		within, cancel := context.WithTimeout(ctx, redisLimit)
		err = l.state.Ping(within).Err()
		cancel()
		if err == nil {
			break
		}
	}
	return err
}

// findRedis opens links to the server's Redis, wherever that is.
func findRedis(c Config) (links, error) {
	if c.Storage != embeddedStorage {
		return connect(string(c.Storage))
	}
	o, err := embeddedAddress(c)
	if err != nil {
		return links{}, err
	}
	rdb := newRedisClient(o)
	return links{rdb, rdb}, nil
}

// embeddedAddress is where the Redis inside a running server is.
func embeddedAddress(c Config) (*redis.Options, error) {
	b, err := os.ReadFile(filepath.Join(c.DataDir, runningName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notRunning(c)
	}
	if err != nil {
		return nil, failf("run this as the user who runs the server", "finding the running server: %w", err)
	}
	var r runningRedis
	if err := json.Unmarshal(b, &r); err != nil || r.Password == "" {
		return nil, notRunning(c)
	}
	// Never to another machine, whatever the file says.
	if at, err := netip.ParseAddrPort(r.Address); err != nil || !at.Addr().IsLoopback() {
		return nil, notRunning(c)
	}
	return &redis.Options{Addr: r.Address, Password: r.Password, Dialer: r.dial}, nil
}

// dial comes in by the hatch.
func (r runningRedis) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: redisLimit}
	conn, err := dialer.DialContext(ctx, "tcp", r.Address)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(hatchLine(r.Password)); err != nil {
		_ = conn.Close() // It is of no use.
		return nil, err
	}
	return conn, nil
}

func notRunning(c Config) error {
	return failf("start it with `chat serve`, or name its folder with --data-dir", "no server is running on %s", c.DataDir)
}

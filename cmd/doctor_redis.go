package cmd

import (
	"bufio"
	"context"
	"net"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// redis tells whether the Redis of STORAGE_LIMITER can be relied on for what
// we keep in it: sessions, and counters that stop guessing.
func (d doctor) redis(ctx context.Context) finding {
	rdb, leave, err := visitRedis(ctx, d.config)
	switch {
	case d.config.Storage == embeddedStorage && err != nil:
		return fine("built in")
	case d.config.Storage == embeddedStorage:
		leave()
		return fine("built in, and the running server's answers")
	case err != nil:
		return brokenBy(err)
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, redisLimit)
	defer cancel()
	// An ACL may forbid INFO; then the rest is not known.
	info := parseInfo(rdb.Info(ctx).Val())
	version := info["redis_version"]
	if version == "" {
		version = "of unknown version"
	}
	switch policy := info["maxmemory_policy"]; {
	case plainAcross(rdb.Options()):
		return warning("use rediss:// and a certificate on it", "%s answers, but what we say to it travels in the clear", version)
	case olderThan(version, 6):
		return warning("use 6.2 or later", "%s answers; it gets no security fixes any more", version)
	case info["maxmemory"] != "" && info["maxmemory"] != "0" && policy != "noeviction":
		return warning("set its maxmemory-policy to noeviction", "%s answers, but under %s it drops login counters when it is full", version, policy)
	}
	return fine("%s answers", version)
}

// plainAcross reports whether somebody on the way to that Redis could read
// along.
func plainAcross(o *redis.Options) bool {
	host, _, err := net.SplitHostPort(o.Addr)
	return o.TLSConfig == nil && o.Network != "unix" && err == nil && !isLoopback(host)
}

// olderThan compares the first number of a version; one that is none is not
// older.
func olderThan(version string, major int) bool {
	first, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(first)
	return err == nil && n < major
}

// parseInfo reads the answer of INFO: a name, a colon and a value a line.
func parseInfo(text string) map[string]string {
	m := make(map[string]string)
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), ":"); ok {
			m[name] = strings.TrimSpace(value)
		}
	}
	return m
}

package limit

import (
	"context"
	"net/netip"
	"strings"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// Source returns the key for the network an attempt comes from: the address
// for IPv4, the /64 for IPv6, because a /64 is what one customer gets and its
// 2^64 addresses cost nothing. An invalid address is a source like any other.
func Source(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return addr.String()
	}
	p, err := addr.Prefix(64)
	if err != nil {
		return addr.String()
	}
	return p.String()
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

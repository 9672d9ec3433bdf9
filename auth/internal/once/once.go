// Package once answers: how does a script reach Redis at most once, and never
// for long?
//
// go-redis sends a command again when its connection breaks. For a script that
// consumes something (an attempt, a used code) the second run meets what the
// first one did: a right code would look replayed, one attempt would cost two.
// So a Client never repeats a script, and the caller gets the error.
package once

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Timeout is how long one command may take before Redis counts as down.
const Timeout = 500 * time.Millisecond

// Client is a redis.Client whose Eval and EvalSha are never sent twice, which
// is what redis.Script.Run and redis_rate call. It is safe for concurrent use.
type Client struct{ *redis.Client }

// New returns a Client on the connections of rdb, which stays the owner of
// them. Reads and writes take at most Timeout; the wait for a connection is
// bounded by the context (see Within).
//
// An rdb that is as quick itself is used as it is, with its hooks: go-redis
// loses hooks when it changes a timeout, and the embedded store of package cmd
// writes its state to the disk in one.
func New(rdb *redis.Client) Client {
	o := rdb.Options()
	if quick(o.ReadTimeout) && quick(o.WriteTimeout) {
		return Client{rdb}
	}
	return Client{rdb.WithTimeout(Timeout)}
}

func quick(d time.Duration) bool { return 0 < d && d <= Timeout }

// Within bounds one command by Timeout.
func Within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, Timeout)
}

// Eval runs the script by its text.
func (c Client) Eval(ctx context.Context, script string, keys []string, args ...any) *redis.Cmd {
	return c.send(ctx, "eval", script, keys, args)
}

// EvalSha runs the script by its hash.
func (c Client) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	return c.send(ctx, "evalsha", sha1, keys, args)
}

func (c Client) send(ctx context.Context, name, script string, keys []string, args []any) *redis.Cmd {
	words := make([]any, 0, 3+len(keys)+len(args))
	words = append(words, name, script, len(keys))
	for _, k := range keys {
		words = append(words, k)
	}
	words = append(words, args...)
	cmd := redis.NewCmd(ctx, words...)
	cmd.SetFirstKeyPos(3)
	_ = c.Process(ctx, unrepeated{cmd}) // The error is kept in cmd.
	return cmd
}

// unrepeated is a command that go-redis does not retry.
type unrepeated struct{ *redis.Cmd }

// NoRetry tells go-redis so.
func (unrepeated) NoRetry() bool { return true }

package bus

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
)

// A Command is sent to the node that has its key.
type Command struct {
	key string
	cmd redis.Cmder
}

// On returns a Command. Afterwards cmd has the answer, or the error.
func On(key string, cmd redis.Cmder) Command { return Command{key, cmd} }

// Exec sends commands in one pipeline, or in one to each node of a cluster. It
// returns one of their errors.
//
// The pipelines of the library's client of a cluster are not used: when rooms
// move to other nodes they can send a command twice, at the same time and with
// one place for both answers. Here only what a node has refused, because it does
// not have the key, is sent again.
func (b *Bus) Exec(ctx context.Context, commands []Command) error {
	if b.cluster == nil {
		pipeline(ctx, b.Client, commands)
		return first(commands)
	}
	groups := make(map[*redis.Client][]Command)
	for _, c := range commands {
		node, err := b.node(ctx, c.key)
		if err != nil {
			c.cmd.SetErr(err)
			continue
		}
		groups[node] = append(groups[node], c)
	}
	var all sync.WaitGroup
	for node, group := range groups {
		all.Go(func() { pipeline(ctx, node, group) })
	}
	all.Wait()
	reloaded := false
	for _, c := range commands {
		if !elsewhere(c.cmd.Err()) {
			continue
		}
		if !reloaded {
			reloaded = true
			b.cluster.ReloadState(ctx)
		}
		c.cmd.SetErr(nil)
		_ = b.cluster.Process(ctx, c.cmd) // It has the error.
	}
	return first(commands)
}

func pipeline(ctx context.Context, client redis.UniversalClient, commands []Command) {
	pipe := client.Pipeline()
	for _, c := range commands {
		_ = pipe.Process(ctx, c.cmd) // It only queues.
	}
	_, _ = pipe.Exec(ctx) // Each command has its own error.
}

// elsewhere reports whether a node refused a command because of the key.
func elsewhere(err error) bool {
	return err != nil && (redis.HasErrorPrefix(err, "MOVED") || redis.HasErrorPrefix(err, "ASK"))
}

func first(commands []Command) error {
	for _, c := range commands {
		if err := c.cmd.Err(); err != nil {
			return err
		}
	}
	return nil
}

// A Script is one that runs on Redis, which knows it by its hash.
type Script struct {
	text, hash string
}

// NewScript returns the Script of a text.
func NewScript(text string) *Script { return &Script{text, redis.NewScript(text).Hash()} }

// A Call is one run of a Script on the keys of one room, and what came of it.
type Call struct {
	Keys []string
	Args []any

	Reply any
	Err   error
}

// RunAll runs a script for each of the calls, in order. A Redis that does not
// know the script has not run it: then, and only then, a call is sent a second
// time.
func (b *Bus) RunAll(ctx context.Context, script *Script, calls []Call) {
	all := make([]*Call, len(calls))
	for i := range calls {
		all[i] = &calls[i]
	}
	b.run(ctx, "evalsha", script.hash, all)
	var unknown []*Call
	for _, c := range all {
		if c.Err != nil && redis.HasErrorPrefix(c.Err, "NOSCRIPT") {
			unknown = append(unknown, c)
		}
	}
	if len(unknown) > 0 {
		b.run(ctx, "eval", script.text, unknown)
	}
}

// Run runs a script once.
func (b *Bus) Run(ctx context.Context, script *Script, keys []string, args ...any) (any, error) {
	calls := []Call{{Keys: keys, Args: args}}
	b.RunAll(ctx, script, calls)
	return calls[0].Reply, calls[0].Err
}

func (b *Bus) run(ctx context.Context, how, script string, calls []*Call) {
	commands := make([]Command, len(calls))
	replies := make([]*redis.Cmd, len(calls))
	for i, c := range calls {
		words := make([]any, 0, 3+len(c.Keys)+len(c.Args))
		words = append(words, how, script, len(c.Keys))
		for _, key := range c.Keys {
			words = append(words, key)
		}
		replies[i] = redis.NewCmd(ctx, append(words, c.Args...)...)
		replies[i].SetFirstKeyPos(3)
		commands[i] = On(c.Keys[0], replies[i])
	}
	_ = b.Exec(ctx, commands) // Each call has its own error.
	for i, c := range calls {
		c.Reply, c.Err = replies[i].Result()
	}
}

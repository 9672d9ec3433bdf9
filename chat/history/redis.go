package history

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// RedisOptions are those of a Redis.
type RedisOptions struct {
	// Client is of a single Redis, 6.2 or later, or of a Cluster, 7 or later. It
	// must have ContextTimeoutEnabled. The caller closes it, after the log.
	Client redis.UniversalClient
	// Prefix is what all keys and channels begin with; empty: "chat:". Servers
	// with the same prefix have the same rooms.
	Prefix string
	// Retention: a room with too many entries, or too old ones, drops them when
	// something is said in it. Bytes are those of all rooms, as the servers note
	// them about once a second; the room that has most gives some back.
	Retention Retention
	// RoomBytes is how many bytes one room may have, also in between; 0 is no limit
	// but Retention.Bytes.
	RoomBytes int64
	Log       *slog.Logger     // nil: nothing is logged
	Now       func() time.Time // for what is too old to be read; nil: time.Now
}

// callTime is how long Redis may take for one answer, and half of how long an
// append takes that comes to nothing.
const callTime = 500 * time.Millisecond

// A Redis is the log of the rooms of all servers that share a Redis. Its methods
// may be called by any goroutine; none waits for a Redis that is down or hangs
// for longer than about a second.
//
// # In Redis
//
// A room has a stream of the ids of its entries ({room}:log), a hash of what they
// say, by id ({room}:text), a hash of their keys with the ids ({room}:keys), a set
// of the keys of dropped entries by the time when they were dropped
// ({room}:gone), and a hash with the last id and the like ({room}:state). A script
// appends: it looks for the key, gives the id, stores, drops what is too much,
// and publishes the entry together with the id of the one before it. So a
// follower knows when it has missed one, and reads that from the stream. An entry
// that is blanked has what it says replaced in the hash, however large the room
// is. Nothing is asked of Redis for a room in which nothing is said.
//
// About once a second a server that stored something tells how many bytes the
// rooms have, and takes from the largest what all have too much.
//
// All keys of a room live for Retention.Age and a while from the last entry. A
// room takes over another age when something is said in it or somebody opens it.
//
// An older version had what is said in the stream. It is read there as well; the
// first entry that blanks one in such a room moves all of it to the hash, once,
// which holds up Redis for as long as that takes. A server of that version does
// not see what is said by this one: all servers are to be updated together.
//
// # What it promises
//
// An entry is acknowledged when Redis has answered. Whether it survives a crash
// of Redis is a matter of how that is set up (appendonly, replicas). When Redis
// comes back with less than it had, followers go on with what it has from then
// on, and ids do not begin anew: they follow its clock, and what those who
// append have seen.
//
// What comes from Redis is checked. Junk is skipped, and logged without its
// content.
type Redis struct {
	options  RedisOptions
	bus      *bus.Bus
	listener *bus.Listener
	outbox   outbox
	catching catching
	ledger   ledger
	junk     *bus.Junk

	ctx    context.Context // ends when Close has flushed
	cancel context.CancelFunc
	ended  chan struct{} // closed when all goroutines have ended

	mu        sync.Mutex
	followers map[string]*redisFollower // by room; guarded by mu
	channels  map[string]*redisFollower // by channel; guarded by mu
}

// OpenRedis returns a log on a Redis, which need not answer yet.
func OpenRedis(o RedisOptions) (*Redis, error) {
	b, err := bus.New(o.Client, o.Prefix)
	if err != nil {
		return nil, fmt.Errorf("opening a log on redis: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Redis{
		options: o, bus: b, outbox: newOutbox(), catching: newCatching(), ledger: newLedger(), junk: bus.NewJunk(o.Log),
		ended:     make(chan struct{}),
		followers: make(map[string]*redisFollower),
		channels:  make(map[string]*redisFollower),
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.listener = b.Listen(o.Log, r.heard, r.back)
	go r.run()
	return r, nil
}

// run waits for the goroutines in the order in which they need each other.
func (r *Redis) run() {
	defer close(r.ended)
	var catcher sync.WaitGroup
	catcher.Go(r.catchUp)
	catcher.Go(r.balance)
	r.write() // It ends when the outbox is closed and empty.
	r.cancel()
	catcher.Wait()
	r.listener.Close()
}

// Close sends what waits and ends the log. Whoever appends afterwards is told
// ErrClosed. If ctx ends first, the rest is still tried, but nobody waits for it.
func (r *Redis) Close(ctx context.Context) error {
	r.outbox.close()
	select {
	case <-r.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unavailable says why Redis could not be asked.
func unavailable(err error) error { return fmt.Errorf("%w: %w", ErrUnavailable, err) }

// within bounds a call of Redis.
func (r *Redis) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, callTime)
}

// Package relay answers: what do the other servers know about a room at this
// moment?
//
// Servers that share a Redis tell each other what need not be remembered: who is
// in a room, and passing things, such as that somebody is typing. A Relay is one
// server's part in that; a server alone has none.
//
// What is said passes once, to those who listen at that moment, or is lost. Who
// is there is kept in Redis, in a hash of the room with a field for each server
// ({room}:here), for servers that come later. Each server gives one sign of life
// every two seconds, whatever the number of rooms; a server that gives none for
// eight has nobody anywhere, and so have those that took their leave. After Redis
// was away or lost its memory every server says again who is with it.
//
// A server can leave something for one other, such as what it knows of a client
// that comes back elsewhere (LeaveParcel), and can be called for it.
//
// # Goroutines and locks
//
// A Relay has one goroutine, which sends and gives the sign of life, and one that
// reads. Nothing that is called often waits for Redis. Relay.mu guards the rooms
// and is never held while somebody is called; room.mu is held while its Hearer
// is, so that it hears one thing at a time and in order.
package relay

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// Options are those of a Relay.
type Options struct {
	// Prefix is what all keys and channels begin with; empty: "chat:". Servers
	// with the same prefix have the same rooms.
	Prefix string
	Log    *slog.Logger // nil: nothing is logged
	// Beat is the time between two signs of life; 0: two seconds. It must be the
	// same for all servers: after four of them without a sign one is dead.
	Beat time.Duration
}

// A Hearer is told what the other servers say of a room. Its methods are called
// by goroutines of the relay, one at a time. They must not block, and not join
// or leave the room.
type Hearer interface {
	// Said is called with what another server said.
	Said(payload []byte)
	// Here is called with what another server says of who is there with it. It
	// replaces what that said before; nil: nobody, or the server is gone.
	Here(server string, people []byte)
}

// Times of the relay.
const (
	callTime  = 500 * time.Millisecond // for one answer of Redis
	joinTime  = time.Second
	closeTime = 2 * time.Second
	beat      = 2 * time.Second
	deadBeats = 4
	hereLife  = 24 * time.Hour // of what was said of a room; said again in good time
	sayAgain  = 6 * time.Hour

	// Before Redis is tried again.
	firstPause   = 20 * time.Millisecond
	longestPause = 500 * time.Millisecond
)

// A Relay is one of the servers that share a Redis. Its methods may be called by
// any goroutine.
type Relay struct {
	bus      *bus.Bus
	listener *bus.Listener
	log      *slog.Logger
	junk     *bus.Junk
	id       string // of this server, until it ends
	wake     chan struct{}
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	ended    chan struct{} // closed when the goroutine has ended
	beat     time.Duration

	beating sync.Mutex // one beat at a time

	mu       sync.Mutex
	closed   bool                 // guarded by mu
	rooms    map[string]*room     // those joined, by name; guarded by mu
	channels map[string]*room     // the same by channel; guarded by mu
	mine     map[string]*presence // who is here, by room; guarded by mu
	others   others               // guarded by mu
	beaten   time.Time            // when the last sign of life was given; guarded by mu
	todo     todo                 // guarded by mu
	called   func(name string)    // see OnCall; guarded by mu
	listens  bool                 // for calls; guarded by mu
}

// A presence is what this server says of who is in a room.
type presence struct {
	people []byte    // nil: nobody
	at     time.Time // when it was said
}

// New returns a Relay over a client of a single Redis or a Cluster, which must
// have ContextTimeoutEnabled and need not answer yet.
func New(client redis.UniversalClient, o Options) (*Relay, error) {
	b, err := bus.New(client, o.Prefix)
	if err != nil {
		return nil, fmt.Errorf("opening a relay: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Beat == 0 {
		o.Beat = beat
	}
	r := &Relay{
		bus: b, beat: o.Beat, log: o.Log, junk: bus.NewJunk(o.Log), id: rand.Text(),
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
		rooms: make(map[string]*room), channels: make(map[string]*room), mine: make(map[string]*presence),
		others: make(others), todo: newTodo(),
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.listener = b.Listen(slog.New(slog.DiscardHandler), r.heard, r.back) // The log of messages tells of breaks.
	go r.run()
	return r, nil
}

// Close takes leave: nobody is here any more. It waits for Redis two seconds at
// most, and for the goroutines.
func (r *Relay) Close() {
	r.mu.Lock()
	first := !r.closed
	r.closed = true
	r.mu.Unlock()
	if first {
		r.cancel()
		<-r.ended
		r.listener.Close()
	}
}

// Say tells the other servers that have joined the room, those that are there at
// this moment. It never waits. What is said faster than Redis takes it is lost.
func (r *Relay) Say(name string, payload []byte) {
	if !bus.ValidRoom(name) || len(payload) > maxPayload {
		return
	}
	s := saying{r.bus.Channel(name, "live"), encode(r.id, kindSaid, payload)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed && r.todo.say(s) {
		r.signal()
	}
}

// Here tells the other servers, those too that join later, who is in the room
// with this one. It replaces what was told before; nil: nobody. It never waits,
// and does not get lost.
func (r *Relay) Here(name string, people []byte) {
	if !bus.ValidRoom(name) || len(people) > maxPayload {
		return
	}
	if people != nil {
		people = append([]byte{}, people...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || people == nil && r.mine[name] == nil {
		return
	}
	r.mine[name] = &presence{people: people}
	r.todo.report(name)
	r.signal()
}

// signal never waits: one signal tells all.
func (r *Relay) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

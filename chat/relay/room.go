package relay

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// Mistakes of the caller.
var (
	errJoined = errors.New("the room is joined already")
	errRoom   = errors.New("a room cannot have this name")
	errClosed = errors.New("the relay is closed")
)

// A room is one that this server has joined.
type room struct {
	name   string
	hearer Hearer

	mu    sync.Mutex
	told  map[string]string // what the hearer was told of other servers; guarded by mu
	fresh map[string]bool   // whom it was told of since the hash was asked for; nil when it is not; guarded by mu
}

// Join has a Hearer told of a room, first of who is there with the other servers.
// It waits for Redis, a second at most. The Hearer is called before Join returns.
func (r *Relay) Join(name string, hear Hearer) error {
	one := &room{name: name, hearer: hear, told: make(map[string]string)}
	if err := r.enter(one); err != nil {
		return fmt.Errorf("joining a room: %w", err)
	}
	ctx, cancel := context.WithTimeout(r.ctx, joinTime)
	defer cancel()
	err := r.listener.Add(ctx, r.bus.Channel(name, "live"))
	if err == nil {
		err = r.ask(ctx, []*room{one})
	}
	if err != nil {
		r.Leave(name)
		return fmt.Errorf("joining a room: %w", err)
	}
	return nil
}

func (r *Relay) enter(one *room) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errClosed
	case !bus.ValidRoom(one.name):
		return errRoom
	case r.rooms[one.name] != nil:
		return errJoined
	}
	r.rooms[one.name] = one
	r.channels[r.bus.Channel(one.name, "live")] = one
	return nil
}

// Leave ends Join. A call of the Hearer that is under way is the last.
func (r *Relay) Leave(name string) {
	channel := r.bus.Channel(name, "live")
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rooms[name] != nil {
		delete(r.rooms, name)
		delete(r.channels, channel)
		r.listener.Remove(channel)
	}
}

// joined reports whether the room is still the one of its name.
func (r *Relay) joined(one *room) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rooms[one.name] == one
}

// heard is called with what was published on a channel.
func (r *Relay) heard(channel, message string) {
	if channel == r.callChannel() {
		r.answer(message)
		return
	}
	r.mu.Lock()
	one := r.channels[channel]
	r.mu.Unlock()
	if one == nil {
		return
	}
	server, kind, payload, err := decode(message)
	if err != nil {
		r.junk.Drop("junk on a channel", len(message))
		return
	}
	if server == r.id {
		return
	}
	if kind == kindCall {
		r.junk.Drop("junk on a channel", len(message))
		return
	}
	if kind == kindHere {
		r.lives(server)
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	switch {
	case !r.joined(one):
	case kind == kindSaid:
		one.hearer.Said([]byte(payload))
	default:
		if one.fresh != nil {
			one.fresh[server] = true
		}
		one.tell(server, payload, kind == kindHere)
	}
}

// back is called when a channel is heard again after a break. The goroutine asks
// what was missed, and says again what others may have missed.
func (r *Relay) back(channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if one := r.channels[channel]; one != nil {
		r.todo.ask(one)
		if r.mine[one.name] != nil {
			r.todo.report(one.name)
		}
		r.signal()
	}
}

// tell tells the hearer what another server says, if that is new. The caller
// holds one.mu.
func (one *room) tell(server, people string, here bool) {
	before, known := one.told[server]
	switch {
	case here && (!known || before != people):
		one.told[server] = people
		one.hearer.Here(server, []byte(people))
	case !here && known:
		delete(one.told, server)
		one.hearer.Here(server, nil)
	}
}

// ask asks Redis who is in some rooms, and tells their hearers what is new.
func (r *Relay) ask(ctx context.Context, rooms []*room) error {
	if len(rooms) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	commands := make([]bus.Command, len(rooms))
	replies := make([]*redis.MapStringStringCmd, len(rooms))
	for i, one := range rooms {
		one.mu.Lock()
		one.fresh = make(map[string]bool)
		one.mu.Unlock()
		key := r.bus.Key(one.name, "here")
		replies[i] = redis.NewMapStringStringCmd(ctx, "hgetall", key)
		commands[i] = bus.On(key, replies[i])
	}
	err := r.bus.Exec(ctx, commands)
	if err == nil {
		err = r.know(ctx, replies)
	}
	for i, one := range rooms {
		r.compare(one, replies[i].Val(), err == nil)
	}
	return err
}

// compare tells the hearer of a room what is new in its hash. What came on the
// channel since that was asked for is newer.
func (r *Relay) compare(one *room, hash map[string]string, asked bool) {
	one.mu.Lock()
	defer one.mu.Unlock()
	fresh := one.fresh
	one.fresh = nil
	if !asked || !r.joined(one) {
		return
	}
	for server, people := range hash {
		switch {
		case server == r.id, fresh[server]:
		case !serverID.MatchString(server), len(people) > maxPayload:
			r.junk.Drop("junk in a hash", len(people))
		case r.alive(server):
			one.tell(server, people, true)
		default:
			r.bury(one.name, server)
		}
	}
	for server := range one.told {
		if _, ok := hash[server]; !ok && !fresh[server] {
			one.tell(server, "", false)
		}
	}
}

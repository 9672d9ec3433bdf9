package history

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chat/chat/internal/bus"
)

// followTime bounds Follow: a confirmation and an answer of Redis.
const followTime = time.Second

// What a follower holds back that came before what must come first.
const (
	maxAhead      = 1000
	maxAheadBytes = 4 << 20
)

// A redisFollower is told what is stored in a room. It hears that on two ways,
// from the channel and, for what was appended here, from the answers of Redis.
// Whichever comes first counts; order and gaps show in the id of the entry
// before each.
type redisFollower struct {
	log     *Redis
	room    string
	deliver func(Entry)
	gone    atomic.Bool

	mu         sync.Mutex
	starting   bool      // Follow is under way; nothing is delivered yet; guarded by mu
	born       string    // which log it is that the ids are of; guarded by mu
	last       ID        // of what was delivered; guarded by mu
	ahead      []heard   // what waits for others before it, by id; guarded by mu
	aheadBytes int       // guarded by mu
	unanswered []waiting // appended here, by id; guarded by mu
	behind     bool      // the stream must be read; guarded by mu
	round      int       // of reading; guarded by mu
}

// A waiting is an append whose entry is stored and not yet delivered.
type waiting struct {
	stored
	round int
}

// Follow is [Disk.Follow] on Redis. It waits for Redis, and comes to
// ErrUnavailable within about a second. Deliver is called from goroutines of the
// log, also before Follow has returned; it must not follow the room.
func (r *Redis) Follow(room string, deliver func(Entry)) (last ID, err error) {
	if !bus.ValidRoom(room) {
		return "", ErrTooLarge
	}
	f := &redisFollower{log: r, room: room, deliver: deliver, starting: true}
	if err := r.enrol(f); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), followTime)
	defer cancel()
	if err := r.listener.Add(ctx, r.bus.Channel(room, "log")); err != nil {
		r.Unfollow(room)
		return "", unavailable(err)
	}
	p, err := r.read(ctx, room, pageQuery{after: NewID(maxMS, 0), limit: 1}) // Nothing but where the log is.
	if err != nil {
		r.Unfollow(room)
		return "", err
	}
	r.keep(ctx, room, p)
	f.start(p)
	r.catching.add(f) // for what was stored meanwhile
	return p.last, nil
}

// keep has a room that is opened live as long as is asked for now. If that fails
// the next entry does it.
func (r *Redis) keep(ctx context.Context, room string, p logPage) {
	age := r.options.Retention.Age.Milliseconds()
	if p.born != "" && p.age != strconv.FormatInt(age, 10) {
		_, _ = r.bus.Run(ctx, keepScript, r.keys(room), r.files(room), age)
	}
}

func (r *Redis) enrol(f *redisFollower) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.outbox.isClosed():
		return ErrClosed
	case r.followers[f.room] != nil:
		return errFollowed
	}
	r.followers[f.room] = f
	r.channels[r.bus.Channel(f.room, "log")] = f
	return nil
}

// Unfollow ends the following of a room. A call of deliver that is under way is
// the last.
func (r *Redis) Unfollow(room string) {
	channel := r.bus.Channel(room, "log")
	r.mu.Lock()
	f := r.followers[room]
	if f == nil {
		r.mu.Unlock()
		return
	}
	delete(r.followers, room)
	delete(r.channels, channel)
	r.listener.Remove(channel)
	r.mu.Unlock()
	f.gone.Store(true)
	r.catching.add(f) // for those who wait to be answered
}

func (r *Redis) follower(room string) *redisFollower {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.followers[room]
}

func (r *Redis) byChannel(channel string) *redisFollower {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.channels[channel]
}

// heard is called with what was published on a channel.
func (r *Redis) heard(channel, payload string) {
	f := r.byChannel(channel)
	if f == nil {
		return
	}
	h, err := decodeHeard(payload)
	if err != nil || tooNew(h.id, r.options.Now()) {
		r.junk.Drop("junk on a channel", len(payload))
		return
	}
	if f.hear(h) {
		r.catching.add(f)
	}
}

// back is called when a channel is heard again after a break.
func (r *Redis) back(channel string) {
	if f := r.byChannel(channel); f != nil {
		f.mu.Lock()
		f.behind = true
		f.mu.Unlock()
		r.catching.add(f)
	}
}

// start notes where the log was when the room was followed.
func (f *redisFollower) start(p logPage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.starting, f.born, f.last = false, p.born, p.last
}

// position is the last id that is known.
func (f *redisFollower) position() ID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// hear takes an entry that was published. It reports whether the catcher has to
// see to the rest.
func (f *redisFollower) hear(h heard) (behind bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.take(h)
	return f.needs()
}

// settle takes an entry that was stored for us, and answers the one who appended
// it when it has been delivered.
func (f *redisFollower) settle(s stored) (behind bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !s.again {
		f.take(s.heard)
	}
	f.unanswered = append(f.unanswered, waiting{s, f.round})
	f.answer()
	return f.needs()
}

// take delivers an entry if it is the next, or keeps it for later. The caller
// holds f.mu.
func (f *redisFollower) take(h heard) {
	switch {
	case f.starting:
		f.keep(h)
	case f.born == "" && h.prev == "": // the first in a new log
		f.born = h.born
		f.pass(h)
	case h.born != f.born:
		f.behind = true // Redis has lost the log. What it has now is to be read.
	case h.id <= f.last:
		return // It came on the other way already.
	case h.prev == f.last:
		f.pass(h)
	default:
		f.keep(h)
	}
	f.advance()
	f.answer()
}

// pass delivers an entry, and is behind it then. The caller holds f.mu.
func (f *redisFollower) pass(h heard) {
	f.last = h.id
	if f.gone.Load() {
		return
	}
	if e, ok := f.log.entry(h, "junk on a channel"); ok {
		f.deliver(e)
	}
}

// keep puts an entry among those that came too early. The caller holds f.mu.
func (f *redisFollower) keep(h heard) {
	if len(f.ahead) >= maxAhead || f.aheadBytes+len(h.body) > maxAheadBytes {
		f.behind = true
		return
	}
	h.round = f.round
	i, found := slices.BinarySearchFunc(f.ahead, h.id, func(a heard, id ID) int { return strings.Compare(string(a.id), string(id)) })
	if !found {
		f.ahead = slices.Insert(f.ahead, i, h)
		f.aheadBytes += len(h.body)
	}
}

// advance delivers what is next of that, and forgets what was delivered. The
// caller holds f.mu.
func (f *redisFollower) advance() {
	for !f.starting && len(f.ahead) > 0 {
		h := f.ahead[0]
		if h.id > f.last {
			if h.prev != f.last || h.born != f.born {
				return
			}
			f.pass(h)
		}
		f.aheadBytes -= len(h.body)
		f.ahead = f.ahead[1:]
	}
	if len(f.ahead) == 0 {
		f.ahead = nil
	}
}

// answer answers those whose entries have been delivered. The caller holds f.mu.
func (f *redisFollower) answer() {
	for len(f.unanswered) > 0 && !f.starting && f.unanswered[0].heard.id <= f.last {
		f.unanswered[0].acknowledge()
		f.unanswered = f.unanswered[1:]
	}
	if len(f.unanswered) == 0 {
		f.unanswered = nil
	}
}

// needs reports whether something is missing. The caller holds f.mu.
func (f *redisFollower) needs() bool {
	return f.behind || len(f.ahead) > 0 || len(f.unanswered) > 0
}

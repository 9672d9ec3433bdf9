package limit

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// lately is for how long an answer of Redis stands for the tries that would get
// the same one.
const lately = time.Second

// maxBlocked bounds how many blocked sources and devices are remembered.
const maxBlocked = 4096

// recent is what Redis said in the last second, so that a flood of tries is
// refused without it. Nothing is let through by what stands here; that is for
// the scripts, which charge for it. A refusal that is out of date costs whoever
// gets it a second.
//
// It also keeps the tokens of devices that somebody made up away from Redis,
// which has 50 to know.
type recent struct {
	asking sync.Mutex // held by who asks Redis; the others wait for that answer

	mu      sync.Mutex // guards all below
	state   state
	blocked map[string]block // sources and devices

	// pairs is what this process alone may ask of the counter of pairs: as often
	// as that lets any through, and a few more, since it hears of no refund.
	pairs *rate.Limiter
}

func newPairs() *rate.Limiter {
	return rate.NewLimiter(rate.Every(time.Duration(doubleCost)*time.Millisecond), doubleBurst+10)
}

// state is what holds for all tries.
type state struct {
	at      time.Time // when Redis said so; zero is never
	err     error     // why Redis did not; then nothing else counts
	need    Level     // of unknown devices
	floor   int64     // as in a Ticket
	lost    bool      // there are no counters yet; the next charge makes them
	devices map[string]bool
}

// block is a refusal.
type block struct {
	recalled time.Time // until then it is given from here
	till     time.Time // until then it holds
}

// clock is the caller's, or the machine's.
func (l *Limiter) clock() time.Time {
	if l.now != nil {
		return l.now()
	}
	return time.Now()
}

// latest returns the state, at most a second old.
func (l *Limiter) latest(ctx context.Context, t Try) (state, error) {
	if s, ok := l.recent.read(l.clock()); ok {
		return s, s.err
	}
	l.recent.asking.Lock()
	defer l.recent.asking.Unlock()
	if s, ok := l.recent.read(l.clock()); ok {
		return s, s.err
	}
	s := l.observe(context.WithoutCancel(ctx), t) // The answer is for others, too.
	s.at = l.clock()
	l.recent.mu.Lock()
	defer l.recent.mu.Unlock()
	l.recent.state = s
	return s, s.err
}

// observe asks Redis for the state.
func (l *Limiter) observe(ctx context.Context, t Try) state {
	ticket, err := l.Look(ctx, Try{Codes: 1, Epoch: t.Epoch, Ordered: t.Ordered, Fresh: t.Fresh})
	if err != nil {
		return state{err: err}
	}
	hashes, err := l.hashes(ctx)
	if err != nil {
		return state{err: fmt.Errorf("looking for a device: %w", err)}
	}
	s := state{need: ticket.Need, floor: ticket.Floor, lost: ticket.Was == 0, devices: make(map[string]bool)}
	for _, hash := range hashes {
		s.devices[hash] = true
	}
	return s
}

func (r *recent) read(now time.Time) (state, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	age := now.Sub(r.state.at)
	return r.state, !r.state.at.IsZero() && 0 <= age && age < lately
}

// learn takes over what the answer to a try says of others like it.
func (r *recent) learn(t Try, ticket Ticket, now time.Time) {
	if ticket.Verdict == Stale {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !ticket.Trusted && t.Codes > 0 {
		r.state.need, r.state.floor, r.state.lost = ticket.Need, ticket.Floor, false
	}
	if ticket.Verdict == Wait {
		r.block(holder(t, ticket.Trusted), now, ticket.RetryAfter)
	}
}

// block remembers a refusal. The caller holds mu.
func (r *recent) block(who string, now time.Time, wait time.Duration) {
	if len(r.blocked) >= maxBlocked {
		maps.DeleteFunc(r.blocked, func(_ string, b block) bool { return !now.Before(b.recalled) })
	}
	if len(r.blocked) >= maxBlocked {
		return
	}
	if r.blocked == nil {
		r.blocked = make(map[string]block)
	}
	r.blocked[who] = block{now.Add(min(wait, lately)), now.Add(wait)}
}

// refused returns for how long a source or device has to wait, or 0 if nothing
// is known of it.
func (r *recent) refused(who string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.blocked[who]
	if !ok || !now.Before(b.recalled) || b.till.Sub(now) > 48*time.Hour { // the clock was set back
		return 0
	}
	return b.till.Sub(now)
}

// trust adds a device that is new.
func (r *recent) trust(hash string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.devices = maps.Clone(r.state.devices) // Others read the one before.
	if r.state.devices != nil {
		r.state.devices[hash] = true
	}
}

// holder names who pays for a try.
func holder(t Try, trusted bool) string {
	if trusted {
		return "device " + t.Device
	}
	return Source(t.Addr)
}

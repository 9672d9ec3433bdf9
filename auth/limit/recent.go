package limit

import (
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
	asking *line // for who asks Redis what others want to know as well; they wait for that answer
	line   *line // for strangers' tries

	mu      sync.Mutex // guards all below
	state   state
	devices devices
	blocked map[string]block // sources and devices
	fault   time.Time        // when Redis failed last, if it did not answer since; else zero

	// pairs is what this process alone may ask of the counter of pairs: as often
	// as that lets any through, and a few more, since it hears of no refund.
	pairs *rate.Limiter
}

func newRecent() *recent {
	return &recent{
		asking: newLine(1),
		line:   newLine(strangersAtOnce),
		pairs:  rate.NewLimiter(rate.Every(time.Duration(doubleCost)*time.Millisecond), doubleBurst+10),
	}
}

// state is what holds for all tries.
type state struct {
	at    time.Time // when Redis said so; zero is never
	err   error     // why Redis fails; then nothing else counts
	need  Level     // of unknown devices
	floor int64     // as in a Ticket
	sure  time.Time // until then no code can be told from a used one
	lost  bool      // there are no counters yet; the next charge makes them
}

// stateOf is what an answer of Redis says of all tries.
func stateOf(t Ticket, now time.Time) state {
	s := state{at: now, need: t.Need, floor: t.Floor, lost: t.Was == 0}
	if t.Verdict == Unsure {
		s.sure = now.Add(t.RetryAfter)
	}
	return s
}

// ticket is what a state says of one try. Counters that are lost are made by the
// next charge, and only from then on it is known how long it takes to be sure.
func (s state) ticket(now time.Time) Ticket {
	t := Ticket{Need: s.need, Floor: s.floor}
	if wait := s.sure.Sub(now); wait > 0 && !s.lost {
		t.Verdict, t.RetryAfter = Unsure, wait
	}
	return t
}

// devices are those that are trusted.
type devices struct {
	at   time.Time // when Redis said so, or failed; zero is never
	err  error     // why it fails; then list is what it said before
	list map[string]bool
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

// read returns the state, and whether it is fresh.
func (r *recent) read(now time.Time) (state, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state, fresh(r.state.at, now)
}

// known returns the devices, and whether they are fresh.
func (r *recent) known(now time.Time) (devices, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.devices, fresh(r.devices.at, now)
}

func fresh(at, now time.Time) bool {
	age := now.Sub(at)
	return !at.IsZero() && 0 <= age && age < lately
}

// floor is the last that was heard of.
func (r *recent) floor() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.floor
}

// learn takes over what the answer to a try says of others like it.
func (r *recent) learn(t Try, ticket Ticket, now time.Time) {
	if ticket.Verdict == Stale || ticket.Verdict == Foreign {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = time.Time{}
	if !ticket.Trusted && t.Codes > 0 && ticket.Level > 0 { // the flood gate knows no level
		s := stateOf(ticket, now)
		s.lost = false // The try made them.
		r.state = s
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
	r.devices.list = maps.Clone(r.devices.list) // Others read the one before.
	if r.devices.list != nil {
		r.devices.list[hash] = true
	}
}

// holder names who pays for a try.
func holder(t Try, trusted bool) string {
	if trusted {
		return "device " + t.Device
	}
	return Source(t.Addr)
}

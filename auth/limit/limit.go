// Package limit answers: may this try go on, and how many codes must it bring?
//
// A Limiter keeps the counters of the login in Redis, so that all servers that
// share the Redis share them. One script looks at all counters of a try and
// charges them together, or charges none.
//
// # The counters
//
//   - A source (an IPv4 address or an IPv6 /64) has 5 failures in 15 minutes.
//     Then it is blocked for an hour, after the next 5 for four, after those
//     for 24; and never has it more than 20 failures in 24 hours. A day without
//     a failure forgives. Its network (/24, /48) has four times as many, and
//     the same blocks.
//   - All unknown devices together have 180 single codes in 365 days, and 20
//     at once. When these are used up a try must bring two consecutive codes;
//     of such tries there are three a second, and 90 at once. When these are
//     used up a try must bring three.
//   - Three codes always go on. They pay nothing and wait for nothing, so that
//     no attack, from wherever, locks anybody out.
//   - Before all these, a source gets 30 tries a minute as far as the counters,
//     and a try that would get the answer of another one a moment ago gets it
//     from memory. So a thousand tries a second ask Redis a few times a second.
//     No more than four tries of strangers ask it at once; the others wait in
//     line, where networks take turns. So the owner's try, with three codes or
//     a trusted device, which waits in no line, finds Redis idle; and one with
//     fewer codes waits for one try of each other network, not for all of them.
//   - A trusted device has a bucket of its own, 5 tries and one more every
//     three minutes, and meets no other counter. After 20 failures in a row it
//     is trusted no more.
//
// # What it promises
//
//   - Charge first. Take pays before anything is looked at, so that of any
//     number of parallel tries no more than the counters allow are evaluated.
//   - A refused try pays nothing and writes nothing: asking more often locks
//     nobody out for longer, and a flood of tries costs no disk.
//   - Refund only your own. A success gives back what it paid and nothing
//     else: an owner who logs in during an attack refills no attacker's budget.
//   - Time only goes forward. Counters run on a clock of their own that stands
//     still while the machine's is set back: that refills nothing, and it
//     prolongs no block.
//   - Lost is not new. When the counters are gone the single codes count as
//     used up, unless nobody ever tried this secret.
//   - Fail closed. When Redis does not answer within half a second, Take
//     returns an error and the try must not be evaluated.
package limit

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// Limiter charges tries. It is safe for concurrent use.
type Limiter struct {
	rdb    once.Client
	prefix string
	now    func() time.Time
	flood  *floodGate // nil with a clock of the caller's, which it cannot follow
	recent *recent
}

// New returns a Limiter whose keys begin with prefix. Now is the clock; nil is
// that of Redis, which is one for all servers.
func New(rdb *redis.Client, prefix string, now func() time.Time) *Limiter {
	l := &Limiter{rdb: once.New(rdb), prefix: prefix, now: now, recent: newRecent()}
	if now == nil {
		l.flood = newFloodGate(rdb)
	}
	return l
}

// Take charges a try. An error means that Redis did not answer, or not before
// ctx ended, and that the try must not be evaluated.
func (l *Limiter) Take(ctx context.Context, t Try) (Ticket, error) {
	if t.Codes < 3 { // Three open by themselves: no answer about devices stands in their way.
		var err error
		if t, err = l.recognise(ctx, t); err != nil {
			return Ticket{}, err
		}
	}
	ticket, done, err := l.recall(t)
	if err != nil || done {
		return ticket, err
	}
	if t.stranger() {
		return l.takeInLine(ctx, t)
	}
	ticket, err = l.ask(ctx, t, "take")
	if err == nil {
		l.recent.learn(t, ticket, l.clock())
	}
	return ticket, err
}

// stranger reports whether this may be anybody's try: it has neither three codes
// nor a device that is trusted. Once a device is recognised, that is.
func (t Try) stranger() bool { return t.Codes < 3 && t.Device == "" }

// takeInLine takes a stranger's try to the counters when there is a place for
// it. What those before it were told may well be the answer to this one, too.
func (l *Limiter) takeInLine(ctx context.Context, t Try) (Ticket, error) {
	if t.Codes == 2 && !l.recent.pairs.AllowN(l.clock(), 1) {
		return Ticket{Verdict: More, Need: 3, Floor: l.recent.floor()}, nil
	}
	if err := l.recent.line.enter(ctx, Network(t.Addr)); err != nil {
		return Ticket{}, fmt.Errorf("waiting in line to try: %w", err)
	}
	defer l.recent.line.leave()
	ticket, done, err := l.recall(t)
	if err != nil || done {
		return ticket, err
	}
	begun := time.Now()
	ticket, err = l.count(ctx, t)
	if err != nil {
		l.fail(ctx, begun, err)
		return ticket, err
	}
	l.recent.learn(t, ticket, l.clock())
	return ticket, nil
}

// count takes a stranger's try through the flood gate to the counters.
func (l *Limiter) count(ctx context.Context, t Try) (Ticket, error) {
	if l.flood != nil {
		wait, err := l.flood.wait(ctx, l.prefix+FloodPrefix+Source(t.Addr))
		if err != nil {
			return Ticket{}, err
		}
		if wait > 0 {
			return Ticket{Verdict: Wait, RetryAfter: wait, Need: 1}, nil
		}
	}
	return l.ask(ctx, t, "take")
}

// Need tells how many codes a try must bring from where it comes, the floor for
// its codes, and whether the verdict on all of them is Unsure. It may be a second
// out of date.
func (l *Limiter) Need(ctx context.Context, t Try) (Ticket, error) {
	t, err := l.recognise(ctx, t)
	if err != nil {
		return Ticket{}, err
	}
	if t.Device == "" {
		s, err := l.latest(ctx, t)
		return s.ticket(l.clock()), err
	}
	ticket, err := l.Look(ctx, t)
	now := l.clock()
	return stateOf(ticket, now).ticket(now), err
}

// recognise takes a device that nobody trusts out of the try.
func (l *Limiter) recognise(ctx context.Context, t Try) (Try, error) {
	if t.Device == "" {
		return t, nil
	}
	trusted, err := l.trusted(ctx, t.Device)
	if !trusted {
		t.Device = ""
	}
	return t, err
}

// recall answers from memory where that is possible: to sources and devices that
// were told to wait a moment ago, to strangers with fewer codes than others just
// had to bring, and to all of them while codes cannot be told apart, or Redis
// fails.
func (l *Limiter) recall(t Try) (ticket Ticket, known bool, err error) {
	if t.Codes >= 3 {
		return Ticket{}, false, nil
	}
	now, trusted := l.clock(), t.Device != ""
	if wait := l.recent.refused(holder(t, trusted), now); wait > 0 {
		return Ticket{Verdict: Wait, RetryAfter: wait, Need: 1, Trusted: trusted}, true, nil
	}
	if s, ok := l.recent.read(now); ok && !trusted && t.Codes > 0 {
		if s.err != nil {
			return Ticket{}, false, s.err
		}
		ticket := s.ticket(now)
		if ticket.Verdict == Go && !s.lost && t.Codes < int(s.need) {
			ticket.Verdict = More
		}
		return ticket, ticket.Verdict != Go, nil
	}
	return Ticket{}, false, nil
}

// Begin makes the counters if there are none, and has a Redis that may have lost
// their end found out before the first try does: so what that costs people, which
// is to wait for other codes, is over sooner. It pays nothing. Its ticket also tells
// of a level that time alone has changed.
func (l *Limiter) Begin(ctx context.Context, t Try) (Ticket, error) {
	return l.ask(ctx, t, "begin")
}

// Look answers as Take would, and changes nothing.
func (l *Limiter) Look(ctx context.Context, t Try) (Ticket, error) {
	return l.ask(ctx, t, "look")
}

func (l *Limiter) ask(ctx context.Context, t Try, act string) (Ticket, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	res, err := takeScript.Run(ctx, l.rdb, l.keys(t.Addr),
		l.Time(), act, t.Codes, t.Device, t.Epoch, flag(t.Ordered), flag(t.Fresh), t.Label,
		t.Witness.Run, t.Witness.Beat, t.Witness.Gone.Milliseconds()).Int64Slice()
	if err == nil && len(res) != 10 {
		err = fmt.Errorf("got %d values", len(res))
	}
	if err != nil {
		return Ticket{}, fmt.Errorf("charging a try: %w", err)
	}
	return Ticket{
		Verdict:    Verdict(res[0]),
		RetryAfter: time.Duration(res[1]) * time.Millisecond,
		Need:       Level(res[2]),
		Was:        Level(res[3]),
		Level:      Level(res[4]),
		Trusted:    res[5] == paidDevice,
		Failures:   int(res[8]),
		Floor:      res[9],
		try:        t,
		paid:       int(res[5]),
		at:         res[6],
		filled:     res[7],
	}, nil
}

// Refund gives a ticket's charge back, once: a second call must not be made.
// What has been worked off by itself meanwhile is not given, since that would
// be out of somebody else's charge. It returns the level before and after.
func (l *Limiter) Refund(ctx context.Context, t Ticket) (was, level Level, err error) {
	if t.paid == paidNothing || t.paid == paidDevice && t.filled == 0 { // three codes
		return t.Level, t.Level, nil
	}
	ctx, cancel := once.Within(ctx)
	defer cancel()
	res, err := refundScript.Run(ctx, l.rdb, l.keys(t.try.Addr), l.Time(), t.paid, t.at, t.filled, t.try.Device).Int64Slice()
	if err == nil && len(res) != 2 {
		err = fmt.Errorf("got %d values", len(res))
	}
	if err != nil {
		return 0, 0, fmt.Errorf("refunding a try: %w", err)
	}
	return Level(res[0]), Level(res[1]), nil
}

// Time is the time by the clock, for scripts, in ms: empty for Redis's own.
func (l *Limiter) Time() any {
	if l.now == nil {
		return ""
	}
	return l.now().UnixMilli()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

package limit

import (
	"context"
	"fmt"
	"time"

	"chat/auth/internal/once"
)

// latest returns the state, at most a second old.
func (l *Limiter) latest(ctx context.Context, t Try) (state, error) {
	if s, ok := l.recent.read(l.clock()); ok {
		return s, s.err
	}
	if err := l.recent.asking.enter(ctx, ""); err != nil {
		return state{}, fmt.Errorf("waiting for the level: %w", err)
	}
	defer l.recent.asking.leave()
	if s, ok := l.recent.read(l.clock()); ok {
		return s, s.err
	}
	begun := time.Now()
	// The answer is for others, too.
	ticket, err := l.Look(context.WithoutCancel(ctx), Try{Codes: 1, Epoch: t.Epoch, Ordered: t.Ordered, Fresh: t.Fresh, Label: t.Label, Witness: t.Witness})
	if err != nil {
		if l.recent.failing(begun) {
			l.recent.put(state{at: l.clock(), err: err})
		}
		return state{}, err
	}
	s := stateOf(ticket, l.clock())
	l.recent.put(s)
	return s, nil
}

// trusted reports whether a device is, or was within the last second, or when
// Redis answered last: whether it still is the counters say.
func (l *Limiter) trusted(ctx context.Context, hash string) (bool, error) {
	if d, ok := l.recent.known(l.clock()); ok {
		return d.has(hash)
	}
	if err := l.recent.asking.enter(ctx, ""); err != nil {
		return false, fmt.Errorf("waiting for the devices: %w", err)
	}
	defer l.recent.asking.leave()
	d, ok := l.recent.known(l.clock())
	if ok {
		return d.has(hash)
	}
	begun := time.Now()
	hashes, err := l.hashes(context.WithoutCancel(ctx))
	if err != nil {
		d.err = fmt.Errorf("looking for a device: %w", err)
		if l.recent.failing(begun) {
			d.at = l.clock()
			l.recent.keep(d)
		}
		return d.has(hash)
	}
	d = devices{at: l.clock(), list: make(map[string]bool, len(hashes))}
	for _, one := range hashes {
		d.list[one] = true
	}
	l.recent.keep(d)
	return d.has(hash)
}

// has reports whether a device is on the list. Of one that is not, nothing is
// known while Redis fails.
func (d devices) has(hash string) (bool, error) {
	if d.list[hash] {
		return true, nil
	}
	return false, d.err
}

// suspicion is for how long a failure of Redis is remembered.
const suspicion = 10 * time.Second

// failing notes that Redis failed whoever asked at the time begun, and reports
// whether that is no single mishap any more: another one failed before, and nobody
// was answered since. Only then the next ones are refused without it. Of those who
// are before Redis when their connections break all count as one; of those who
// waited for it in vain each counts.
func (r *recent) failing(begun time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	again := !r.fault.IsZero() && time.Since(r.fault) < suspicion
	if again && begun.Before(r.fault) && !waited(begun) {
		return false
	}
	r.fault = time.Now()
	return again
}

// waited reports whether who began to ask then gave Redis time to answer.
func waited(begun time.Time) bool { return time.Since(begun) >= once.Timeout/2 }

// put takes over what Redis says of all tries.
func (r *recent) put(s state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = s
	if s.err == nil {
		r.fault = time.Time{}
	}
}

// keep takes over what Redis says of the devices.
func (r *recent) keep(d devices) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.devices = d
	if d.err == nil {
		r.fault = time.Time{}
	}
}

// fail notes that Redis did not answer a stranger's try that began to ask it at
// the time begun, so that the next ones need not wait for it. Who had to wait in
// line for long may not have had the patience for an answer: that says nothing.
func (l *Limiter) fail(ctx context.Context, begun time.Time, err error) {
	if ctx.Err() != nil && !waited(begun) {
		return
	}
	if l.recent.failing(begun) {
		l.recent.put(state{at: l.clock(), err: err})
	}
}

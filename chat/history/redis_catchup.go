package history

import (
	"context"
	"sync"
	"time"

	"chat/chat/internal/bus"
)

// Of catching up: how long what is missing may come by itself, how much is asked
// for at once, and when it is tried again after that failed.
const (
	gatherTime     = 5 * time.Millisecond
	catchRooms     = 16
	catchEntries   = 200
	catchPageBytes = 1 << 20
	catchPause     = 250 * time.Millisecond
)

// A catching holds the followers that miss something.
type catching struct {
	wake chan struct{} // there may be some

	mu   sync.Mutex
	list []*redisFollower            // guarded by mu
	held map[*redisFollower]struct{} // those of list; guarded by mu
}

func newCatching() catching {
	return catching{wake: make(chan struct{}, 1), held: make(map[*redisFollower]struct{})}
}

func (c *catching) add(f *redisFollower) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.held[f]; !ok {
		c.held[f] = struct{}{}
		c.list = append(c.list, f)
	}
	c.signal()
}

// take returns some of them, those who have waited longest.
func (c *catching) take() []*redisFollower {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.list), catchRooms)
	some := append([]*redisFollower(nil), c.list[:n]...)
	for _, f := range some {
		delete(c.held, f)
	}
	clear(c.list[:n])
	c.list = c.list[n:]
	if len(c.list) == 0 {
		c.list = nil
	} else {
		c.signal()
	}
	return some
}

func (c *catching) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// catchUp reads from the streams what followers have missed, until the log ends.
func (r *Redis) catchUp() {
	defer r.release()
	for {
		select {
		case <-r.catching.wake:
		case <-r.ctx.Done():
			return
		}
		r.sleep(gatherTime)
		if err := r.catch(r.catching.take()); err != nil {
			r.sleep(catchPause)
		}
	}
}

// sleep ends early when the log ends.
func (r *Redis) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.ctx.Done():
	}
}

// catch does one round for some followers. Those who still miss something will
// be in another one.
func (r *Redis) catch(some []*redisFollower) (failure error) {
	var due []*redisFollower
	var queries []pageQuery
	var calls []bus.Call
	for _, f := range some {
		if q, ok := f.query(); ok {
			due, queries, calls = append(due, f), append(queries, q), append(calls, r.pageCall(f.room, q))
		}
	}
	if len(due) == 0 {
		return nil
	}
	ctx, cancel := r.within(context.Background())
	defer cancel()
	r.bus.RunAll(ctx, pageScript, calls)
	for i, f := range due {
		p, err := logPage{}, calls[i].Err
		if err == nil {
			p, err = decodePage(calls[i].Reply, queries[i])
		}
		if err != nil {
			failure = err
		}
		if f.catch(p, err) {
			r.catching.add(f)
		}
	}
	return failure
}

// release answers all who still wait, when the log ends: what they appended is
// stored.
func (r *Redis) release() {
	r.mu.Lock()
	for _, f := range r.followers {
		r.catching.add(f)
	}
	r.mu.Unlock()
	for some := r.catching.take(); len(some) > 0; some = r.catching.take() {
		for _, f := range some {
			f.finish()
		}
	}
}

// query begins a round of reading. It reports false if nothing is missing, as
// when it came by itself meanwhile.
func (f *redisFollower) query() (pageQuery, bool) {
	if f.gone.Load() {
		f.finish()
		return pageQuery{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.starting || !f.needs() {
		return pageQuery{}, false
	}
	f.behind = false
	f.round++
	return pageQuery{after: f.last, limit: catchEntries, bytes: catchPageBytes}, true
}

// finish answers those whose entries nobody is to be told of any more.
func (f *redisFollower) finish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.unanswered {
		w.acknowledge()
	}
	f.unanswered = nil
}

// catch ends a round of reading, with a page or an error. It reports whether
// something is missing still.
func (f *redisFollower) catch(p logPage, err error) (behind bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.behind = true
		f.refuse(func(w waiting) bool { return time.Since(w.since) > 2*callTime })
		return true
	}
	switch {
	case p.born != f.born:
		if f.reborn(p) {
			return true
		}
	case p.last < p.query.after:
		f.log.options.Log.Warn("redis came back with fewer messages than it had")
	}
	for _, h := range p.entries {
		if h.id > f.last {
			f.pass(h)
		}
	}
	f.advance()
	if p.more {
		f.behind = true
	} else {
		f.forget()
	}
	f.answer()
	return f.needs()
}

// reborn deals with a Redis that has another log than the one that was followed:
// it lost its memory, or dropped a room in which nothing was said for long. It
// reports whether that log must be read from its start. The caller holds f.mu.
func (f *redisFollower) reborn(p logPage) bool {
	f.born = p.born
	if p.born == "" || p.last >= p.query.after {
		return false
	}
	f.log.options.Log.Warn("redis has lost messages, and its clock went back")
	f.last = ""
	f.behind = true
	return true
}

// forget drops what was heard or stored before a round that read all there is,
// and did not find it: Redis has lost it, or it never was in the log. The caller
// holds f.mu.
func (f *redisFollower) forget() {
	kept := f.ahead[:0]
	for _, h := range f.ahead {
		if h.round >= f.round {
			kept = append(kept, h)
			continue
		}
		f.aheadBytes -= len(h.body)
		f.log.junk.Drop("junk on a channel", len(h.body))
	}
	clear(f.ahead[len(kept):])
	f.ahead = kept
	f.advance()
	f.answer()
	f.refuse(func(w waiting) bool { return w.round < f.round })
}

// refuse gives up on some of those who wait to be answered. The caller holds
// f.mu.
func (f *redisFollower) refuse(which func(waiting) bool) {
	kept := f.unanswered[:0]
	for _, w := range f.unanswered {
		if which(w) {
			w.posting.refuse(ErrUnavailable)
			continue
		}
		kept = append(kept, w)
	}
	clear(f.unanswered[len(kept):])
	f.unanswered = kept
}

package relay

import "time"

// A todo is what the goroutine of a relay has to do. Its methods are called under
// Relay.mu.
type todo struct {
	said      []saying            // to be published
	saidBytes int                 // of said
	reports   map[string]struct{} // rooms of which is to be told who is here
	stale     map[*room]struct{}  // rooms of which something may have been missed
	graves    []grave             // what dead servers left behind
}

// A saying is on its way to the other servers.
type saying struct {
	channel string
	payload []byte
}

// A grave is the field of a dead server in a room's hash.
type grave struct{ room, server string }

func newTodo() todo {
	return todo{reports: make(map[string]struct{}), stale: make(map[*room]struct{})}
}

// say reports whether there was room for it.
func (t *todo) say(s saying) bool {
	if len(t.said) >= maxSaid || t.saidBytes+len(s.payload) > maxSaidBytes {
		return false
	}
	t.said = append(t.said, s)
	t.saidBytes += len(s.payload)
	return true
}

func (t *todo) report(room string) { t.reports[room] = struct{}{} }

func (t *todo) ask(one *room) { t.stale[one] = struct{}{} }

// bury forgets about it when there are too many: others bury the dead, too.
func (t *todo) bury(g grave) {
	if len(t.graves) < maxGraves {
		t.graves = append(t.graves, g)
	}
}

// A batch is a part of it.
type batch struct {
	said   []saying
	here   []report
	graves []grave
	stale  []*room
}

// A report is what is to be told of who is in a room.
type report struct {
	room string
	*presence
}

func (b batch) empty() bool { return len(b.said)+len(b.here)+len(b.graves)+len(b.stale) == 0 }

// take takes a part, so that one pipeline does not get too long.
func (r *Relay) take() (b batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &r.todo
	n := min(len(t.said), maxPipeline)
	b.said, t.said = t.said[:n:n], t.said[n:]
	for _, s := range b.said {
		t.saidBytes -= len(s.payload)
	}
	n = min(len(t.graves), maxPipeline)
	b.graves, t.graves = t.graves[:n:n], t.graves[n:]
	now := time.Now()
	for name := range t.reports {
		if len(b.here) == maxPipeline {
			break
		}
		delete(t.reports, name)
		if p := r.mine[name]; p != nil {
			p.at = now
			b.here = append(b.here, report{name, p})
		}
	}
	for one := range t.stale {
		if len(b.stale) == maxPipeline {
			break
		}
		delete(t.stale, one)
		b.stale = append(b.stale, one)
	}
	if len(t.said)+len(t.graves) == 0 {
		t.said, t.graves = nil, nil // The arrays behind them keep nothing alive.
	}
	return b
}

// putBack puts back what must not get lost.
func (r *Relay) putBack(b batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range b.here {
		r.todo.report(h.room)
	}
	for _, one := range b.stale {
		r.todo.ask(one)
	}
	for _, g := range b.graves {
		r.todo.bury(g)
	}
}

// again notes what was said so long ago that Redis would forget it.
func (r *Relay) again(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, p := range r.mine {
		if now.Sub(p.at) > sayAgain {
			r.todo.report(name)
		}
	}
}

// bury takes a dead server out of a room's hash, for those who join later.
func (r *Relay) bury(name, server string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.todo.bury(grave{name, server})
	r.signal()
}

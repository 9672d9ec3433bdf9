package chat

import (
	"slices"
	"sync"

	"chat/chat/history"
)

// A trail is what a client was sent lately, in order. The official client
// remembers one place, whatever room it is in, so the trail is what tells how
// far it had got in its other rooms.
type trail struct {
	mu      sync.Mutex
	steps   []step       // guarded by mu
	trimmed bool         // earlier steps are forgotten; guarded by mu
	own     []history.ID // what the client said itself lately; guarded by mu
}

// A step is an entry of a room's log. As text it is the offset that the client
// is given.
type step struct {
	room string
	id   history.ID
}

func (s step) String() string { return string(s.id) + " " + s.room }

// The limits of a trail. A client that was sent more than that in the moment
// before it broke off, and did not get it, comes back as a new one.
const (
	maxSteps = 256
	maxOwn   = 2 * maxMissed // half of them are left, after there were too many
)

// add makes a step. The caller holds t.mu.
func (t *trail) add(s step) {
	if len(t.steps) == maxSteps {
		t.steps, t.trimmed = slices.Delete(t.steps, 0, maxSteps/2), true
	}
	t.steps = append(t.steps, s)
}

// said remembers what the client said itself, which it is not to be told.
func (t *trail) said(id history.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.own) == maxOwn {
		t.own = slices.Delete(t.own, 0, maxOwn/2)
	}
	t.own = append(t.own, id)
}

func (t *trail) saidIt(id history.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Contains(t.own, id)
}

// upTo is the last step in each room that the client had made when it got
// something. A room that is not in it is one where the client had made none. It
// reports false if that cannot be told any more.
func (t *trail) upTo(offset string) (map[string]history.ID, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := slices.IndexFunc(t.steps, func(s step) bool { return s.String() == offset })
	if last < 0 {
		return nil, false
	}
	at := make(map[string]history.ID)
	for _, s := range t.steps[:last+1] {
		at[s.room] = s.id
	}
	if t.trimmed {
		for _, s := range t.steps[last+1:] {
			if at[s.room] == "" {
				return nil, false
			}
		}
	}
	return at, true
}

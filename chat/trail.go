package chat

import (
	"maps"
	"slices"
	"sync"

	"chat/chat/history"
)

// A trail is what a client was sent lately, in order. The official client
// remembers one place, whatever room it is in, so the trail is what tells how
// far it had got in its other rooms.
type trail struct {
	mu     sync.Mutex
	steps  []step                // guarded by mu
	passed map[string]history.ID // by room: the last step that is forgotten; guarded by mu
	lost   bool                  // so many rooms were passed that some are forgotten; guarded by mu
	own    []history.ID          // what the client said itself lately; guarded by mu
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
	maxSteps  = 256
	maxPassed = 1024
	maxOwn    = 2 * maxMissed // half of them are left, after there were too many
)

// add makes a step. The caller holds t.mu.
func (t *trail) add(s step) {
	if len(t.steps) == maxSteps {
		t.pass(t.steps[:maxSteps/2])
		t.steps = slices.Delete(t.steps, 0, maxSteps/2)
	}
	t.steps = append(t.steps, s)
}

// pass forgets steps, but for the last in each room.
func (t *trail) pass(steps []step) {
	if t.passed == nil {
		t.passed = make(map[string]history.ID)
	}
	for _, s := range steps {
		t.passed[s.room] = s.id
	}
	if len(t.passed) > maxPassed {
		t.passed, t.lost = nil, true
	}
}

// isLost reports whether it cannot be told any more how far the client had got. What
// is said goes on to the trail until the client has left its rooms.
func (t *trail) isLost() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}

// leave forgets a room, so that somebody who goes through many does not fill the
// memory.
func (t *trail) leave(room string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.passed, room)
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

// upTo is the trail as it was when the client got something. It reports false if
// that cannot be told any more.
func (t *trail) upTo(offset string) (*trail, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := slices.IndexFunc(t.steps, func(s step) bool { return s.String() == offset })
	if last < 0 || t.lost {
		return nil, false
	}
	return &trail{steps: slices.Clone(t.steps[:last+1]), passed: maps.Clone(t.passed), own: slices.Clone(t.own)}, true
}

// reached is the last step in a room, or "" if there was none.
func (t *trail) reached(room string) history.ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range slices.Backward(t.steps) {
		if s.room == room {
			return s.id
		}
	}
	return t.passed[room]
}

package history

import (
	"errors"
	"sync/atomic"
)

// errFollowed is a mistake of the caller.
var errFollowed = errors.New("following a room: it is followed already")

// A follower is told what is stored in a room.
type follower struct {
	deliver func(Entry)
	gone    atomic.Bool
}

// Follow calls deliver for every entry that is stored in a room after the one
// that it returns: for each once, in order, one at a time, before its done. That
// one is empty if the room keeps none. deliver must not block.
//
// A room has one follower at a time.
func (d *Disk) Follow(room string, deliver func(Entry)) (last ID, err error) {
	if d.queue.isClosed() {
		return "", ErrClosed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.index.room(room)
	if r.follower != nil {
		return "", errFollowed
	}
	r.follower = &follower{deliver: deliver}
	if n := len(r.slots); n > 0 {
		last = r.slots[n-1].place().id()
	}
	return last, nil
}

// Unfollow ends the following of a room. A call of deliver that is under way is
// the last.
func (d *Disk) Unfollow(room string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.index.rooms[room]
	if r == nil || r.follower == nil {
		return
	}
	r.follower.gone.Store(true)
	r.follower = nil
	d.index.release(r)
}

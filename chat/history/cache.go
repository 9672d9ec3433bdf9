package history

import "container/list"

// The newest entries of rooms that somebody spoke in lately stay in memory, so
// that whoever comes back after a short break is served without the disk.
const (
	maxCachedBytes = 32 << 20 // of all rooms
	maxCachedRoom  = 256      // entries
	entryOverhead  = 150      // bytes of an entry beside its data, about
)

// A cache holds the last entries of rooms, at the end of Room.newest. That of a
// log in memory is the log, and has no limit.
type cache struct {
	all   bool
	bytes int
	rooms list.List // of *room; who stored last is in front
}

func cost(e Entry) int {
	return len(e.Data) + len(e.Key) + len(e.Origin) + len(e.File) + entryOverhead
}

// add takes in the entry that was stored last in a room.
func (c *cache) add(r *room, e Entry) {
	r.newest = append(r.newest, e)
	if c.all {
		return
	}
	c.bytes += cost(e)
	if r.recent == nil {
		r.recent = c.rooms.PushFront(r)
	} else {
		c.rooms.MoveToFront(r.recent)
	}
	if len(r.newest) > maxCachedRoom {
		c.shrink(r, 1)
	}
	for c.bytes > maxCachedBytes {
		last := c.rooms.Back().Value.(*room)
		c.shrink(last, (len(last.newest)+1)/2)
	}
}

// shrink forgets the first entries of a room.
func (c *cache) shrink(r *room, n int) {
	for i := range n {
		c.bytes -= cost(r.newest[i])
	}
	clear(r.newest[:n]) // The array behind the slice keeps nothing alive.
	if r.newest = r.newest[n:]; len(r.newest) > 0 {
		return
	}
	r.newest = nil
	if r.recent != nil {
		c.rooms.Remove(r.recent)
		r.recent = nil
	}
}

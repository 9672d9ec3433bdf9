package history

import (
	"container/heap"
	"container/list"
	"strings"
)

// An index knows every entry that is kept, and where it is. The caller holds
// Disk.mu during all calls.
type index struct {
	retention Retention
	last      place // the last that was given to an entry of any room
	rooms     map[string]*room
	keys      keys
	cache     cache
	segments  segments
	oldest    byAge    // the rooms that keep entries
	largest   bySize   // the same
	bytes     int64    // of the entries that are kept
	ghosts    []*room  // rooms that became empty, in that order
	dropped   []drop   // files that nobody refers to any more, to be told
	unpinned  []string // rooms that lost their pin, whose files are to be removed
}

// A room is what the index knows about one room's log.
type room struct {
	name     string
	slots    []slot    // what is kept, in order
	newest   []Entry   // the entries of the last slots: the cache's
	files    []fileRef // what kept entries refer to, in order
	newestID place     // of the last entry that was stored or is being stored
	trimmed  place     // the last that is known to have been dropped or lost
	follower *follower
	recent   *list.Element // in index.cache.rooms, if it has newest
	writing  int           // entries that are being stored
	pin      *Entry        // what Pinned returns
	bytes    int64         // of the entries that are kept
	rank     int           // in index.oldest, or -1
	sizeRank int           // in index.largest, or -1
	ghost    bool          // it is in index.ghosts
}

// A slot is one entry that is kept. It has no pointers, so that the garbage
// collector passes over a large index.
type slot struct {
	ms      uint64
	key     key
	seq     uint32
	segment uint32 // segment.ref; 0 in memory
	at      uint32 // where its record is
	size    uint32 // of its record
}

// A fileRef says that an entry refers to an upload.
type fileRef struct {
	at   place
	name string
}

// A drop is a file of a room that no kept entry refers to.
type drop struct{ room, file string }

// maxGhosts bounds how many empty rooms are remembered, for the place of their
// last entry.
const maxGhosts = 10_000

func newIndex(r Retention, inMemory bool) index {
	return index{
		retention: r,
		rooms:     make(map[string]*room),
		keys:      newKeys(),
		cache:     cache{all: inMemory},
	}
}

func (s slot) place() place { return place{s.ms, s.seq} }

// room returns a room, which may be new.
func (x *index) room(name string) *room {
	r := x.rooms[name]
	if r == nil {
		r = &room{name: strings.Clone(name), rank: -1, sizeRank: -1}
		x.rooms[r.name] = r
	}
	return r
}

// store adds an entry to the end of a room.
func (x *index) store(r *room, s slot, file string) {
	r.slots = append(r.slots, s)
	r.newestID = s.place()
	if file != "" {
		r.files = append(r.files, fileRef{s.place(), strings.Clone(file)})
	}
	x.bytes += int64(s.size)
	r.bytes += int64(s.size)
	if in := x.segments.byRef[s.segment]; in != nil {
		in.live += int64(s.size)
	}
	x.keys.hold(s)
	if len(r.slots) == 1 {
		x.oldest.add(r)
		x.largest.add(r)
	} else {
		heap.Fix(&x.largest, r.sizeRank)
	}
}

// unwrite takes back that an entry is being stored.
func (x *index) unwrite(r *room) {
	r.writing--
	if r.newestID = r.trimmed; len(r.slots) > 0 {
		r.newestID = r.slots[len(r.slots)-1].place()
	}
	x.release(r)
}

// release forgets a room that nothing is known about. One that kept entries once
// stays for a while, so that those who come back learn what they missed.
func (x *index) release(r *room) {
	switch {
	case len(r.slots) > 0 || r.writing > 0 || r.follower != nil || r.ghost:
	case r.trimmed == place{}:
		delete(x.rooms, r.name)
	default:
		r.ghost = true
		x.ghosts = append(x.ghosts, r)
	}
}

// forgetGhosts keeps the number of empty rooms within bounds.
func (x *index) forgetGhosts() {
	for len(x.ghosts) > maxGhosts {
		r := x.ghosts[0]
		x.ghosts[0], x.ghosts = nil, x.ghosts[1:]
		r.ghost = false
		if len(r.slots) == 0 && r.writing == 0 && r.follower == nil {
			delete(x.rooms, r.name)
		}
	}
}

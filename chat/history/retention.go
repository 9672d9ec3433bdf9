package history

import (
	"container/heap"
	"time"
)

// retain drops what is more than the index may keep. It returns when the next
// entry will be too old, or the zero time.
func (x *index) retain(now time.Time) (next time.Time) {
	if age := x.retention.Age; age > 0 {
		until := uint64(max(now.Add(-age).UnixMilli(), 0))
		for len(x.oldest) > 0 && x.oldest[0].slots[0].ms < until {
			x.drop(x.oldest[0])
		}
		if len(x.oldest) > 0 {
			next = time.UnixMilli(int64(x.oldest[0].slots[0].ms)).Add(age)
		}
	}
	for len(x.oldest) > 0 && x.tooLarge(now) {
		// All of a segment at once, so that its file can go.
		for in := x.oldest[0].slots[0].segment; ; {
			x.drop(x.oldest[0])
			if in == 0 || len(x.oldest) == 0 || x.oldest[0].slots[0].segment != in {
				break
			}
		}
	}
	x.keys.forget(now)
	x.forgetGhosts()
	return next
}

// tooLarge reports whether the log takes more than it may, when all has been
// given back that can be.
func (x *index) tooLarge(now time.Time) bool {
	limit := x.retention.Bytes
	switch {
	case limit <= 0:
		return false
	case len(x.segments.list) == 0:
		return x.bytes > limit
	default:
		return x.segments.bytes > limit && x.segments.bytes-x.segments.reclaimable(now) > limit
	}
}

// trim drops what is more than a room may keep.
func (x *index) trim(r *room) {
	for x.retention.Messages > 0 && len(r.slots) > x.retention.Messages {
		x.drop(r)
	}
}

// drop drops the oldest entry of a room.
func (x *index) drop(r *room) {
	s := r.slots[0]
	if len(r.newest) == len(r.slots) {
		x.cache.shrink(r, 1)
	}
	r.slots = r.slots[1:]
	if r.trimmed.before(s.place()) { // Or else a later one is lost.
		r.trimmed = s.place()
	}
	x.bytes -= int64(s.size)
	if in := x.segments.byRef[s.segment]; in != nil {
		in.live -= int64(s.size)
	}
	x.keys.spend(s.key, s.place())
	if len(r.files) > 0 && r.files[0].at == s.place() {
		x.dropFile(r)
	}
	if len(r.slots) > 0 {
		heap.Fix(&x.oldest, r.rank)
		return
	}
	heap.Remove(&x.oldest, r.rank)
	r.slots, r.files = nil, nil
	if r.pin != nil {
		r.pin = nil
		x.unpinned = append(x.unpinned, r.name)
	}
	x.release(r)
}

// dropFile drops the first reference of a room, and the file with the last one.
func (x *index) dropFile(r *room) {
	name := r.files[0].name
	r.files = r.files[1:]
	x.letGo(r, name)
}

// letGo drops a file of a room, unless another entry refers to it.
func (x *index) letGo(r *room, name string) {
	for _, f := range r.files {
		if f.name == name {
			return
		}
	}
	x.dropped = append(x.dropped, drop{r.name, name})
}

// byAge is a heap of the rooms that keep entries: the room of the oldest entry
// comes first.
type byAge []*room

func (h *byAge) add(r *room) { heap.Push(h, r) }

func (h byAge) Len() int { return len(h) }

func (h byAge) Less(i, j int) bool {
	return h[i].slots[0].place().before(h[j].slots[0].place())
}

func (h byAge) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].rank, h[j].rank = i, j
}

func (h *byAge) Push(r any) {
	one := r.(*room)
	one.rank = len(*h)
	*h = append(*h, one)
}

func (h *byAge) Pop() any {
	last := len(*h) - 1
	one := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	one.rank = -1
	return one
}

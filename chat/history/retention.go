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
	if x.tooLarge(now, 0) {
		for len(x.oldest) > 0 && x.tooLarge(now, x.headroom()) {
			x.evict()
		}
	}
	x.keys.forget(now)
	x.forgetGhosts()
	return next
}

// tooLarge reports whether the log takes more than it may, but for so many bytes,
// when all has been given back that can be.
func (x *index) tooLarge(now time.Time, less int64) bool {
	limit := x.retention.Bytes - less
	switch {
	case x.retention.Bytes <= 0:
		return false
	case len(x.segments.list) == 0:
		return x.bytes > limit
	default:
		return x.segments.bytes > limit && x.segments.bytes-x.segments.reclaimable(now) > limit
	}
}

// headroom is how much more than needed is dropped at once when the log on disk
// is too large: what stays of the segments has to be rewritten.
func (x *index) headroom() int64 {
	if len(x.segments.list) == 0 {
		return 0
	}
	return x.retention.Bytes / 16
}

// evict drops the oldest entries of the largest room, so that a room which is
// flooded pays for it itself. The segment that is being written gives nothing
// back; a room that has all of its entries there is spared for the oldest one.
func (x *index) evict() {
	r := x.largest[0]
	if list := x.segments.list; len(list) > 0 && r.slots[0].segment == list[len(list)-1].ref {
		r = x.oldest[0]
	}
	in := r.slots[0].segment
	if one := x.segments.byRef[in]; one != nil {
		one.evicted = true
	}
	for x.drop(r); len(r.slots) > 0 && r == x.largest[0] && r.slots[0].segment == in && in != 0; {
		x.drop(r)
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
	r.bytes -= int64(s.size)
	if in := x.segments.byRef[s.segment]; in != nil {
		in.live -= int64(s.size)
	}
	x.keys.spend(s.key, s.place())
	if len(r.files) > 0 && r.files[0].at == s.place() {
		x.dropFile(r)
	}
	if len(r.slots) > 0 {
		heap.Fix(&x.oldest, r.rank)
		heap.Fix(&x.largest, r.sizeRank)
		return
	}
	heap.Remove(&x.oldest, r.rank)
	heap.Remove(&x.largest, r.sizeRank)
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

// bySize is a heap of the same rooms: that which takes most comes first.
type bySize []*room

func (h *bySize) add(r *room) { heap.Push(h, r) }

func (h bySize) Len() int { return len(h) }

func (h bySize) Less(i, j int) bool { return h[i].bytes > h[j].bytes }

func (h bySize) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].sizeRank, h[j].sizeRank = i, j
}

func (h *bySize) Push(r any) {
	one := r.(*room)
	one.sizeRank = len(*h)
	*h = append(*h, one)
}

func (h *bySize) Pop() any {
	last := len(*h) - 1
	one := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	one.sizeRank = -1
	return one
}

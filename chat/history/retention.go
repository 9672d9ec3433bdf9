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
	for x.retention.Bytes > 0 && x.bytes > x.retention.Bytes && len(x.oldest) > 0 {
		x.drop(x.oldest[0])
	}
	x.keys.forget(now)
	x.forgetGhosts()
	return next
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
		r.newest[0] = Entry{} // The array behind the slice keeps nothing alive.
		r.newest = r.newest[1:]
	}
	r.slots = r.slots[1:]
	r.trimmed = s.place()
	x.bytes -= int64(s.size)
	x.keys.spend(s.key, s.place())
	if len(r.files) > 0 && r.files[0].at == s.place() {
		x.dropFile(r)
	}
	if len(r.slots) > 0 {
		heap.Fix(&x.oldest, r.rank)
		return
	}
	heap.Remove(&x.oldest, r.rank)
	r.slots, r.newest, r.files = nil, nil, nil
	x.release(r)
}

// dropFile drops the first reference of a room, and the file with the last one.
func (x *index) dropFile(r *room) {
	name := r.files[0].name
	r.files = r.files[1:]
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

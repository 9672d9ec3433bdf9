package history

import (
	"context"
	"iter"
	"slices"
)

// maxPage and maxPageBytes bound what one read returns.
const (
	maxPage      = 1000
	maxPageBytes = 4 << 20
)

// After returns the entries of a room behind an ID, in order, limit at most (1
// to 1000) and as many as fit into 4 MiB, but one at least. More says that there
// are later ones; gap, that entries behind that ID are kept no more, or may have
// been there and the log does not know.
func (d *Disk) After(ctx context.Context, room string, after ID, limit int) (page []Entry, more, gap bool, err error) {
	from, err := after.place()
	if err != nil {
		return nil, false, false, err
	}
	if err := d.readable(ctx); err != nil {
		return nil, false, false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.index.rooms[room]
	if r == nil {
		return nil, false, after != "", nil
	}
	start, _ := r.find(from)
	if start < len(r.slots) && r.slots[start].place() == from {
		start++
	}
	end := start
	for size := 0; end < len(r.slots) && end-start < clampLimit(limit); end++ {
		if size += int(r.slots[end].size); size > maxPageBytes && end > start {
			break
		}
	}
	return r.entries(start, end), end < len(r.slots), r.gap(from), nil
}

// Before returns the last entries of a room in front of an ID, or of the end if
// that is empty: in order, limit at most (1 to 1000) and as many as fit into 4
// MiB, but one at least. More says that there are earlier ones.
func (d *Disk) Before(ctx context.Context, room string, before ID, limit int) (page []Entry, more bool, err error) {
	until, err := before.place()
	if err != nil {
		return nil, false, err
	}
	if err := d.readable(ctx); err != nil {
		return nil, false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.index.rooms[room]
	if r == nil {
		return nil, false, nil
	}
	end := len(r.slots)
	if before != "" {
		end, _ = r.find(until)
	}
	start := end
	for size := 0; start > 0 && end-start < clampLimit(limit); start-- {
		if size += int(r.slots[start-1].size); size > maxPageBytes && start < end {
			break
		}
	}
	return r.entries(start, end), start > 0, nil
}

// Files lists what the kept entries refer to, as it is now.
func (d *Disk) Files() iter.Seq2[string, string] {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []drop
	for _, r := range d.index.rooms {
		for _, f := range r.files {
			list = append(list, drop{r.name, f.name})
		}
	}
	return func(yield func(room, file string) bool) {
		for _, f := range list {
			if !yield(f.room, f.file) {
				return
			}
		}
	}
}

func (d *Disk) readable(ctx context.Context) error {
	if d.queue.isClosed() {
		return ErrClosed
	}
	return ctx.Err()
}

func clampLimit(limit int) int { return min(max(limit, 1), maxPage) }

// find returns the slot of a place, or where it would be.
func (r *room) find(at place) (int, bool) {
	return slices.BinarySearchFunc(r.slots, at, func(s slot, p place) int { return s.place().compare(p) })
}

// gap reports whether entries behind a place are kept no more. One that is older
// than all that the log knows of the room was there, and the log has forgotten
// it and what came next.
func (r *room) gap(from place) bool {
	if r.trimmed != (place{}) {
		return from.before(r.trimmed)
	}
	return from != place{} && (len(r.slots) == 0 || from.before(r.slots[0].place()))
}

func (r *room) entries(start, end int) []Entry {
	cached := len(r.slots) - len(r.newest)
	return slices.Clone(r.newest[start-cached : end-cached])
}

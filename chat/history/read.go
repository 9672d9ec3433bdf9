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
	for {
		ex, err := d.after(room, from, limit)
		if err != nil {
			return nil, false, false, err
		}
		page, err := d.read(ctx, ex)
		if len(page) > 0 || err != nil || !ex.more {
			return page, ex.more, ex.gap, err
		}
		from = ex.last() // All of it was damaged.
	}
}

// Before returns the last entries of a room in front of an ID, or of the end if
// that is empty: in order, limit at most (1 to 1000) and as many as fit into 4
// MiB, but one at least. More says that there are earlier ones.
func (d *Disk) Before(ctx context.Context, room string, before ID, limit int) (page []Entry, more bool, err error) {
	until, err := before.place()
	if err != nil {
		return nil, false, err
	}
	for {
		ex, err := d.before(room, until, limit)
		if err != nil {
			return nil, false, err
		}
		page, err := d.read(ctx, ex)
		if len(page) > 0 || err != nil || !ex.more {
			return page, ex.more, err
		}
		until = ex.slots[0].place() // All of it was damaged.
	}
}

// after takes the slots of a page behind a place.
func (d *Disk) after(room string, from place, limit int) (excerpt, error) {
	if d.queue.isClosed() {
		return excerpt{}, ErrClosed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.index.rooms[room]
	if r == nil {
		return excerpt{gap: from != place{}}, nil
	}
	start, found := r.find(from)
	if found {
		start++
	}
	end := start
	for size := 0; end < len(r.slots) && end-start < clampLimit(limit); end++ {
		if size += int(r.slots[end].size); size > maxPageBytes && end > start {
			break
		}
	}
	ex := d.index.excerpt(r, start, end)
	ex.more, ex.gap = end < len(r.slots), r.gap(from)
	return ex, nil
}

// before takes the slots of a page in front of a place.
func (d *Disk) before(room string, until place, limit int) (excerpt, error) {
	if d.queue.isClosed() {
		return excerpt{}, ErrClosed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.index.rooms[room]
	if r == nil {
		return excerpt{}, nil
	}
	end := len(r.slots)
	if until != (place{}) {
		end, _ = r.find(until)
	}
	start := end
	for size := 0; start > 0 && end-start < clampLimit(limit); start-- {
		if size += int(r.slots[start-1].size); size > maxPageBytes && start < end {
			break
		}
	}
	ex := d.index.excerpt(r, start, end)
	ex.more = start > 0
	return ex, nil
}

// first returns the entry that a room has for a key, as far as it is there.
func (d *Disk) first(room string, at place, text string) Entry {
	d.mu.Lock()
	var ex excerpt
	if r := d.index.rooms[room]; r != nil {
		if i, ok := r.find(at); ok {
			ex = d.index.excerpt(r, i, i+1)
		}
	}
	d.mu.Unlock()
	if page, err := d.read(context.Background(), ex); err == nil && len(page) == 1 {
		return page[0]
	}
	return Entry{ID: at.id(), Key: text}
}

// Find returns the ID of the entry that a room has for a Key, or had until an hour
// ago at least. An entry that is not stored yet is not found.
func (d *Disk) Find(_ context.Context, room, key string) (id ID, ok bool, err error) {
	if d.queue.isClosed() {
		return "", false, ErrClosed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.index.keys.find(d.index.keys.of(room, key))
	if !ok {
		return "", false, nil
	}
	return at.id(), true, nil
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

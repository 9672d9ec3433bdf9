package history

import "time"

// maxIdle is how long the writer sleeps at most while entries grow old: a
// computer that sleeps as well does not wake its timers early.
const maxIdle = time.Hour

// run is the writer. It ends when the queue is closed and empty.
func (d *Disk) run() {
	defer close(d.ended)
	timer := time.NewTimer(maxIdle)
	defer timer.Stop()
	var spare []item
	for {
		select {
		case <-d.queue.wake:
		case <-timer.C:
		}
		batch, closed := d.queue.take(spare)
		next := d.write(batch)
		if closed {
			return // Nothing can come after what was taken.
		}
		clear(batch)
		if spare = batch[:0]; cap(spare) > 4096 {
			spare = nil
		}
		timer.Reset(d.idle(next))
	}
}

// idle is how long the writer may sleep when the next entry is too old at a
// time.
func (d *Disk) idle(next time.Time) time.Duration {
	if next.IsZero() {
		return maxIdle
	}
	return min(max(next.Sub(d.options.Now()), time.Second), maxIdle)
}

// write stores what waits, tells everybody, and drops what is too much. It
// returns when the next entry will be too old.
func (d *Disk) write(batch []item) time.Time {
	now := d.options.Now()
	d.place(batch, now)
	next, dropped := d.keep(batch, now)
	for i := range batch {
		d.tell(batch, i)
	}
	for _, one := range dropped {
		d.options.Dropped(one.room, one.file)
	}
	return next
}

// place gives every new entry its place, and finds those that were there before.
func (d *Disk) place(batch []item, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := &d.index
	var firsts map[key]int
	for i := range batch {
		one := &batch[i]
		one.first = -1
		if one.key = x.keys.of(one.room, one.entry.Key); one.key != 0 {
			if at, ok := x.keys.find(one.key); ok {
				one.place, one.again = at, true
				one.entry = x.stored(one.room, at, one.entry.Key)
				continue
			}
			if first, ok := firsts[one.key]; ok {
				one.first, one.again = first, true
				continue
			}
			if firsts == nil {
				firsts = make(map[key]int)
			}
			firsts[one.key] = i
		}
		x.last = x.last.next(now.UnixMilli())
		one.place = x.last
		one.entry.ID = x.last.id()
		one.target = x.room(one.room)
		one.prev = one.target.newestID
		one.target.newestID = one.place
		one.target.writing++
	}
}

// keep puts the new entries into the index, and drops what is too much.
func (d *Disk) keep(batch []item, now time.Time) (next time.Time, dropped []drop) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := &d.index
	for i := range batch {
		one := &batch[i]
		if one.again {
			continue
		}
		r := one.target
		r.writing--
		one.follower = r.follower
		x.store(r, slot{ms: one.place.ms, seq: one.place.seq, size: uint32(one.bytes()), key: one.key}, one.entry)
		x.trim(r)
	}
	next = x.retain(now)
	dropped, x.dropped = x.dropped, nil
	return next, dropped
}

// tell delivers an entry and answers the one who sent it.
func (d *Disk) tell(batch []item, i int) {
	one := &batch[i]
	if one.first >= 0 {
		one.entry = batch[one.first].entry
	}
	if f := one.follower; f != nil && !f.gone.Load() {
		f.deliver(one.entry)
	}
	one.done(one.entry, one.again, nil)
}

// stored returns the entry of a key.
func (x *index) stored(name string, at place, text string) Entry {
	if r := x.rooms[name]; r != nil {
		if i, ok := r.find(at); ok {
			return r.newest[len(r.newest)-len(r.slots)+i]
		}
	}
	return Entry{ID: at.id(), Key: text}
}

package history

import "time"

// maxIdle is how long the writer sleeps at most while entries grow old: a
// computer that sleeps as well does not wake its timers early.
const maxIdle = time.Hour

// minIdle is how late it may drop one.
const minIdle = time.Second

// patience is how long the writer waits at most for those who had entries in the
// batch before, who are likely to have more. A sync costs the computer a tenth of
// that, whatever is synced. Whoever is alone never waits.
const patience = time.Millisecond

// run is the writer of a log on disk, and writes in memory what appenders left.
// It ends when the queue is closed and empty.
func (d *Disk) run() {
	defer close(d.ended)
	timer := time.NewTimer(maxIdle)
	defer timer.Stop()
	together := 0 // how many were under way when the last batch was written
	for {
		select {
		case <-d.queue.wake:
			if d.files != nil && together > 1 {
				timer.Reset(patience)
				d.queue.await(together, timer)
			}
		case <-timer.C:
		}
		wrote, idle, closed := d.turn()
		together = wrote + d.queue.len()
		if closed {
			d.end()
			return // Nothing can come after what was taken.
		}
		if d.files == nil && together > wrote {
			d.queue.signal() // Who added it found the log busy and left it.
		}
		timer.Reset(idle)
	}
}

// turn writes what waits, by the log's goroutine, and returns how long that may
// sleep now.
func (d *Disk) turn() (wrote int, idle time.Duration, closed bool) {
	d.writing.Lock()
	defer d.writing.Unlock()
	wrote, next, closed := d.writeWaiting()
	idle = d.idle(next)
	d.looks = d.options.Now().Add(idle)
	return wrote, idle, closed
}

// writeWaiting writes what waits. The caller holds d.writing.
func (d *Disk) writeWaiting() (wrote int, next time.Time, closed bool) {
	batch, closed := d.queue.take(d.spare)
	next = d.write(batch)
	clear(batch)
	if d.spare = batch[:0]; cap(batch) > 4096 {
		d.spare = nil
	}
	return len(batch), next, closed
}

// maxTurns is how often an appender writes what others added meanwhile, before it
// may go on with its own work.
const maxTurns = 4

// writeHere writes what waits in the goroutine of the one who appended, who would
// otherwise wake another one for a microsecond's work. Whoever finds somebody
// writing leaves it to them.
func (d *Disk) writeHere() {
	for range maxTurns {
		if d.queue.len() == 0 || !d.tryTurn() {
			return
		}
	}
	d.queue.signal()
}

// tryTurn is turn by somebody else, unless one is under way.
func (d *Disk) tryTurn() bool {
	if !d.writing.TryLock() {
		return false
	}
	defer d.writing.Unlock() // after a panic, too, from which the caller's caller recovers
	_, next, _ := d.writeWaiting()
	if !next.IsZero() && next.Add(minIdle).Before(d.looks) {
		d.queue.signal() // The log's goroutine would sleep too long.
	}
	return true
}

// end waits for the goroutine that rewrites segments, which ends soon because
// the queue is closed.
func (d *Disk) end() {
	d.background.Wait()
	if d.files != nil {
		d.files.close()
	}
}

// idle is how long the writer may sleep when the next entry is too old at a
// time.
func (d *Disk) idle(next time.Time) time.Duration {
	if next.IsZero() {
		return maxIdle
	}
	return min(max(next.Sub(d.options.Now()), minIdle), maxIdle)
}

// write stores what waits, tells everybody, and drops what is too much. It
// returns when the next entry will be too old. The caller holds d.writing.
func (d *Disk) write(batch []item) time.Time {
	now := d.options.Now()
	last, news := d.place(batch, now)
	d.recall(batch)
	var err error
	if d.files != nil {
		err = d.files.keep(batch, last, news)
	}
	next, dropped := d.settle(batch, err, now)
	for i := range batch {
		dropped = append(dropped, d.consequences(&batch[i])...)
	}
	if d.files != nil {
		d.files.fulfil(batch)
	}
	d.unpin()
	for i := range batch {
		tell(batch, i)
	}
	for _, one := range dropped {
		d.options.Dropped(one.room, one.file)
	}
	d.tidy(now)
	return next
}

// place gives every new entry its place, and finds those that were there before.
// It returns the last place before, and how many are new.
func (d *Disk) place(batch []item, now time.Time) (last place, news int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := &d.index
	last = x.last
	if len(d.firsts) > 1024 {
		d.firsts = make(map[key]int) // To clear a large one takes long, every time.
	}
	clear(d.firsts)
	for i := range batch {
		one := &batch[i]
		one.first = -1
		if one.key = x.keys.of(one.room, one.entry.Key); one.key != 0 {
			if at, ok := x.keys.find(one.key); ok {
				one.place, one.again = at, true
				continue
			}
			if first, ok := d.firsts[one.key]; ok {
				one.first, one.again = first, true
				continue
			}
			d.firsts[one.key] = i
		}
		news++
		x.last = x.last.next(now.UnixMilli())
		one.place = x.last
		one.entry.ID = x.last.id()
		one.target = x.room(one.room)
		one.prev = one.target.newestID
		one.target.newestID = one.place
		one.target.writing++
	}
	return last, news
}

// recall finds the first entries of those that are sent again.
func (d *Disk) recall(batch []item) {
	for i := range batch {
		if one := &batch[i]; one.again && one.first < 0 {
			one.entry = d.first(one.room, one.place, one.entry.Key)
		}
	}
}

// settle puts the new entries into the index, unless the disk did not take them,
// and drops what is too much.
func (d *Disk) settle(batch []item, err error, now time.Time) (next time.Time, dropped []drop) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := &d.index
	in := d.grown(err)
	for i := range batch {
		one := &batch[i]
		switch {
		case one.again:
			continue
		case err != nil:
			one.err, one.entry.ID = err, ""
			x.unwrite(one.target)
			continue
		case in == nil:
			one.size = uint32(one.bytes() + entryOverhead)
		}
		r := one.target
		r.writing--
		one.follower = r.follower
		x.store(r, slot{ms: one.place.ms, seq: one.place.seq, key: one.key, segment: in.number(), at: one.at, size: one.size}, one.entry.File)
		x.cache.add(r, one.entry)
		x.trim(r)
	}
	next = x.retain(now)
	dropped, x.dropped = x.dropped, nil
	return next, dropped
}

// grown is the segment that took a batch, brought up to date. There is none in
// memory. The caller holds d.mu.
func (d *Disk) grown(err error) *segment {
	if d.files == nil || d.files.active == nil || err != nil {
		return nil
	}
	in, all := d.files.active, &d.index.segments
	if in.ref == 0 {
		all.add(in)
	}
	if bytes := d.files.size - in.size; bytes > 0 {
		all.grow(in, bytes, d.index.last)
	}
	return in
}

// tell delivers an entry and answers the one who sent it.
func tell(batch []item, i int) {
	one := &batch[i]
	if one.first >= 0 {
		first := &batch[one.first]
		one.err = first.err
		if one.err == nil {
			one.entry = first.entry
		}
	}
	if f := one.follower; f != nil && !f.gone.Load() {
		f.deliver(one.entry)
	}
	one.done(one.entry, one.again && one.err == nil, one.err)
}

package history

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"
)

const (
	// rewriteStep is how many records the index is asked about at once, so that
	// the writer waits for microseconds.
	rewriteStep = 256
	// maxKeysBytes bounds the keys of dropped entries on disk, for a log without
	// a limit. Others may fill an eighth of theirs.
	maxKeysBytes = 64 << 20
)

var errStopped = errors.New("the log is being closed")

// A rewriter puts what is needed of a run of segments into one, which takes
// their place. At any moment the folder holds the old ones or the new one, whole:
// the new one gets the name by which it stands for the others when it is complete
// and on the disk.
type rewriter struct {
	disk *Disk
	run  []*segment
	now  time.Time

	target *segment
	bytes  []byte // of target
	moves  []move
	keys   int64 // bytes that keys of dropped entries may still take
}

// A move is an entry that goes into the new segment.
type move struct {
	room  string
	place place
	from  *segment
	at    uint32
}

func (d *Disk) newRewriter(run []*segment) *rewriter {
	name := segmentName{first: run[0].name.first, last: run[len(run)-1].name.last}
	for _, one := range run {
		name.generation = max(name.generation, one.name.generation+1)
	}
	w := &rewriter{disk: d, run: run, now: d.options.Now(), keys: maxKeysBytes}
	if limit := d.options.Retention.Bytes; limit > 0 {
		w.keys = limit / 8
	}
	w.target = &segment{name: name, path: name.in(d.files.dir), marker: newMarker(), busy: true}
	d.mu.Lock()
	defer d.mu.Unlock()
	w.bytes = appendHeader(nil, header{marker: w.target.marker, last: d.index.last})
	for _, one := range d.index.segments.list {
		w.keys -= one.keys
	}
	return w
}

// rewrite does all of it.
func (w *rewriter) rewrite() error {
	for _, one := range w.run {
		if w.disk.queue.isClosed() {
			return errStopped
		}
		if err := w.gather(one); err != nil {
			return fmt.Errorf("reading a segment: %w", err)
		}
	}
	if len(w.bytes) > headerBytes {
		if err := w.write(); err != nil {
			return fmt.Errorf("rewriting a segment: %w", err)
		}
	}
	w.replace()
	return nil
}

// gather takes over what is needed of a segment.
func (w *rewriter) gather(from *segment) error {
	b, err := readFile(from.path, from.size)
	if err != nil {
		return err
	}
	var part []record
	end, damaged := scan(b, from.marker, headerBytes, func(r record, _, _ int) {
		if part = append(part, r); len(part) == rewriteStep {
			w.take(part, from)
			part = part[:0]
		}
	})
	w.take(part, from)
	if damaged += len(b) - end; damaged > 0 {
		w.disk.noteDamage(from, slog.Int("bytes", damaged))
	}
	return nil
}

// take takes over what is needed of some records.
func (w *rewriter) take(part []record, from *segment) {
	for i, kind := range w.needed(part, from) {
		r, at := part[i], len(w.bytes)
		switch kind {
		case entryRecord:
			w.bytes = appendRecord(w.bytes, w.target.marker, r)
			w.moves = append(w.moves, move{r.room, r.place, from, uint32(at)})
		case keyRecord:
			w.bytes = appendRecord(w.bytes, w.target.marker, record{kind: keyRecord, place: r.place, room: r.room, key: r.key})
			size := int64(len(w.bytes) - at)
			w.target.keys += size
			w.keys -= size
		default:
			continue
		}
		w.target.newest = later(w.target.newest, r.place)
	}
}

// needed says as what kind each record is needed, if at all.
func (w *rewriter) needed(part []record, from *segment) []byte {
	kinds := make([]byte, len(part))
	young := uint64(w.now.Add(-keepKeys).UnixMilli())
	x := &w.disk.index
	w.disk.mu.Lock()
	defer w.disk.mu.Unlock()
	for i, rec := range part {
		if r := x.rooms[rec.room]; r != nil {
			if at, ok := r.find(rec.place); ok {
				if r.slots[at].segment == from.ref {
					kinds[i] = entryRecord
				}
				continue
			}
		}
		if at, ok := x.keys.find(x.keys.of(rec.room, rec.key)); ok && at == rec.place && at.ms > young && w.keys > 0 {
			kinds[i] = keyRecord
		}
	}
	return kinds
}

// write brings the new segment to the disk.
func (w *rewriter) write() error {
	path := w.target.path
	temp := path + newSuffix
	_ = os.Remove(temp) // One may be left of a try that failed.
	f, err := makeFile(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(w.bytes)
	err = errors.Join(err, w.disk.files.syncAll(f), f.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = w.disk.files.syncFolder()
	}
	if err != nil {
		_ = os.Remove(temp)
		_ = os.Remove(path)
	}
	return err
}

// replace puts the new segment in the place of the old ones.
func (w *rewriter) replace() {
	x := &w.disk.index
	if len(w.bytes) > headerBytes {
		w.disk.mu.Lock()
		x.segments.add(w.target)
		w.disk.mu.Unlock()
		for part := range slices.Chunk(w.moves, rewriteStep) {
			w.adopt(part)
		}
	}
	w.disk.mu.Lock()
	if w.target.ref != 0 {
		x.segments.grow(w.target, int64(len(w.bytes)), w.target.newest)
		w.target.busy = false
	}
	gone := x.segments.remove(w.run)
	w.disk.mu.Unlock()
	w.disk.removeFiles(gone)
}

// adopt tells the index where some entries are now. They may have been dropped
// meanwhile.
func (w *rewriter) adopt(part []move) {
	x := &w.disk.index
	w.disk.mu.Lock()
	defer w.disk.mu.Unlock()
	for _, m := range part {
		r := x.rooms[m.room]
		if r == nil {
			continue
		}
		i, ok := r.find(m.place)
		if !ok || r.slots[i].segment != m.from.ref {
			continue
		}
		s := &r.slots[i]
		s.segment, s.at = w.target.ref, m.at
		m.from.live -= int64(s.size)
		w.target.live += int64(s.size)
	}
}

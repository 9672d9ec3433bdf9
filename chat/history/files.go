package history

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
)

// Segments are ended at this size, or at a sixteenth of what the log may take
// on disk, so that space comes back in small steps.
const (
	maxSegmentBytes = 8 << 20
	minSegmentBytes = 64 << 10
)

// files are how the writer brings entries to the disk. The writer owns all of
// it.
type files struct {
	dir          string
	log          *slog.Logger
	segmentBytes int64
	sync         func(*os.File) error // for what a segment holds
	syncAll      func(*os.File) error // for names, too

	active *segment // nil: the next batch begins one
	file   *os.File // of active
	size   int64    // of file, as far as it is good
	number uint32   // the highest that a segment has
	cuts   []cut    // segments whose end is not good, and could not be cut off
	buffer []byte
	broken bool // the last batch could not be stored

	intents []intent // that are noted on the disk
}

func newFiles(o Options) *files {
	size := o.segmentBytes
	if size == 0 {
		size = maxSegmentBytes
		if all := o.Retention.Bytes; all > 0 {
			size = min(size, max(all/16, minSegmentBytes))
		}
	}
	f := &files{dir: o.Dir, log: o.Log, segmentBytes: size, sync: datasync, syncAll: (*os.File).Sync}
	if o.sync != nil {
		f.sync, f.syncAll = o.sync, o.sync
	}
	return f
}

// store brings the new entries of a batch to the disk, all or none. Without an
// error they are safe.
func (f *files) store(batch []item, last place) error {
	if f.active == nil || f.size >= f.segmentBytes {
		if err := f.begin(); err != nil {
			return f.note(fmt.Errorf("making a segment: %w", err))
		}
	}
	return f.note(f.write(f.encode(batch, last)))
}

// encode makes the bytes of a batch, and tells the items where they will be.
func (f *files) encode(batch []item, last place) []byte {
	b := f.buffer[:0]
	if f.size == 0 {
		b = appendHeader(b, header{marker: f.active.marker, last: last, cuts: f.cuts})
	}
	for i := range batch {
		one := &batch[i]
		if one.again {
			continue
		}
		from := len(b)
		b = appendRecord(b, f.active.marker, record{
			kind: entryRecord, place: one.place, prev: one.prev,
			room: one.room, key: one.entry.Key, file: one.entry.File, data: one.entry.Data,
		})
		one.at, one.size = uint32(f.size)+uint32(from), uint32(len(b)-from)
	}
	if f.buffer = b; cap(b) > 4<<20 {
		f.buffer = nil
	}
	return b
}

// write writes bytes to the end of the active segment. What it cannot write whole
// it takes back.
func (f *files) write(b []byte) error {
	if _, err := f.file.WriteAt(b, f.size); err != nil {
		// A full disk leaves a half record. What was there before is safe.
		if f.size == 0 || f.file.Truncate(f.size) != nil || f.sync(f.file) != nil {
			f.abandon()
		}
		return fmt.Errorf("writing a segment: %w", err)
	}
	err := f.sync(f.file)
	if err == nil && f.size == 0 {
		err = f.syncFolder()
	}
	if err != nil {
		// Nobody knows what is on the disk now, and a second try would report
		// success without having written it.
		f.abandon()
		return fmt.Errorf("bringing a segment to the disk: %w", err)
	}
	f.size += int64(len(b))
	return nil
}

// begin begins a segment, and ends the one before.
func (f *files) begin() error {
	if f.file != nil {
		_ = f.file.Close() // All of it is synced.
		f.active, f.file = nil, nil
	}
	f.heal()
	if len(f.cuts) == maxCuts {
		return errors.New("several segments cannot be repaired")
	}
	f.number++
	name := segmentName{first: f.number, last: f.number}
	file, err := makeFile(name.in(f.dir))
	if err != nil {
		return err
	}
	f.active = &segment{name: name, path: name.in(f.dir), marker: newMarker()}
	f.file, f.size = file, 0
	return nil
}

// abandon ends the active segment at its good part.
func (f *files) abandon() {
	_ = f.file.Close() // Nothing in it is to be trusted.
	f.cuts = append(f.cuts, cut{f.active.name.first, f.size})
	f.active, f.file = nil, nil
	f.heal()
}

// heal cuts off what was left behind the good part of segments.
func (f *files) heal() {
	var left []cut
	for _, c := range f.cuts {
		if f.apply(c) != nil {
			left = append(left, c)
		}
	}
	f.cuts = left
}

// apply ends a segment at its good part, on the disk. One that was rewritten or
// removed meanwhile has no bad part any more.
func (f *files) apply(c cut) error {
	path := segmentName{first: c.number, last: c.number}.in(f.dir)
	if c.size == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return f.syncFolder()
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	// Also when it has that size already: it may not be so on the disk.
	info, err := file.Stat()
	if err == nil && info.Size() >= c.size {
		err = errors.Join(file.Truncate(c.size), f.sync(file))
	}
	return errors.Join(err, file.Close())
}

// note says in the log when the disk fails, and when it is well again, and gives
// a failure the name that callers know.
func (f *files) note(err error) error {
	if err != nil && !f.broken {
		f.log.Error("messages cannot be stored and are refused; free space on the disk, or repair it", "path", f.dir, "error", err)
	}
	if err == nil && f.broken {
		f.log.Info("messages are stored again")
	}
	if f.broken = err != nil; f.broken {
		return ErrUnavailable
	}
	return nil
}

// close ends the writing.
func (f *files) close() {
	if f.file != nil {
		_ = f.file.Close() // All of it is synced.
	}
}

package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
)

// An excerpt is a page of a room's log that is about to be read. It holds the
// files that it needs, so that they stay until it has been read, whatever is
// dropped meanwhile; see Disk.read.
type excerpt struct {
	slots    []slot // all
	cached   []Entry
	segments []*segment // of the slots that are not cached; nil where it is lost

	more, gap bool
}

// excerpt takes slots of a room. The caller holds Disk.mu, and must read it.
func (x *index) excerpt(r *room, start, end int) excerpt {
	uncached := len(r.slots) - len(r.newest)
	ex := excerpt{slots: slices.Clone(r.slots[start:end])}
	if end > uncached {
		ex.cached = slices.Clone(r.newest[max(start-uncached, 0) : end-uncached])
	}
	for _, s := range ex.slots[:len(ex.slots)-len(ex.cached)] {
		in := x.segments.byRef[s.segment]
		if in != nil {
			in.readers++
		}
		ex.segments = append(ex.segments, in)
	}
	return ex
}

func (ex excerpt) last() place { return ex.slots[len(ex.slots)-1].place() }

// read returns the entries of an excerpt, without those that are damaged, and
// gives the files back.
func (d *Disk) read(ctx context.Context, ex excerpt) ([]Entry, error) {
	if len(ex.segments) == 0 {
		return ex.cached, ctx.Err()
	}
	defer d.giveBack(ex.segments)
	open := make(map[*segment]*os.File)
	defer func() {
		for _, f := range open {
			_ = f.Close() // It was only read.
		}
	}()
	page := make([]Entry, 0, len(ex.slots))
	for i, in := range ex.segments {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if in == nil {
			continue
		}
		if open[in] == nil {
			f, err := os.Open(in.path)
			if errors.Is(err, fs.ErrNotExist) {
				d.noteDamage(in, slog.Any("error", err))
				continue
			}
			if err != nil {
				d.options.Log.Error("messages cannot be read", "error", err)
				return nil, ErrUnavailable
			}
			open[in] = f
		}
		e, err := readSlot(open[in], in.marker, ex.slots[i])
		if errors.Is(err, errDamaged) { // It may have been blanked at this moment.
			e, err = readSlot(open[in], in.marker, ex.slots[i])
		}
		if err != nil {
			d.noteDamage(in, slog.Any("error", err))
			continue
		}
		page = append(page, e)
	}
	return append(page, ex.cached...), nil
}

// noteDamage says in the log, once, that a segment is damaged.
func (d *Disk) noteDamage(in *segment, what slog.Attr) {
	if !in.damaged.Swap(true) {
		d.options.Log.LogAttrs(context.Background(), slog.LevelError, "messages are lost: part of the log is damaged",
			slog.String("path", in.path), what)
	}
}

// readSlot reads the entry of a slot from its file.
func readSlot(f *os.File, m marker, s slot) (Entry, error) {
	b := make([]byte, s.size)
	if _, err := f.ReadAt(b, int64(s.at)); err != nil {
		return Entry{}, err
	}
	r, _, err := cutRecord(b, m)
	if err == nil && (r.place != s.place() || r.kind != entryRecord) {
		err = fmt.Errorf("%w: it is another one", errDamaged)
	}
	if err != nil {
		return Entry{}, err
	}
	return r.entry(), nil
}

// giveBack tells segments that a reader is done. The last one of a dead segment
// removes the file.
func (d *Disk) giveBack(list []*segment) {
	var gone []*segment
	d.mu.Lock()
	for _, in := range list {
		if in == nil {
			continue
		}
		if in.readers--; in.dead && in.readers == 0 {
			gone = append(gone, in)
		}
	}
	d.mu.Unlock()
	d.removeFiles(gone)
}

// removeFiles removes the files of dead segments that nobody reads. One that
// stays is found again at the next start.
func (d *Disk) removeFiles(list []*segment) {
	for _, in := range list {
		if err := os.Remove(in.path); err != nil {
			d.options.Log.Warn("a file of the log cannot be removed", "error", err)
		}
	}
}

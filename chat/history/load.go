package history

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
)

// load reads the folder of a log and fills the index. It is called once, before
// the writer begins.
func (d *Disk) load() error {
	f := d.files
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	if err := f.allowCopies(); err != nil {
		return err
	}
	names, err := f.list()
	if err != nil {
		return err
	}
	all, err := f.headers(names)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		f.cuts = all[len(all)-1].header.cuts
		f.heal()
	}
	for i, one := range all {
		if err := d.loadSegment(one, i == len(all)-1); err != nil {
			return err
		}
		d.index.retain(d.options.Now())
	}
	if err := d.loadPins(); err != nil {
		return err
	}
	if err := d.finishIntents(); err != nil {
		return err
	}
	for _, r := range d.index.rooms {
		d.index.release(r)
	}
	d.index.dropped, d.index.unpinned = nil, nil
	return f.syncFolder()
}

// A found is a segment that was there at the start.
type found struct {
	name   segmentName
	header header
}

// list finds the segments of the folder, in order. It removes what a crash left
// of one that was being rewritten, before and after.
func (f *files) list() ([]segmentName, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	var names []segmentName
	for _, e := range entries {
		name, suffix, ok := parseSegmentName(e.Name())
		if !ok || !e.Type().IsRegular() {
			continue // It is somebody's own.
		}
		f.number = max(f.number, name.last)
		switch suffix {
		case "":
			names = append(names, name)
		case newSuffix:
			if err := os.Remove(filepath.Join(f.dir, e.Name())); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(names, func(a, b segmentName) int { return cmp.Compare(a.first, b.first) })
	var list []segmentName
	for _, n := range names {
		if !slices.ContainsFunc(names, func(o segmentName) bool { return o.covers(n) }) {
			list = append(list, n)
		} else if err := os.Remove(n.in(f.dir)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// headers reads the start of every segment. One without is put aside, or removed
// if nothing else is in it.
func (f *files) headers(names []segmentName) ([]found, error) {
	var all []found
	for _, name := range names {
		path := name.in(f.dir)
		h, empty, err := readHeader(path)
		switch {
		case err == nil:
			all = append(all, found{name, h})
		case !errors.Is(err, errNoHeader):
			return nil, err
		case empty:
			if err := os.Remove(path); err != nil {
				return nil, err
			}
		default:
			f.log.Error("messages are lost: a file of the log is damaged and was put aside", "path", path+damagedSuffix)
			if err := os.Rename(path, path+damagedSuffix); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// readHeader reads the header of a segment. Empty says that there is nothing else
// in the file either, as after a crash: no whole header, or nothing but zeros.
func readHeader(path string) (h header, empty bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return header{}, false, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, int64(headerBytes)))
	if err != nil {
		return header{}, false, err
	}
	if h, err = parseHeader(b); err == nil {
		return h, false, nil
	}
	rest, readErr := io.ReadAll(file)
	empty = len(b) < headerBytes || len(bytes.Trim(b, "\x00"))+len(bytes.Trim(rest, "\x00")) == 0
	return header{}, empty, errors.Join(&os.PathError{Op: "reading", Path: path, Err: err}, readErr)
}

// loadSegment takes the records of a segment into the index. The last one goes
// on being written.
func (d *Disk) loadSegment(one found, last bool) error {
	f, x := d.files, &d.index
	path := one.name.in(f.dir)
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	size := info.Size()
	for _, c := range f.cuts {
		if one.name == (segmentName{first: c.number, last: c.number}) {
			size = min(size, c.size)
		}
	}
	b, err := readFile(path, size)
	if err != nil {
		return err
	}
	s := &segment{name: one.name, path: path, marker: one.header.marker, size: size}
	x.segments.add(s)
	x.last = later(x.last, one.header.last)
	end, damaged := scan(b, s.marker, headerBytes, func(r record, at, size int) { x.load(r, s, at, size) })
	torn := len(b) - end
	if last {
		if err := f.resume(s, end); err != nil {
			return err
		}
		x.segments.bytes -= int64(torn)
		s.size = int64(end)
	} else {
		damaged += torn
	}
	if last && torn > 0 {
		f.log.Warn("the log ended in a message that was not stored yet, as after a crash; it was cut off", "path", path, "bytes", torn)
	}
	if damaged > 0 {
		d.noteDamage(s, slog.Int("bytes", damaged))
	}
	return nil
}

// resume goes on writing a segment behind its good part. What was read from it
// may not be on the disk yet, if only the server was killed.
func (f *files) resume(s *segment, end int) error {
	file, err := os.OpenFile(s.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Truncate(int64(end)), f.sync(file)); err != nil {
		return errors.Join(err, file.Close())
	}
	f.active, f.file, f.size = s, file, int64(end)
	return nil
}

// load takes a record into the index.
func (x *index) load(rec record, in *segment, at, size int) {
	x.last = later(x.last, rec.place)
	in.newest = later(in.newest, rec.place)
	r := x.room(rec.room)
	if !r.newestID.before(rec.place) {
		return // It is there already.
	}
	if r.newestID.before(rec.prev) {
		r.trimmed = rec.prev // That one is gone, as it is dropped or damaged.
	}
	one := slot{
		ms: rec.place.ms, seq: rec.place.seq, key: x.keys.of(rec.room, rec.key),
		segment: in.ref, at: uint32(at), size: uint32(size),
	}
	if rec.kind == keyRecord {
		r.newestID, r.trimmed = rec.place, rec.place
		in.keys += int64(size)
		x.keys.hold(one)
		x.keys.spend(one.key, rec.place)
		return
	}
	x.store(r, one, rec.file)
	x.trim(r)
}

func later(a, b place) place {
	if a.before(b) {
		return b
	}
	return a
}

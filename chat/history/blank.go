package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
)

// consequences does what an entry that is stored asks for beside being kept. It
// returns the files that nobody refers to any more. The disk may break between:
// then its sender is refused, and will try the entry again, so that all of this is
// done for one that was there before as well. After a crash the next start does it.
func (d *Disk) consequences(one *item) (dropped []drop) {
	if one.err != nil || one.first >= 0 {
		return nil
	}
	for _, b := range one.blanks {
		if b.ID >= one.entry.ID {
			continue // It came later than this one, which is tried again.
		}
		gone, err := d.blank(one.room, b)
		if err != nil {
			d.options.Log.Error("what was taken back cannot be removed from the log; it is tried again", "error", err)
			one.err = ErrUnavailable
		}
		dropped = append(dropped, gone...)
	}
	if one.pin {
		if err := d.setPin(one.room, one.entry); err != nil {
			d.options.Log.Error("the title of a room cannot be kept; it is tried again", "error", err)
			one.err = ErrUnavailable
		}
	}
	return dropped
}

// blank takes away what an entry said, in memory and on the disk, where its
// record is overwritten. It is the writer's. No segment is rewritten meanwhile,
// which could bring back what was read before.
func (d *Disk) blank(name string, b Blank) (dropped []drop, err error) {
	at, err := b.ID.place()
	if err != nil {
		return nil, nil
	}
	d.background.Wait()
	d.mu.Lock()
	x := &d.index
	r := x.rooms[name]
	if r == nil {
		d.mu.Unlock()
		return nil, nil
	}
	i, ok := r.find(at)
	if !ok { // It has been dropped.
		d.mu.Unlock()
		return nil, nil
	}
	s := r.slots[i]
	if cached := i - (len(r.slots) - len(r.newest)); cached >= 0 {
		x.cache.blank(&r.newest[cached], b)
	}
	if b.DropFile {
		dropped = x.forgetFile(r, at)
	}
	in := x.segments.byRef[s.segment]
	d.mu.Unlock()
	if d.files == nil || in == nil {
		return dropped, nil
	}
	return dropped, d.files.overwrite(in, s, b)
}

// blank changes an entry that is in memory. Whoever read it before has the
// bytes that were there.
func (c *cache) blank(e *Entry, b Blank) {
	before := cost(*e)
	e.Data = slices.Clone(b.Data)
	if b.DropFile {
		e.File = ""
	}
	if !c.all {
		c.bytes += cost(*e) - before
	}
}

// forgetFile drops the reference of an entry to a file.
func (x *index) forgetFile(r *room, at place) []drop {
	i := slices.IndexFunc(r.files, func(f fileRef) bool { return f.at == at })
	if i < 0 {
		return nil
	}
	name := r.files[i].name
	r.files = slices.Delete(r.files, i, i+1)
	x.letGo(r, name)
	gone := x.dropped
	x.dropped = nil
	return gone
}

// overwrite puts a record of the same length in the place of an entry's. A
// machine that fails in the middle of it has damaged the record of an entry that
// was to say nothing.
func (f *files) overwrite(in *segment, s slot, b Blank) error {
	file, err := os.OpenFile(in.path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = f.overwriteIn(file, in.marker, s, b)
	return errors.Join(err, file.Close())
}

func (f *files) overwriteIn(file *os.File, m marker, s slot, b Blank) error {
	old := make([]byte, s.size)
	if _, err := file.ReadAt(old, int64(s.at)); err != nil {
		return fmt.Errorf("reading a record: %w", err)
	}
	r, _, err := cutRecord(old, m)
	if err != nil || r.place != s.place() {
		return nil // It is damaged, so it cannot be read.
	}
	r.data = b.Data
	if b.DropFile {
		r.file = ""
	}
	if _, err := file.WriteAt(appendBlanked(nil, m, r, len(old)), int64(s.at)); err != nil {
		return fmt.Errorf("overwriting a record: %w", err)
	}
	return f.sync(file)
}

// appendBlanked appends a record that is so many bytes long.
func appendBlanked(b []byte, m marker, r record, size int) []byte {
	room := size - recordHead
	if r.bodyBytes() > room {
		r.data = nil
	}
	r.kind = entryRecord
	more := room - r.bodyBytes()
	switch {
	case more == 0:
	case more <= math.MaxUint8:
		r.kind = shorterRecord
		r.data = append(slices.Clone(r.data), make([]byte, more)...)
		r.data[len(r.data)-1] = byte(more)
	default:
		r.kind = shortRecord
		r.data = append(slices.Clone(r.data), make([]byte, more)...)
		binary.LittleEndian.PutUint32(r.data[len(r.data)-4:], uint32(more))
	}
	return appendRecord(b, m, r)
}

// cutPadding cuts off what a blanked record has too much, and makes it one as
// any other.
func (r *record) cutPadding(b []byte) ([]byte, error) {
	padding := 0
	switch r.kind {
	case entryRecord, keyRecord:
	case shorterRecord:
		padding = int(b[len(b)-1])
		r.kind = entryRecord
	case shortRecord:
		padding = int(binary.LittleEndian.Uint32(b[len(b)-4:]))
		r.kind = entryRecord
	default:
		return nil, fmt.Errorf("%w: it is of kind %d", errDamaged, r.kind)
	}
	if padding > len(b)-recordBodyHead {
		return nil, errDamaged
	}
	return b[:len(b)-padding], nil
}

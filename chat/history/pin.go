package history

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// A pinned entry outlives its place in the log. On the disk each has a file of
// its own, since there is one a room at most and it seldom changes: the log that
// is written to its end has no place for what stays.
const pinSuffix = ".pin"

type pinFile struct {
	Room string `json:"room"`
	ID   ID     `json:"id"`
	Data []byte `json:"data"`
}

// Pinned returns the entry of a room that was pinned last, if there is one, with
// its ID and its Data only.
func (d *Disk) Pinned(_ context.Context, room string) (e Entry, ok bool, err error) {
	if d.queue.isClosed() {
		return Entry{}, false, ErrClosed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.index.rooms[room]; r != nil && r.pin != nil {
		return *r.pin, true, nil
	}
	return Entry{}, false, nil
}

// setPin pins an entry. It is the writer's.
func (d *Disk) setPin(name string, e Entry) error {
	pin := &Entry{ID: e.ID, Data: e.Data}
	d.mu.Lock()
	r := d.index.rooms[name]
	if r == nil || len(r.slots) == 0 || r.pin != nil && r.pin.ID >= e.ID || len(e.Data) == 0 {
		d.mu.Unlock()
		return nil // It was dropped since, or is tried again.
	}
	before := r.pin
	r.pin = pin
	d.mu.Unlock()
	if d.files == nil {
		return nil
	}
	err := d.files.writePin(pinFile{name, e.ID, e.Data})
	if err != nil { // So that the next try writes it.
		d.mu.Lock()
		r.pin = before
		d.mu.Unlock()
	}
	return err
}

// unpin removes the files of rooms of which nothing is kept any more. It is the
// writer's.
func (d *Disk) unpin() {
	d.mu.Lock()
	rooms := d.index.unpinned
	d.index.unpinned = nil
	d.mu.Unlock()
	if d.files == nil {
		return
	}
	for _, room := range rooms {
		_ = os.Remove(d.files.pinPath(room)) // The next start removes what is left.
	}
}

func (f *files) pinPath(room string) string {
	sum := sha256.Sum256([]byte(room))
	return filepath.Join(f.dir, hex.EncodeToString(sum[:16])+pinSuffix)
}

func (f *files) writePin(p pinFile) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return f.replace(f.pinPath(p.Room), b)
}

// loadPins reads the pins of rooms that keep entries, and removes the others.
func (d *Disk) loadPins() error {
	entries, err := os.ReadDir(d.files.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), newSuffix)
		if !strings.HasSuffix(name, pinSuffix) || !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(d.files.dir, e.Name())
		var p pinFile
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		kept := json.Unmarshal(b, &p) == nil && path == d.files.pinPath(p.Room)
		r := d.index.rooms[p.Room]
		if _, err := ParseID(string(p.ID)); err != nil || !kept || r == nil || len(r.slots) == 0 {
			if err := os.Remove(path); err != nil {
				return err
			}
			continue
		}
		r.pin = &Entry{ID: p.ID, Data: p.Data}
	}
	return nil
}

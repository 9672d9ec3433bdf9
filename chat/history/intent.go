package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// An intent is what an entry is going to take away. It is on the disk before the
// entry is: a machine that fails when the entry is stored, and what it takes away
// is still there, does the rest on its next start. Nobody may try again who has
// seen that the message is deleted.
type intent struct {
	Room   string  `json:"room"`
	ID     ID      `json:"id"` // of the entry; without it nothing is taken away
	Blanks []Blank `json:"blanks"`

	done bool
}

const intentName = "blanks.todo"

// maxIntents bounds what is noted while the folder is copied: the file is written
// anew for each batch.
const maxIntents = 10_000

// keep stores a batch with some new entries, behind what it is going to do.
func (f *files) keep(batch []item, last place, news int) error {
	before := len(f.intents)
	if err := f.intend(batch); err != nil {
		return f.note(err)
	}
	if news == 0 {
		return nil
	}
	err := f.store(batch, last)
	if err != nil {
		f.intents = f.intents[:before] // What is not in the log takes nothing away.
	}
	return err
}

// intend notes what a batch takes away, beside what an earlier one could not.
func (f *files) intend(batch []item) error {
	before := len(f.intents)
	for i := range batch {
		one := &batch[i]
		noted := func(i intent) bool { return i.ID == one.entry.ID }
		if len(one.blanks) > 0 && one.first < 0 && !slices.ContainsFunc(f.intents, noted) {
			f.intents = append(f.intents, intent{Room: one.room, ID: one.entry.ID, Blanks: one.blanks})
		}
	}
	if len(f.intents) == before {
		return nil
	}
	if err := f.noteIntents(); err != nil {
		f.intents = f.intents[:before]
		return fmt.Errorf("noting what is to be taken back: %w", err)
	}
	return nil
}

// fulfil forgets the intents that are done, unless somebody copies the folder (see
// Hold). One that failed stays until its sender tries again, or until the next
// start, which does it: its text is on the disk still.
func (f *files) fulfil(batch []item) {
	for i := range batch {
		if one := &batch[i]; len(one.blanks) > 0 && one.err == nil && one.first < 0 {
			f.noteDone(one)
		}
	}
	if !slices.ContainsFunc(f.intents, func(i intent) bool { return i.done }) {
		return
	}
	err := f.uncopied(f.forgetIntents)
	if err != nil && len(f.intents) > maxIntents {
		f.log.Warn("the log is being copied for long; what is taken back meanwhile may stay in the copy", "error", err)
		_ = f.forgetIntents()
	}
}

// noteDone notes that what an entry takes away is gone. An older intent must not
// bring another text to where the entry has put its own.
func (f *files) noteDone(one *item) {
	for i := range f.intents {
		other := &f.intents[i]
		switch {
		case other.Room != one.room:
		case other.ID == one.entry.ID:
			other.done = true
		case other.ID < one.entry.ID:
			other.Blanks = slices.DeleteFunc(slices.Clone(other.Blanks), func(b Blank) bool {
				return slices.ContainsFunc(one.blanks, func(newer Blank) bool { return newer.ID == b.ID })
			})
			other.done = other.done || len(other.Blanks) == 0
		}
	}
}

// forgetIntents forgets what is done.
func (f *files) forgetIntents() error {
	f.intents = slices.DeleteFunc(f.intents, func(i intent) bool { return i.done })
	if len(f.intents) > 0 {
		return f.noteIntents()
	}
	err := os.Remove(filepath.Join(f.dir, intentName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// noteIntents brings the intents to the disk.
func (f *files) noteIntents() error {
	b, err := json.Marshal(f.intents)
	if err != nil {
		return err
	}
	return f.replace(filepath.Join(f.dir, intentName), b)
}

// finishIntents does on the start what a crash left to be done.
func (d *Disk) finishIntents() error {
	path := filepath.Join(d.files.dir, intentName)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var all []intent
	if err := json.Unmarshal(b, &all); err != nil {
		d.options.Log.Error("what was taken back just before a crash cannot be told; its text may be on the disk still", "path", path, "error", err)
		return os.Remove(path)
	}
	d.files.intents = all
	for _, one := range all {
		at, err := one.ID.place()
		if err != nil || !d.index.has(one.Room, at) {
			continue // It was never stored, so nobody took anything back.
		}
		for _, b := range one.Blanks {
			if _, err := d.blank(one.Room, b); err != nil {
				return err
			}
		}
	}
	for i := range d.files.intents {
		d.files.intents[i].done = true
	}
	if err := d.files.uncopied(d.files.forgetIntents); !errors.Is(err, errCopied) {
		return err
	}
	return nil
}

func (x *index) has(room string, at place) bool {
	r := x.rooms[room]
	if r == nil {
		return false
	}
	_, ok := r.find(at)
	return ok
}

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
			f.intents = append(f.intents, intent{one.room, one.entry.ID, one.blanks})
		}
	}
	if len(f.intents) == before {
		return nil
	}
	b, err := json.Marshal(f.intents)
	if err == nil {
		err = f.replace(filepath.Join(f.dir, intentName), b)
	}
	if err != nil {
		f.intents = f.intents[:before]
		return fmt.Errorf("noting what is to be taken back: %w", err)
	}
	return nil
}

// fulfil forgets the intents, if nothing of a batch is left to be done and nobody
// copies the folder (see Hold). To do one again on the next start would change
// nothing.
func (f *files) fulfil(batch []item) {
	if len(f.intents) == 0 || slices.ContainsFunc(batch, func(one item) bool { return one.err != nil }) {
		return
	}
	err := f.uncopied(f.forgetIntents)
	if err != nil && len(f.intents) > maxIntents {
		f.log.Warn("the log is being copied for long; what is taken back meanwhile may stay in the copy", "error", err)
		_ = f.forgetIntents()
	}
}

// forgetIntents forgets what is done.
func (f *files) forgetIntents() error {
	f.intents = nil
	err := os.Remove(filepath.Join(f.dir, intentName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
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

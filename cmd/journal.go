package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"chat/auth"
	"chat/cmd/private"
)

// The journal keeps the embedded store on disk: a file of lines, each the whole
// value that a key has from then on.
//
//	checksum number {"k":"chat:login:guard","h":{...},"x":1767225600000}
//
// The number counts the lines from 0, so that a missing one shows. The checksum
// is the first 64 bits of SHA-256 over the number and the JSON. The first line
// names the format. The last one says that it is the last, and put writes over
// it: a file that was cut shows it, even if it was cut between two lines.
//
// A line is on the disk before put returns. A line in the middle that is not
// whole is damage: nothing of the file is used, because nobody can say what it
// would be. A file without its last line is torn: a crash in the middle of put
// leaves one, whose command was never answered, and so does a file that was cut.
//
// What no file can tell is that all of it is an older copy of itself, of a
// backup or of a snapshot of the whole machine. Its counters are older as well:
// what was guessed since then may be guessed again. Whoever puts a backup back
// removes this file first, and all log in again, with two codes.
type journal struct {
	path string
	file *os.File
	next int64            // number of the next line
	size int64            // of the file, without its last line
	live map[string]entry // what the file says
	held int64            // how many bytes of the file that is, about
	err  error            // why no more can be written; nil as long as it can

	sinceRelease int // lines
	sources      int // how many keys of live are expendable
}

const (
	journalName   = "state.log"
	damagedName   = "state.damaged"
	journalFormat = `{"format":"chat state","version":2}`
	journalEnd    = "end"

	maxJournalLine = 4 << 20
	// compactAt is how large a journal may grow, unless what it holds is large.
	compactAt = 4 << 20
	// aroundText is how much of a line is not its text, about.
	aroundText = 26
)

// What can be wrong with a journal.
var (
	errDamagedJournal = errors.New("the state file is damaged")
	errTornJournal    = errors.New("the end of the state file is missing")
)

// openJournal opens the journal of a folder, without what ended meanwhile. A
// damaged one is put aside and the new one is empty; flaw says why. A torn one
// is used, but for the counters, and flaw is errTornJournal.
func openJournal(dir string, now time.Time) (j *journal, flaw, err error) {
	j = &journal{path: filepath.Join(dir, journalName), live: make(map[string]entry)}
	live := make(map[string]entry)
	f, err := os.Open(j.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, nil, fmt.Errorf("opening the state file: %w", err)
	default:
		live, flaw = readJournal(f)
		_ = f.Close() // It was only read.
		switch {
		case flaw == nil:
		case errors.Is(flaw, errTornJournal):
			// How many guesses the missing end told of, nobody knows. Neither does
			// the next start, which finds a whole file.
			delete(live, auth.CountersKey(redisPrefix))
		case errors.Is(flaw, errDamagedJournal):
			if err := os.Rename(j.path, filepath.Join(dir, damagedName)); err != nil {
				return nil, nil, fmt.Errorf("putting the damaged state file aside: %w", err)
			}
		default:
			return nil, nil, fmt.Errorf("reading the state file: %w", flaw)
		}
	}
	for _, e := range live {
		j.hold(e)
	}
	j.release(now)
	j.thin()
	if err := j.compact(); err != nil {
		return nil, nil, err
	}
	return j, flaw, nil
}

// put writes entries that differ from what the journal holds. They are on the
// disk when it returns without an error. After an error that leaves a torn file
// nothing more is written, ever: the next start will find it.
//
// Everybody who logs in waits for it, so it costs what the entries cost, however
// many others there are: what grows with those is done once in as many lines.
func (j *journal) put(entries ...entry) error {
	if j.err != nil || len(entries) == 0 {
		return j.err
	}
	var b []byte
	n := j.next
	for i := range entries {
		text, err := json.Marshal(entries[i])
		if err != nil {
			return fmt.Errorf("encoding state: %w", err)
		}
		entries[i].text = string(text)
		b = appendLine(b, n, entries[i].text)
		n++
	}
	size := j.size + int64(len(b))
	if _, err := j.file.WriteAt(appendLine(b, n, journalEnd), j.size); err != nil {
		return errors.Join(fmt.Errorf("writing state: %w", err), j.takeBack())
	}
	if err := j.file.Sync(); err != nil {
		j.err = fmt.Errorf("writing state: %w", err) // What is on the disk now, nobody knows.
		return j.err
	}
	j.next, j.size = n, size
	for _, e := range entries {
		j.hold(e)
	}
	if j.sinceRelease += len(entries); 2*j.sinceRelease > len(j.live) {
		j.release(time.Now())
	}
	if j.size > max(compactAt, 2*j.held) { // half of it is history
		j.err = j.compact()
	}
	return j.err
}

// takeBack removes what a full disk let through of a put. The last line was
// there before, so that it has its place on the disk.
func (j *journal) takeBack() error {
	end := line(j.next, journalEnd)
	_, err := j.file.WriteAt([]byte(end), j.size)
	if err = errors.Join(err, j.file.Truncate(j.size+int64(len(end)))); err != nil {
		j.err = fmt.Errorf("writing state: %w", err)
	}
	return j.err
}

// snapshot is a file that holds what is live and nothing else: its lines, and
// the last one.
func (j *journal) snapshot() (lines []byte, end string) {
	lines = slices.Grow(lines, int(j.held)+1<<10)
	lines = appendLine(lines, 0, journalFormat)
	for i, key := range slices.Sorted(maps.Keys(j.live)) {
		lines = appendLine(lines, int64(i)+1, j.live[key].text)
	}
	return lines, line(int64(len(j.live))+1, journalEnd)
}

// compact replaces the file by a snapshot, in one step: at any moment there is
// the old one or the new one, whole.
func (j *journal) compact() error {
	lines, end := j.snapshot()
	temp := j.path + ".new"
	if err := writeSynced(temp, append(lines, end...)); err != nil {
		return fmt.Errorf("writing state: %w", err)
	}
	if j.file != nil {
		_ = j.file.Close() // Windows renames over no open file. All of it is synced.
	}
	if err := os.Rename(temp, j.path); err != nil {
		return fmt.Errorf("writing state: %w", err)
	}
	if err := private.SyncFolder(filepath.Dir(j.path)); err != nil {
		return fmt.Errorf("writing state: %w", err)
	}
	f, err := os.OpenFile(j.path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("writing state: %w", err)
	}
	j.file, j.size, j.next = f, int64(len(lines)), int64(len(j.live))+1
	return nil
}

// close ends the writing.
func (j *journal) close() {
	j.err = errors.New("writing state: the server has stopped")
	_ = j.file.Close() // All of it is synced.
}

// writeSynced makes a file of mode 0600, whatever the umask, and brings it to
// the disk.
func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
}

package files

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Folder keeps the files of one server on its disk. In it each room has a
// folder of its own, a shelf, whose name does not tell the room's. A file that
// the Folder does not know does not exist, whatever the disk says. Its methods
// may be called by any goroutine.
type Folder struct {
	dir     string
	limit   int64 // bytes in all
	longest int64 // bytes of one file

	mu      sync.Mutex
	used    int64            // bytes, those being written included; guarded by mu
	shelves map[string]shelf // by name; guarded by mu
	swept   time.Time        // when the unclaimed ones were last looked for; guarded by mu
}

// A shelf is the files of a room, by name.
type shelf map[string]*file

type file struct {
	size  int64
	since time.Time // when it was written, or released last
	kept  bool      // a message refers to it
	holds int       // messages that are about to
}

// OpenFolder opens the folder or makes it. A folder that holds anything else is
// somebody's own, and an error. Limit is the bytes of all files, longest those
// of one.
func OpenFolder(dir string, limit, longest int64) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for uploads: %w", err)
	}
	f := &Folder{dir: dir, limit: limit, longest: longest, shelves: make(map[string]shelf)}
	rooms, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading the folder for uploads: %w", err)
	}
	for _, room := range rooms {
		if !room.IsDir() || !valid.MatchString(room.Name()) {
			return nil, fmt.Errorf("%s holds %q, which chat did not put there; choose another DATA_DIR", dir, room.Name())
		}
	}
	for _, room := range rooms {
		if err := f.load(room.Name()); err != nil {
			return nil, fmt.Errorf("reading the folder for uploads: %w", err)
		}
	}
	return f, nil
}

// load finds the files of a shelf.
func (f *Folder) load(name string) error {
	entries, err := os.ReadDir(filepath.Join(f.dir, name))
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err
		}
		if valid.MatchString(e.Name()) && info.Mode().IsRegular() {
			f.put(name, e.Name(), &file{size: info.Size(), since: info.ModTime()})
			f.used += info.Size()
		}
	}
	return nil
}

// put enters a file. The caller holds f.mu.
func (f *Folder) put(shelfName, name string, one *file) {
	s := f.shelves[shelfName]
	if s == nil {
		s = make(shelf)
		f.shelves[shelfName] = s
	}
	s[name] = one
}

// shelfOf is the name of a room's folder. It has the form of a file's name.
func shelfOf(room string) string {
	sum := sha256.Sum256([]byte(room))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

// Save writes a file and returns its name and size. A body of more bytes than
// one file may have is ErrLong, one of none ErrEmpty; ErrFull is when a longest
// file might not fit.
func (f *Folder) Save(_ context.Context, room string, body io.Reader) (name string, size int64, err error) {
	if err := f.reserve(); err != nil {
		return "", 0, err
	}
	reserved := f.longest
	defer func() {
		f.mu.Lock()
		f.used -= reserved - size
		f.mu.Unlock()
	}()
	shelfName, name := shelfOf(room), newName()
	out, err := f.create(shelfName, name)
	if err != nil {
		return "", 0, fmt.Errorf("making an upload's file: %w", err)
	}
	written, err := write(out, io.LimitReader(body, f.longest+1))
	if err == nil && written > f.longest {
		err = ErrLong
	}
	if err != nil {
		_ = os.Remove(out.Name())
		return "", 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(shelfName, name, &file{size: written, since: time.Now()})
	return name, written, nil
}

// reserve takes room for the longest file before the size is known, so that
// many at once cannot overrun the limit.
func (f *Folder) reserve() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sweep(time.Now())
	if f.used+f.longest > f.limit {
		return ErrFull
	}
	f.used += f.longest
	return nil
}

// create makes a file and, for the first of a room, its shelf: under the lock,
// because the last file of a shelf takes it along when it goes. Nothing refers
// to the file before it is complete, so it needs no other name meanwhile.
func (f *Folder) create(shelfName, name string) (*os.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir := filepath.Join(f.dir, shelfName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// write fills a file and brings it to the disk: the message that refers to it
// will be there after a crash, so the file has to be as well.
func write(out *os.File, body io.Reader) (int64, error) {
	size, err := io.Copy(out, body)
	if err == nil && size == 0 {
		err = ErrEmpty
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return 0, fmt.Errorf("writing an upload: %w", err)
	}
	return size, nil
}

// Size is the bytes of a file, or ErrNone.
func (f *Folder) Size(_ context.Context, room, name string) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.shelves[shelfOf(room)][name]
	if one == nil {
		return 0, ErrNone
	}
	return one.size, nil
}

// Open opens a file for reading, or says ErrNone.
func (f *Folder) Open(ctx context.Context, room, name string) (io.ReadSeekCloser, error) {
	if _, err := f.Size(ctx, room, name); err != nil {
		return nil, err
	}
	in, err := os.Open(filepath.Join(f.dir, shelfOf(room), name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	return in, err
}

// Keep says that a message is about to refer to a file, which therefore stays
// until Release.
func (f *Folder) Keep(room, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one := f.shelves[shelfOf(room)][name]; one != nil {
		one.holds++
	}
}

// Release ends a Keep. A file that no message came to refer to, by this Keep or
// another, is unclaimed again.
func (f *Folder) Release(room, name string, referred bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.shelves[shelfOf(room)][name]
	if one == nil {
		return
	}
	one.holds--
	one.kept = one.kept || referred
	one.since = time.Now()
}

// KeepAll keeps the files of a log, at the start, by room and name.
func (f *Folder) KeepAll(referred iter.Seq2[string, string]) {
	for room, name := range referred {
		f.Keep(room, name)
		f.Release(room, name, true)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sweep(time.Now())
}

// Remove ends a file: the message that referred to it is gone. A file that is
// not there is removed already.
func (f *Folder) Remove(room, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(shelfOf(room), name)
}

// remove takes a file off its shelf, and the shelf if it was the last. What the
// disk will not let go of is found at the next start. The caller holds f.mu.
func (f *Folder) remove(shelfName, name string) {
	s := f.shelves[shelfName]
	one := s[name]
	if one == nil {
		return
	}
	_ = os.Remove(filepath.Join(f.dir, shelfName, name))
	f.used -= one.size
	delete(s, name)
	if len(s) == 0 {
		delete(f.shelves, shelfName)
		_ = os.Remove(filepath.Join(f.dir, shelfName)) // fails if an upload is under way there, as it should
	}
}

// sweepEvery is how often the unclaimed files are looked for, at most.
const sweepEvery = time.Minute

// sweep ends the files that nobody referred to in time. It runs when somebody
// uploads, so that a server at rest has nothing to do. The caller holds f.mu.
func (f *Folder) sweep(now time.Time) {
	if now.Sub(f.swept) < sweepEvery {
		return
	}
	f.swept = now
	for shelfName, s := range f.shelves {
		for name, one := range s {
			if !one.kept && one.holds == 0 && now.Sub(one.since) > Unclaimed {
				f.remove(shelfName, name)
			}
		}
	}
}

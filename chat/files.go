package chat

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// maxUpload is how many bytes one file may have.
const maxUpload = 8 << 20

var (
	errFull      = errors.New("the folder for uploads is full")
	errEmptyFile = errors.New("the file is empty")
)

// A fileStore is the folder of all uploads, and how full it is. In it each room
// has a folder of its own, a shelf.
type fileStore struct {
	dir string
	max int64 // bytes

	mu   sync.Mutex
	used int64 // bytes, those being written included; guarded by mu
}

// ourName is what shelves and files are called: 130 random bits.
var ourName = regexp.MustCompile(`^[a-z2-7]{26}$`)

func newName() string { return strings.ToLower(rand.Text()) }

// newFileStore makes the folder, or empties it of what an earlier run left. A
// folder that holds anything else is somebody's own, and stays as it is.
func newFileStore(dir string, maxBytes int64) (*fileStore, error) {
	if maxBytes == 0 {
		maxBytes = 1 << 30
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() || !ourName.MatchString(e.Name()) {
			return nil, fmt.Errorf("%s holds %q, which chat did not put there; choose another DATA_DIR", dir, e.Name())
		}
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return &fileStore{dir: dir, max: maxBytes}, nil
}

// reserve takes room for the largest upload before its size is known, so that
// many at once cannot overrun the limit.
func (s *fileStore) reserve(bytes int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+bytes > s.max {
		return errFull
	}
	s.used += bytes
	return nil
}

func (s *fileStore) giveBack(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used -= bytes
}

// A shelf is the files of one room, under names that cannot be guessed. It knows
// what it holds; a file that it does not know does not exist, whatever the disk
// says.
type shelf struct {
	store *fileStore
	dir   string

	mu    sync.Mutex
	sizes map[string]int64 // by name; guarded by mu
}

func (s *fileStore) newShelf() *shelf {
	return &shelf{store: s, dir: filepath.Join(s.dir, newName())}
}

// save writes an upload and returns its name and size. A file is there whole or
// not at all.
func (s *shelf) save(body io.Reader) (name string, size int64, err error) {
	if err := s.store.reserve(maxUpload); err != nil {
		return "", 0, err
	}
	defer func() { s.store.giveBack(maxUpload - size) }()
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return "", 0, err
	}
	name = newName()
	written, err := writeFile(filepath.Join(s.dir, name), body)
	if err != nil {
		_ = os.Remove(filepath.Join(s.dir, name))
		return "", 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sizes == nil {
		s.sizes = make(map[string]int64)
	}
	s.sizes[name] = written
	return name, written, nil
}

// writeFile writes a new file. Nothing refers to it before it is complete, so
// it needs no other name meanwhile.
func writeFile(path string, body io.Reader) (int64, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	size, err := io.Copy(f, body)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil && size == 0 {
		err = errEmptyFile
	}
	if err != nil {
		return 0, fmt.Errorf("writing an upload: %w", err)
	}
	return size, nil
}

// size is that of a file, if it is here.
func (s *shelf) size(name string) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, ok := s.sizes[name]
	return size, ok
}

// open opens a file that is here.
func (s *shelf) open(name string) (*os.File, error) {
	if _, ok := s.size(name); !ok {
		return nil, os.ErrNotExist
	}
	return os.Open(filepath.Join(s.dir, name))
}

// clear removes all files, when nobody can ask for them any more.
func (s *shelf) clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, size := range s.sizes {
		s.store.giveBack(size)
	}
	s.sizes = nil
	return os.RemoveAll(s.dir)
}

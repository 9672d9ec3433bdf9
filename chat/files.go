package chat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// maxUpload is how many bytes one file may have.
const maxUpload = 8 << 20

var errFull = errors.New("the folder for uploads is full")

// A fileStore keeps uploads on disk: one folder a room, one file an upload,
// under names that cannot be guessed. It knows what it holds; a file that it
// does not know does not exist, whatever the folder says.
type fileStore struct {
	dir string
	max int64 // bytes

	mu    sync.Mutex
	used  int64                       // bytes, those being written included; guarded by mu
	rooms map[string]map[string]int64 // sizes by room and name; guarded by mu
}

func newFileStore(dir string, maxBytes int64) (*fileStore, error) {
	if maxBytes == 0 {
		maxBytes = 1 << 30
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &fileStore{dir: dir, max: maxBytes, rooms: make(map[string]map[string]int64)}, nil
}

// roomDir is the folder of a room. Names of rooms differ in case, which some
// file systems do not see, and hashing them settles every other doubt too.
func (s *fileStore) roomDir(room string) string {
	sum := sha256.Sum256([]byte(room))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:16]))
}

// save writes an upload and returns its name and size. A file is there whole or
// not at all.
func (s *fileStore) save(room string, body io.Reader) (name string, size int64, err error) {
	if err := s.reserve(maxUpload); err != nil {
		return "", 0, err
	}
	defer func() { s.settle(maxUpload - size) }()
	dir := s.roomDir(room)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", 0, err
	}
	name = strings.ToLower(rand.Text())
	path := filepath.Join(dir, name)
	size, err = writeFile(path, body)
	if err != nil {
		_ = os.Remove(path)
		return "", 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rooms[room] == nil {
		s.rooms[room] = make(map[string]int64)
	}
	s.rooms[room][name] = size
	return name, size, nil
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
	if err != nil {
		return 0, fmt.Errorf("writing an upload: %w", err)
	}
	return size, nil
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

func (s *fileStore) settle(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used -= bytes
}

// size is that of an upload, if the room has it.
func (s *fileStore) size(room, name string) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, ok := s.rooms[room][name]
	return size, ok
}

// open opens an upload that the room has.
func (s *fileStore) open(room, name string) (*os.File, error) {
	if _, ok := s.size(room, name); !ok {
		return nil, os.ErrNotExist
	}
	return os.Open(filepath.Join(s.roomDir(room), name))
}

// removeRoom removes all uploads of a room.
func (s *fileStore) removeRoom(room string) error {
	s.mu.Lock()
	for _, size := range s.rooms[room] {
		s.used -= size
	}
	delete(s.rooms, room)
	s.mu.Unlock()
	return os.RemoveAll(s.roomDir(room))
}

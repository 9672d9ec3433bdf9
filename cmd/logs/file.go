package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/DeRuina/timberjack"
)

const (
	maxFile  = 1 // MiB
	maxFiles = 5 // that were put aside
)

// A file keeps lines in a file that is put aside when it is full. Somebody may
// move it, remove it, or take its disk away at any time: each write looks, and
// begins another if it must. One goroutine at a time may use it.
type file struct {
	path string
	out  *timberjack.Logger // nil until the next write opens it
	last os.FileInfo        // what path was after the last write
}

// Write appends one line. After an error the next write begins anew.
func (f *file) Write(line []byte) (int, error) {
	if f.out != nil && f.moved() {
		_ = f.Close() // The lines are in the file that was moved.
	}
	if f.out == nil {
		if err := f.open(); err != nil {
			return 0, err
		}
	}
	n, err := f.out.Write(line)
	if err != nil {
		_ = f.Close() // What it says is no news after err.
		return n, err
	}
	f.last, _ = os.Stat(f.path) // If it cannot be seen, the next write finds it moved.
	return n, nil
}

// moved reports whether path is not what was written to last.
func (f *file) moved() bool {
	now, err := os.Stat(f.path)
	return err != nil || f.last == nil || !os.SameFile(now, f.last)
}

// open makes the file ready to be appended to.
func (f *file) open() error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	if err := mend(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.out = &timberjack.Logger{Filename: f.path, MaxSize: maxFile, MaxBackups: maxFiles, FileMode: 0o600}
	f.last, _ = os.Stat(f.path)
	return nil
}

// Close ends the writing. It goes on when the file is opened again.
func (f *file) Close() error {
	if f.out == nil {
		return nil
	}
	err := f.out.Close()
	f.out, f.last = nil, nil
	return err
}

// mend takes a file from everybody but its owner, and takes half a line from
// its end, which a full disk or a crash leaves there.
func mend(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), cutTail(f, info.Size()), f.Close())
}

// cutTail removes what stands behind the last line break, if it is ours. What is
// not gets a line break: the file may be somebody's who mistyped a path.
func cutTail(f *os.File, size int64) error {
	tail := make([]byte, min(size, maxLine))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return err
	}
	half := tail[bytes.LastIndexByte(tail, '\n')+1:]
	switch {
	case len(half) == 0:
		return nil
	case bytes.HasPrefix(half, []byte(`{"time":`)):
		return f.Truncate(size - int64(len(half)))
	}
	_, err := f.WriteAt([]byte("\n"), size)
	return err
}

var _ io.WriteCloser = (*file)(nil)

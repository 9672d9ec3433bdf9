package history

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// makeFile makes a file that only its owner can read, whatever the umask. There
// must be none.
func makeFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o600); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// replace puts a file in the place of the one that has its name, or there is the
// one before.
func (f *files) replace(path string, b []byte) error {
	temp := path + newSuffix
	_ = os.Remove(temp) // One may be left of a crash.
	file, err := makeFile(temp)
	if err != nil {
		return err
	}
	_, err = file.Write(b)
	err = errors.Join(err, f.syncAll(file), file.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return f.syncFolder()
}

// syncFolder brings the names of new files to the disk. Windows cannot and need
// not.
func (f *files) syncFolder() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	return errors.Join(f.syncAll(d), d.Close())
}

// readFile reads a file up to a size.
func readFile(path string, size int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, size)
	n, err := f.ReadAt(b, 0)
	if int64(n) < size {
		return nil, fmt.Errorf("reading %d of %d bytes: %w", n, size, err)
	}
	return b, nil
}

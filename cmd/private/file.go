// Package private answers the question: how does a file get onto the disk so
// that only its owner can read it, and so that a crash leaves the old one or
// the new one, never half of one? Package auth does the same for the secret,
// with rules of its own about who may replace it.
package private

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// WriteFile puts b into the file path with mode 0600, whatever the umask. It is
// on the disk when WriteFile returns. Its folder must exist.
func WriteFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // A rename leaves nothing to remove.
	_, err = f.Write(b)
	if err := errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder brings the new name of a file in dir to the disk. Windows cannot and
// need not.
func SyncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

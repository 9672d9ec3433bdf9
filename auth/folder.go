package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockName   = "secret.lock"
	tempPrefix = ".secret-"
)

// underLock runs f while no other process writes a secret in dir, which is
// made if needed. Readers need no lock: the file changes in one step.
func underLock(dir string, f func() error) error {
	if err := makeFolder(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, lockName)
	lock := flock.New(path, flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if ok, err := lock.TryLockContext(ctx, 10*time.Millisecond); !ok {
		return fmt.Errorf("locking data folder: %w", err)
	}
	defer func() { _ = lock.Close() }()
	if err := os.Chmod(path, 0o600); err != nil { // The umask may have taken too much.
		return err
	}
	return f()
}

// makeFolder makes dir, for its owner only, whatever the umask.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("making data folder: %w", err)
		}
		return os.Chmod(dir, 0o700)
	}
	return closeFolder(dir)
}

// closeFolder takes an existing folder from everybody but its owner when it is
// ours: empty, or with a secret in it. Any other folder keeps its mode (it may
// be a home folder, or the root), but then nobody else may write in it: who
// can, can put a secret of their own there.
func closeFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if ours(dir) && os.Chmod(dir, 0o700) == nil {
		return nil
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("others may write in %s: choose a folder of its own, or run: chmod 700 %s", dir, dir)
	}
	return nil
}

func ours(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, secretName)); err == nil {
		return true
	}
	d, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer func() { _ = d.Close() }()
	_, err = d.Readdirnames(1)
	return errors.Is(err, io.EOF)
}

// writeFile writes b to a temporary file of mode 0600 in dir, brings it to the
// disk, and calls publish to give it its name. What a crash leaves behind is
// removed by the next call and read by nobody.
func writeFile(dir string, b []byte, publish func(temp string) error) error {
	stale, _ := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
	for _, name := range stale {
		_ = os.Remove(name)
	}
	f, err := os.CreateTemp(dir, tempPrefix)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // A rename leaves nothing to remove.
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := publish(f.Name()); err != nil {
		return err
	}
	return syncFolder(dir)
}

// publishNew names temp path unless there is such a file. A hard link refuses
// that by itself, even against a program that takes no lock; file systems
// without hard links have only the lock and the check made under it.
func publishNew(temp, path string) error {
	err := os.Link(temp, path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return ErrEnrolled
	}
	return os.Rename(temp, path)
}

// syncFolder brings the new name to the disk. Windows cannot and need not.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

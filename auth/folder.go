package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
	_, err := closeFolder(dir)
	return err
}

// CloseFolder takes a data folder from everybody but its owner, whatever is kept
// there: who may write in it can put in a secret of their own, or the sessions
// of a store. Ours are patterns of names that no other program's folder has,
// beside those of this package.
//
// A folder that holds other things only may be a home folder, or the root; it
// keeps its mode and is refused. So is one that others may have written to,
// since nobody knows who put in what is there. An empty one is closed.
func CloseFolder(dir string, ours ...string) error {
	closed, err := closeFolder(dir, ours...)
	if err == nil && !closed {
		return fmt.Errorf("others may look into %s, and what it holds is not ours: choose a folder of its own, or run: chmod 700 %s", dir, dir)
	}
	return err
}

// closeFolder is CloseFolder, but leaves a folder that others can only look
// into to whoever chose it. It reports whether the folder is closed.
func closeFolder(dir string, ours ...string) (closed bool, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return false, err
	}
	if !info.IsDir() {
		return false, fmt.Errorf("%s is not a folder", dir)
	}
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return true, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "lost+found" }) // a disk of its own
	writable, empty := info.Mode().Perm()&0o022 != 0, len(entries) == 0
	known := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return matches(e.Name(), ours) })
	if (empty || known && !writable) && os.Chmod(dir, 0o700) == nil {
		return true, nil
	}
	if writable {
		return false, fmt.Errorf("others may write in %s, and may have put something there: look at what it holds and run: chmod 700 %s, or choose a folder of its own", dir, dir)
	}
	return false, nil
}

// matches reports whether a file is one of this package's or of those beside it.
func matches(name string, ours []string) bool {
	return slices.ContainsFunc(append([]string{secretName, lockName, untriedName, tempPrefix + "*"}, ours...), func(pattern string) bool {
		ok, _ := filepath.Match(pattern, name) // A bad pattern is nobody's name.
		return ok
	})
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

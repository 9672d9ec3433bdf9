package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"chat/auth"
	"chat/cmd/backup"

	"github.com/gofrs/flock"
)

// lockName is the file that shows that a server uses the data folder.
const lockName = "serve.lock"

// ourFiles are patterns of names by which a data folder is known to be one: what
// is there from the first start on, or after one that was cut off.
var ourFiles = []string{lockName, logKeyName, journalName, ".probe-*", ".restor*"}

// openFolder makes the data folder if it is missing, for its owner only, closes
// one that was there before, or refuses it, finishes a restore that was cut off,
// and makes sure that files can be written to it. The folder is closed first:
// nothing that strangers could have put there is looked at.
func openFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return unusable(path, err)
	}
	if err := auth.CloseFolder(path, ourFiles...); err != nil {
		return foreign(path, err, "opening the data folder: %w")
	}
	if err := backup.Finish(path); err != nil {
		return foreign(path, err, "%w")
	}
	probe, err := os.CreateTemp(path, ".probe-*")
	if err != nil {
		return unusable(path, err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return unusable(path, err)
	}
	return nil
}

// foreign says of a folder that may not be opened whose it is; other errors say
// themselves what to do.
func foreign(path string, err error, format string) error {
	if errors.Is(err, fs.ErrPermission) {
		return failf("run this as the user who owns it, or choose another with --data-dir", "not allowed to open the data folder %s", path)
	}
	return failf("", format, err)
}

// unusable says why the data folder cannot be used. The error of package os
// names a path inside it, or above it, which is not what the operator set.
func unusable(path string, err error) error {
	return failf("make it writable or choose another with --data-dir", "cannot write to the data folder %s: %w", path, bare(err))
}

// lockFolder makes this the only process that serves the folder. The lock ends
// with release, or with the process, however that dies.
func lockFolder(path string) (release func(), err error) {
	lock := flock.New(filepath.Join(path, lockName))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the data folder: %w", err)
	}
	if !ok {
		return nil, failf("stop it first, or choose another folder with --data-dir", "another `chat serve` is using %s", path)
	}
	return func() { lock.Close() }, nil
}

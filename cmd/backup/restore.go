package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"chat/cmd/private"
)

// The folders that a restore goes through inside of the data folder. It is there
// and not beside it because a data folder may be a volume of its own.
const (
	unpacking = ".restoring" // worth nothing
	unpacked  = ".restored"  // whole, and to be taken into use
)

// ErrNotEmpty means that there is something in the folder already.
var ErrNotEmpty = errors.New("the data folder is not empty")

// Empty reports whether a folder holds nothing that a restore would mix with. It
// may be missing.
func Empty(folder string) (bool, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() != "serve.lock" && e.Name() != "lost+found" && e.Name() != unpacking
	}), nil
}

// Restore brings a backup into a folder, which must be there, empty and locked
// by the caller. Check is asked about the unpacked folder before it is taken
// into use. Progress gets the bytes that are done.
func Restore(ctx context.Context, from io.Reader, passphrase, folder string, check func(dir string) error, progress func(done int64)) (Manifest, error) {
	empty, err := Empty(folder)
	if err == nil && !empty {
		err = ErrNotEmpty
	}
	if err != nil {
		return Manifest{}, err
	}
	temp := filepath.Join(folder, unpacking)
	if err := os.RemoveAll(temp); err != nil { // of one that was cut off
		return Manifest{}, fmt.Errorf("clearing the data folder: %w", err)
	}
	m, err := restore(ctx, from, passphrase, temp, check, progress)
	if err != nil {
		return m, errors.Join(err, os.RemoveAll(temp))
	}
	if err := os.Rename(temp, filepath.Join(folder, unpacked)); err != nil {
		return m, fmt.Errorf("taking the backup into use: %w", err)
	}
	if err := private.SyncFolder(folder); err != nil {
		return m, fmt.Errorf("taking the backup into use: %w", err)
	}
	return m, Finish(folder)
}

// restore unpacks into temp and brings it to the disk.
func restore(ctx context.Context, from io.Reader, passphrase, temp string, check func(dir string) error, progress func(done int64)) (Manifest, error) {
	if err := os.Mkdir(temp, 0o700); err != nil {
		return Manifest{}, fmt.Errorf("writing to the data folder: %w", err)
	}
	root, err := os.OpenRoot(temp)
	if err != nil {
		return Manifest{}, fmt.Errorf("writing to the data folder: %w", err)
	}
	m, err := unpack(ctx, from, passphrase, root, progress)
	if err := errors.Join(err, root.Close()); err != nil {
		return m, err
	}
	if err := check(temp); err != nil {
		return m, fmt.Errorf("checking the backup: %w", err)
	}
	return m, filepath.WalkDir(temp, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return private.SyncFolder(path)
	})
}

// Finish takes into use what a restore that was cut off had unpacked. It does
// nothing in other folders, and several may do it at once.
func Finish(folder string) error {
	dir := filepath.Join(folder, unpacked)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("finishing a restore: %w", err)
	}
	for _, e := range entries {
		err := os.Rename(filepath.Join(dir, e.Name()), filepath.Join(folder, e.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // another one was quicker
			return fmt.Errorf("finishing a restore: %w", err)
		}
	}
	if err := private.SyncFolder(folder); err != nil {
		return fmt.Errorf("finishing a restore: %w", err)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("finishing a restore: %w", err)
	}
	return nil
}

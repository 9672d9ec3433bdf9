package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
)

// Options of a backup.
type Options struct {
	Folder string
	// Last are files of the folder that are copied after all others, by their
	// names with slashes. They need not be there.
	Last       []string
	Passphrase string
	// Work is the cost of trying a passphrase, a power of two; 0 means age's own,
	// which is a second and 256 MiB.
	Work int
	// Program is noted in the backup, for people.
	Program string
	// Progress is called now and then with the bytes that are done, and all that
	// there were at the beginning. It may be nil.
	Progress func(done, all int64)
}

// manifestName is the first entry of every backup.
const manifestName = "chat-backup.json"

// A Manifest says what a backup is.
type Manifest struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Program string    `json:"program"`
	Made    time.Time `json:"made"`
}

const (
	format  = "chat backup"
	version = 1
)

// left are the files of a data folder that are true of one moment only, or of a
// running server. What begins with a dot is on its way.
var left = []string{
	"state.log", "state.log.new", "state.damaged", "state.address", "serve.address", "serve.lock",
	"secret.untried", // a secret that was tried meanwhile must not become untried again
	"log",
}

// Kept reports whether a name at the top of a data folder goes into a backup.
func Kept(name string) bool { return !strings.HasPrefix(name, ".") && !slices.Contains(left, name) }

// ErrNothing means that a folder has no file to keep, or a backup none.
var ErrNothing = errors.New("there is nothing to keep")

// Write makes a backup of a folder, which must be no symbolic link, and returns
// how many bytes of files are in it.
func Write(ctx context.Context, to io.Writer, o Options) (int64, error) {
	recipient, err := age.NewScryptRecipient(o.Passphrase)
	if err != nil {
		return 0, fmt.Errorf("taking the passphrase: %w", err)
	}
	if o.Work > 0 {
		recipient.SetWorkFactor(o.Work)
	}
	if o.Progress == nil {
		o.Progress = func(_, _ int64) {}
	}
	files, all, err := measure(o.Folder)
	if err != nil {
		return 0, fmt.Errorf("looking into the data folder: %w", err)
	}
	if files == 0 { // Whoever trusts in such a backup learns too late what it is.
		return 0, fmt.Errorf("looking into %s: %w", o.Folder, ErrNothing)
	}
	sealed, err := age.Encrypt(to, recipient)
	if err != nil {
		return 0, fmt.Errorf("encrypting: %w", err)
	}
	packed := gzip.NewWriter(sealed)
	w := &writer{ctx: ctx, tar: tar.NewWriter(packed), o: o, all: all}
	if err := w.folder(); err != nil {
		return 0, err
	}
	if err := errors.Join(w.tar.Close(), packed.Close(), sealed.Close()); err != nil {
		return 0, fmt.Errorf("writing the backup: %w", err)
	}
	return w.done, nil
}

// writer puts files into an archive.
type writer struct {
	ctx       context.Context
	tar       *tar.Writer
	o         Options
	done, all int64
}

func (w *writer) folder() error {
	b, err := json.Marshal(Manifest{format, version, w.o.Program, time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return fmt.Errorf("encoding the manifest: %w", err)
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: manifestName, Size: int64(len(b)), Mode: 0o600, ModTime: time.Now()}
	if err := w.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if _, err := w.tar.Write(b); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	err = walk(w.o.Folder, func(path, name string, info fs.FileInfo) error {
		if slices.Contains(w.o.Last, name) {
			return nil
		}
		return w.add(path, name, info)
	})
	for _, name := range w.o.Last {
		if err == nil {
			err = w.addLast(name)
		}
	}
	return err
}

// addLast puts one of the last files into the archive, if it is there.
func (w *writer) addLast(name string) error {
	path := filepath.Join(w.o.Folder, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the data folder: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	return w.add(path, name, info)
}

// walk calls f for the folders and files that a backup keeps, in the order of
// their names, by which history comes before uploads. What disappears meanwhile
// is passed over.
func walk(folder string, f func(path, name string, info fs.FileInfo) error) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if path == folder && err == nil {
			return nil
		}
		if errors.Is(err, fs.ErrNotExist) && path != folder {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		top := name == d.Name()
		switch {
		case top && !Kept(name) || !top && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case !d.IsDir() && !d.Type().IsRegular():
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return f(path, filepath.ToSlash(name), info)
	})
}

// measure is how many files there are to keep, and how many bytes are in them.
func measure(folder string) (files int, all int64, err error) {
	err = walk(folder, func(_, _ string, info fs.FileInfo) error {
		if info.Mode().IsRegular() {
			files++
			all += info.Size()
		}
		return nil
	})
	return files, all, err
}

// add puts one file or folder into the archive.
func (w *writer) add(path, name string, info fs.FileInfo) error {
	if info.IsDir() {
		return w.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o700, ModTime: info.ModTime()})
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the data folder: %w", err)
	}
	defer f.Close()
	// As it is now: another may have taken its place since the walk.
	if info, err = f.Stat(); err != nil {
		return fmt.Errorf("reading the data folder: %w", err)
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: info.Size(), Mode: 0o600, ModTime: info.ModTime()}
	if err := w.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if err := w.copy(f, info.Size()); err != nil {
		return fmt.Errorf("copying %s: %w", name, err)
	}
	return nil
}

// copy copies so many bytes. A file that is only added to has them all.
func (w *writer) copy(from io.Reader, size int64) error {
	for piece := int64(0); size > 0; size -= piece {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		piece = min(size, 1<<20)
		if _, err := io.CopyN(w.tar, from, piece); errors.Is(err, io.EOF) {
			return errors.New("it became shorter meanwhile; try again")
		} else if err != nil {
			return err
		}
		w.done += piece
		w.o.Progress(w.done, max(w.all, w.done))
	}
	return nil
}

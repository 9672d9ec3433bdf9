package cmd

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// folder tells whether the data folder can be used and is ours alone. It makes
// none: a look must not leave things behind.
func (d doctor) folder(context.Context) finding {
	dir := d.config.DataDir
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := tryDisk(nearest(dir)); err != nil {
			return brokenBy(unusable(dir, err))
		}
		return fine("%s is not there yet; the first start makes it", dir)
	case err != nil:
		return brokenBy(unusable(dir, err))
	case !info.IsDir():
		return broken("choose another with --data-dir", "%s is not a folder", dir)
	}
	if open(info) { // which opening it may change
		return broken("run: chmod 700 "+quoted(dir), "others on this machine may look into %s", dir)
	}
	if err := openFolder(dir); err != nil {
		return brokenBy(err)
	}
	return fine("%s can be written to, by nobody else", dir)
}

// nearest is the nearest place that there is on the way to one that is not there.
func nearest(path string) string {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
}

// files looks for those that others may read. In a closed folder they cannot,
// until somebody opens it or copies it elsewhere.
func (d doctor) files(context.Context) finding {
	var opened []string
	n := 0
	dir, err := filepath.EvalSymlinks(d.config.DataDir) // A link is not walked through.
	if err == nil {
		opened, n, err = openFiles(dir)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fine("none yet")
	case err != nil:
		return broken("run chat as the user who owns the folder", "not all of %s can be read: %s", d.config.DataDir, err)
	case len(opened) > 0:
		return warning("run: chmod -R go= "+quoted(dir), "%d of %d have a mode that lets others in, the first is %s", len(opened), n, opened[0])
	}
	return fine("%d, for their owner only", n)
}

// openFiles lists those in dir that let others in, of n in all.
func openFiles(dir string) (opened []string, n int, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // A server that runs removed it meanwhile.
		}
		if err != nil {
			return err
		}
		n++
		if open(info) && info.Mode()&fs.ModeSymlink == 0 {
			opened = append(opened, path)
		}
		return nil
	})
	return opened, n, err
}

// open reports whether others than the owner have any right. Windows keeps its
// rights elsewhere, and a user's folders there are closed.
func open(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// readable reports whether everybody may read the file. Its group may: that is
// how a server gets a key that another program renews.
func readable(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0
}

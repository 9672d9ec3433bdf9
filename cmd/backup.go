package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"chat/chat/history"
	"chat/cmd/backup"
	"chat/cmd/private"

	"github.com/spf13/cobra"
)

func backupCommand(p Program) *cobra.Command {
	b := &backupRun{Program: p}
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Save the data folder in one encrypted file.",
		Long: `Saves the secret, the history, the uploads and the certificates, while the server
runs or not. The file is encrypted with a passphrase, which is asked for twice,
or taken from CHAT_BACKUP_PASSPHRASE; without it nobody can read the file, you
neither. A FILE of - is standard output.

Who is logged in is not saved, nor are counters of failed logins: an old copy of
those would help a thief. After a restore everybody logs in again, with two codes
in a row.`,
		Example: `  chat backup chat.backup
  chat backup --force /mnt/usb/chat.backup      in the place of an older one
  chat backup - | ssh nas 'cat >chat.backup'
  age -d chat.backup | tar tz                   look inside without chat`,
		Args: oneFile,
		RunE: func(c *cobra.Command, args []string) error { return b.run(c, args[0]) },
	}
	addDataDir(c.Flags())
	c.Flags().BoolVar(&b.force, "force", false, "replace the file if there is one")
	return c
}

// oneFile wants the name of a file, and nothing else.
func oneFile(c *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return usagef(seeHelp(c), "name one file")
	}
	return nil
}

type backupRun struct {
	Program
	force bool
}

func (b *backupRun) run(c *cobra.Command, file string) error {
	config, err := readConfig(c.Flags(), b.Environ, ".")
	if err != nil {
		return err
	}
	if config.DataDir, err = toSave(config.DataDir); err != nil {
		return err
	}
	if err := b.check(config, file); err != nil {
		return err
	}
	passphrase, err := b.passphrase(c.Context(), config, true)
	if err != nil {
		return err
	}
	o := backup.Options{Folder: config.DataDir, Passphrase: passphrase, Work: b.Program.work, Program: b.Build.Version}
	return b.save(c.Context(), config, file, o)
}

// toSave is the data folder itself, with something to keep in it. A service
// manager may give the program a link to it, which is not a folder to walk.
func toSave(dir string) (string, error) {
	folder, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", failf("name it with --data-dir", "there is no data folder %s", dir)
	}
	var entries []fs.DirEntry
	if err == nil {
		entries, err = os.ReadDir(folder)
	}
	if err != nil {
		return "", failf("run this as the user who runs the server", "reading the data folder: %w", err)
	}
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return backup.Kept(e.Name()) }) {
		return "", failf("name the right one with --data-dir", "there is nothing in %s", dir)
	}
	return folder, nil
}

// check refuses a place for the backup before anybody types a passphrase.
func (b *backupRun) check(c Config, file string) error {
	if file == "-" {
		if isTerminal(b.Stdout) {
			return usagef("name a file, or send the output into one", "a terminal cannot keep a backup")
		}
		return nil
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("finding %s: %w", file, err)
	}
	folder := filepath.Dir(path)
	if within(folder, c.DataDir) {
		return usagef("choose a place on another disk", "%s is in the data folder, which a backup is to outlive", file)
	}
	switch info, err := os.Lstat(path); {
	case err != nil: // Nothing is there, or the folder is not.
	case info.IsDir():
		return usagef("name a file in it", "%s is a folder", file)
	case !info.Mode().IsRegular():
		return usagef("name another, or send the output of `chat backup -` there", "%s is no plain file, and the backup would take its place", file)
	case !b.force:
		return failf("choose another name, or add --force", "there is a file %s already", file)
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return failf("make it, or choose another place", "there is no folder %s", folder)
	}
	if err := tryDisk(folder); err != nil {
		return failf("make it writable, or choose another place", "no backup can be kept in %s: %w", folder, bare(err))
	}
	return nil
}

// within reports whether dir is folder or below it, whatever links lead there.
// What is not there is in no folder.
func within(dir, folder string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	of, err := os.Stat(folder)
	if err != nil {
		return false
	}
	for {
		if info, err := os.Stat(dir); err == nil && os.SameFile(info, of) {
			return true
		}
		above := filepath.Dir(dir)
		if above == dir {
			return false
		}
		dir = above
	}
}

func (b *backupRun) save(ctx context.Context, c Config, file string, o backup.Options) error {
	shown := b.progress("Saved")
	o.Progress = shown.at
	size, err := b.write(file, func(w io.Writer) (int64, error) { return pack(ctx, w, o) })
	shown.end()
	if errors.Is(err, context.Canceled) {
		return interrupted("interrupted; no backup was made")
	}
	if err != nil {
		return failf("", "no backup was made: %w", err)
	}
	place := file
	if file == "-" {
		place = "the backup"
	}
	fmt.Fprintf(b.Stderr, "Done. %s of the data folder are in %s. Keep the passphrase elsewhere.\n", inBytes(size), place)
	if c.Storage != embeddedStorage {
		fmt.Fprintln(b.Stderr, "What the Redis of STORAGE_LIMITER keeps is not in it, such as the history: save that, too.")
	}
	if c.TOTPSecret != "" {
		fmt.Fprintln(b.Stderr, "The secret is that of TOTP_SECRET, which is not in it.")
	}
	return nil
}

// pack makes a backup of a data folder, whose history a server may write to.
func pack(ctx context.Context, w io.Writer, o backup.Options) (size int64, err error) {
	release, err := history.Hold(ctx, filepath.Join(o.Folder, historyName))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, release()) }()
	o.Last = []string{path.Join(historyName, history.LastFile)}
	return backup.Write(ctx, w, o)
}

// write makes the file in one step, for its owner only.
func (b *backupRun) write(file string, fill func(io.Writer) (int64, error)) (size int64, err error) {
	if file == "-" {
		return fill(b.Stdout)
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // A rename leaves nothing to remove.
	size, err = fill(f)
	err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	if wrote, ok := errors.AsType[*fs.PathError](err); ok && wrote.Path == f.Name() { // which means nothing to the operator
		err = unwritten(file, err)
	}
	if err != nil {
		return 0, err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return 0, unwritten(file, err)
	}
	return size, private.SyncFolder(filepath.Dir(file))
}

func unwritten(file string, err error) error {
	return failf("make room for it, or choose another place", "writing %s: %w", file, bare(err))
}

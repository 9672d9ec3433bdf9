package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"chat/auth"
	"chat/cmd/backup"

	"github.com/spf13/cobra"
)

func restoreCommand(p Program) *cobra.Command {
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring a backup back into an empty data folder.",
		Long: `Unpacks what chat backup saved, if the passphrase is right and the file whole, or
changes nothing. The data folder must be empty or missing, and no server may run
on it. A FILE of - is standard input; then the passphrase comes from
CHAT_BACKUP_PASSPHRASE.

Afterwards everybody logs in again, with two codes in a row. If the secret was
replaced because somebody had seen it, and the backup is older than that, replace
it again with chat rotate-secret.`,
		Example: `  chat restore chat.backup
  chat restore chat.backup --data-dir ./data
  ssh nas 'cat chat.backup' | chat restore -`,
		Args: oneFile,
		RunE: func(c *cobra.Command, args []string) error { return p.restore(c, args[0]) },
	}
	addDataDir(c.Flags())
	return c
}

func (p Program) restore(c *cobra.Command, file string) error {
	config, err := readConfig(c.Flags(), p.Environ, ".")
	if err != nil {
		return err
	}
	if err := checkEmpty(config); err != nil {
		return err
	}
	from := io.NopCloser(p.Stdin)
	if file != "-" {
		if from, err = openBackup(file); err != nil {
			return err
		}
	}
	defer from.Close()
	passphrase, err := p.passphrase(c.Context(), config, false)
	if err != nil {
		return err
	}
	leave, err := occupy(config.DataDir)
	if err != nil {
		return err
	}
	shown := p.progress("Unpacked")
	m, err := backup.Restore(c.Context(), from, passphrase, config.DataDir, wholeSecret, func(done int64) { shown.at(done, 0) })
	shown.end()
	leave()
	if err != nil {
		return notRestored(err, config, file)
	}
	fmt.Fprintf(p.Stderr, "Done. The backup of %s is in %s.\nStart the server with `chat serve`; everybody logs in again, with two codes in a row.\n",
		m.Made.Local().Format(time.DateTime), config.DataDir)
	return nil
}

func openBackup(file string) (io.ReadCloser, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, failf("name the file that chat backup made", "there is no file %s", file)
	case err == nil && info.IsDir():
		return nil, usagef("name the file in it", "%s is a folder", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, failf("run this as a user who may read it", "opening the backup: %w", err)
	}
	return f, nil
}

// checkEmpty refuses a folder in use before anybody types a passphrase.
func checkEmpty(c Config) error {
	empty, err := backup.Empty(c.DataDir)
	if err != nil {
		return unusable(c.DataDir, err)
	}
	if !empty {
		return notRestored(backup.ErrNotEmpty, c, "")
	}
	return nil
}

// occupy makes the folder if it is missing and keeps servers away from it.
// Leaving it takes away what it made, if nothing came of it.
func occupy(dir string) (leave func(), err error) {
	_, err = os.Stat(dir)
	made := err != nil
	if err := openFolder(dir); err != nil {
		return nil, err
	}
	unlock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	return func() {
		unlock()
		if entries, err := os.ReadDir(dir); made && err == nil && len(entries) == 1 { // the lock
			_ = os.RemoveAll(dir)
		}
	}, nil
}

// wholeSecret refuses a backup whose secret no server would take.
func wholeSecret(dir string) error {
	_, err := auth.OpenVault(dir)
	return err
}

// notRestored says why nothing was restored.
func notRestored(err error, c Config, file string) error {
	switch {
	case errors.Is(err, context.Canceled):
		return interrupted("interrupted; nothing was restored")
	case errors.Is(err, backup.ErrNotEmpty):
		return failf("move it away, or choose another with --data-dir", "the data folder %s is not empty, and a restore overwrites nothing", c.DataDir)
	case errors.Is(err, backup.ErrPassphrase):
		return failf("try again", "the passphrase is not that of %s", file)
	case errors.Is(err, backup.ErrNewer):
		return failf("install that one", "%s was made by a newer version of chat", file)
	case errors.Is(err, backup.ErrNothing):
		return failf("look for another backup", "%s is a backup without a single file; nothing was restored", file)
	case errors.Is(err, backup.ErrFormat):
		return failf("", "%s is no backup of chat, or a damaged one; nothing was restored", file)
	}
	return failf("", "nothing was restored: %w", err)
}

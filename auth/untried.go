package auth

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// untriedName is a file beside a secret that nobody tried to log in with yet.
//
// Counters of failed logins that are missing were lost, and then the login asks
// for two codes; or there never were any. This file tells one from the other:
// it is made with the secret and goes with the first attempt. For a secret of
// the environment nothing can: whatever note said that it was tried would be
// lost together with the counters, as in a folder that was made anew.
const untriedName = "secret.untried"

// markUntried puts the mark into dir.
func markUntried(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, untriedName), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
}

// untried reports whether nobody tried the secret yet. When that cannot be known
// it was tried.
func (v *Vault) untried() bool {
	if v.dir == "" || v.wasTried.Load() {
		return false
	}
	_, err := os.Lstat(filepath.Join(v.dir, untriedName))
	return err == nil
}

// tried notes that the secret was tried, for good: that is on disk when it
// returns. If it cannot be noted the next attempt tries again.
func (v *Vault) tried() {
	if v.dir == "" || v.wasTried.Load() {
		return
	}
	err := os.Remove(filepath.Join(v.dir, untriedName))
	if (err == nil || errors.Is(err, fs.ErrNotExist)) && syncFolder(v.dir) == nil {
		v.wasTried.Store(true)
	}
}

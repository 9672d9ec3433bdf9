package auth

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// untriedName is a file beside a secret that nobody tried to log in with yet.
//
// Counters of failed logins that are missing were lost, and then the login asks
// for two codes; or there never were any. This file tells one from the other:
// it is made with the secret and goes with the first attempt.
const untriedName = "secret.untried"

// triedName is the mark of a secret of the environment, which nobody makes here:
// a file that comes with the first attempt and holds the epochs of the secrets
// that were tried, a line each.
const triedName = "environment.tried"

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
	switch {
	case v.wasTried.Load():
		return false
	case v.dir != "":
		_, err := os.Lstat(filepath.Join(v.dir, untriedName))
		return err == nil
	case v.marks != "":
		tried, err := os.ReadFile(filepath.Join(v.marks, triedName))
		return errors.Is(err, fs.ErrNotExist) || err == nil && !slices.Contains(strings.Fields(string(tried)), v.epochMark())
	}
	return false
}

func (v *Vault) epochMark() string { return strconv.FormatInt(v.current.epoch, 10) }

// tried notes that the secret was tried, for good: that is on disk when it
// returns. If it cannot be noted the next attempt tries again.
func (v *Vault) tried() {
	if v.wasTried.Load() {
		return
	}
	folder, mark := v.dir, v.unmark
	if folder == "" {
		folder, mark = v.marks, v.markTried
	}
	if folder != "" && mark() == nil && syncFolder(folder) == nil {
		v.wasTried.Store(true)
	}
}

func (v *Vault) unmark() error {
	err := os.Remove(filepath.Join(v.dir, untriedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (v *Vault) markTried() error {
	f, err := os.OpenFile(filepath.Join(v.marks, triedName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(v.epochMark() + "\n")
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
}

// ordered reports whether a greater epoch is a newer one, as it is in a folder;
// those of the environment are hashes.
func (v *Vault) ordered() bool { return v.dir != "" }

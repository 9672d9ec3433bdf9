package auth

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Errors of a Vault that a caller decides on.
var (
	// ErrNotEnrolled means that there is no secret yet.
	ErrNotEnrolled = errors.New("no authenticator is enrolled yet")
	// ErrEnrolled means that there is one already: Create never replaces.
	ErrEnrolled = errors.New("an authenticator is enrolled already")
	// ErrDamaged means that there is a secret and it cannot be read. It is
	// never cured by making another one: that would open the server to
	// whoever asks first.
	ErrDamaged = errors.New("the secret file is damaged")
	// ErrChanged means that another process replaced the secret meanwhile.
	ErrChanged = errors.New("the secret was changed by another process")
	// ErrFixed means that the secret comes from the environment, so that only
	// the operator can change it.
	ErrFixed = errors.New("the secret is fixed by TOTP_SECRET")
)

// secretName is the secret file in the data folder.
const secretName = "secret.json"

// maxSecretFile bounds what is read of it; a real one has a few hundred bytes.
const maxSecretFile = 16 << 10

// Vault is where the secret lives: a file in the data folder, shared with other
// processes, or the environment. It is safe for concurrent use.
type Vault struct {
	dir string // empty when the secret is fixed

	mu      sync.Mutex
	current Secret      // guarded by mu
	stat    os.FileInfo // guarded by mu: the file that current was read from

	wasTried atomic.Bool // the mark of an untried secret is gone
}

// OpenVault opens the vault in the data folder dir. Neither the folder nor the
// secret needs to exist yet. A damaged secret is ErrDamaged.
func OpenVault(dir string) (*Vault, error) {
	v := &Vault{dir: dir}
	if _, err := closeFolder(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening data folder: %w", err)
	}
	if err := v.closeFile(); err != nil {
		return nil, fmt.Errorf("opening secret: %w", err)
	}
	if _, err := v.Current(); err != nil && !errors.Is(err, ErrNotEnrolled) {
		return nil, err
	}
	return v, nil
}

// closeFile takes the secret from everybody but its owner, as a copy or a
// backup that was put back may have left it open. A folder that is not ours
// alone does not do that for it.
func (v *Vault) closeFile() error {
	info, err := os.Lstat(v.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if runtime.GOOS == "windows" || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return os.Chmod(v.path(), 0o600)
}

// FixedVault returns a vault that holds s for ever; its Create and Replace
// refuse.
func FixedVault(s Secret) *Vault {
	return &Vault{current: s}
}

// Current returns the secret. It looks at the file each time, so that a
// rotation by another process counts at once, and reads it only when it changed.
//
// A secret that disappears while the program runs is ErrDamaged and not
// ErrNotEnrolled: removing the file must not open the way for a new one.
func (v *Vault) Current() (Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.dir == "" {
		return v.current, nil
	}
	info, err := os.Stat(v.path())
	switch {
	case errors.Is(err, fs.ErrNotExist) && v.stat != nil:
		return Secret{}, v.damaged("it was removed while the program ran")
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(v.path()); err == nil {
			return Secret{}, v.damaged("it is a link that leads nowhere")
		}
		return Secret{}, ErrNotEnrolled
	case err != nil:
		return Secret{}, fmt.Errorf("reading secret: %w", err)
	case v.stat != nil && os.SameFile(v.stat, info) && v.stat.ModTime().Equal(info.ModTime()) && v.stat.Size() == info.Size():
		return v.current, nil
	}
	s, info, err := v.read()
	if err != nil {
		return Secret{}, err
	}
	v.current, v.stat = s, info
	return s, nil
}

// Create stores the first secret. It is atomic and on disk when it returns; if
// there is a secret already, whoever made it, it returns ErrEnrolled.
func (v *Vault) Create(s Secret) error {
	if v.dir == "" {
		return ErrEnrolled
	}
	// Seconds since 1970 lie above every epoch of an enrolment before, so that
	// a folder that is enrolled anew revives no old session.
	s.epoch = time.Now().Unix()
	return v.write(s, func(temp string) error {
		if _, err := os.Lstat(v.path()); !errors.Is(err, fs.ErrNotExist) {
			return ErrEnrolled
		}
		// Before the secret: a crash between the two leaves a mark on nothing.
		if err := markUntried(v.dir); err != nil {
			return err
		}
		err := publishNew(temp, v.path())
		if errors.Is(err, ErrEnrolled) {
			v.tried() // somebody else's secret is none of ours
		}
		return err
	})
}

// Replace rotates the secret: s takes the place of the current one, with a
// greater epoch. It is atomic: at any moment the file is the old secret or
// the new one, whole. It returns ErrChanged when the secret is no longer the
// one that this vault read last, so that of two rotations at once one wins and
// the other one knows.
func (v *Vault) Replace(s Secret) error {
	if v.dir == "" {
		return ErrFixed
	}
	known, err := v.known()
	if err != nil {
		return err
	}
	// Above every epoch that another server may have seen, as in Create.
	s.epoch = max(known.epoch+1, time.Now().Unix())
	return v.write(s, func(temp string) error {
		now, _, err := v.read()
		if err != nil {
			return err
		}
		if now.epoch != known.epoch || now.text() != known.text() {
			return ErrChanged
		}
		return os.Rename(temp, v.path())
	})
}

// known returns the secret as read last.
func (v *Vault) known() (Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stat == nil {
		return Secret{}, ErrNotEnrolled
	}
	return v.current, nil
}

// write puts s in a temporary file and calls publish to move it into place, all
// under the folder's lock.
func (v *Vault) write(s Secret, publish func(temp string) error) error {
	if s.key == nil {
		return errors.New("writing secret: it is empty")
	}
	b, err := encodeSecret(s)
	if err != nil {
		return err
	}
	if err := underLock(v.dir, func() error { return writeFile(v.dir, b, publish) }); err != nil {
		return fmt.Errorf("writing secret: %w", err)
	}
	_, err = v.Current() // From now on this vault knows that there is a secret.
	return err
}

// read reads the file, whatever is known of it.
func (v *Vault) read() (Secret, os.FileInfo, error) {
	f, err := os.Open(v.path())
	if err != nil {
		return Secret{}, nil, fmt.Errorf("reading secret: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Secret{}, nil, fmt.Errorf("reading secret: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Secret{}, nil, v.damaged("it is no regular file")
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSecretFile))
	if err != nil {
		return Secret{}, nil, fmt.Errorf("reading secret: %w", err)
	}
	s, err := decodeSecret(b)
	if err != nil {
		return Secret{}, nil, v.damaged(err.Error())
	}
	return s, info, nil
}

// damaged says what is wrong and what to do, in one line for the operator.
func (v *Vault) damaged(reason string) error {
	return fmt.Errorf("%w: %s: %s. Restore the file from a backup, or delete it, restart and enrol again", ErrDamaged, v.path(), reason)
}

func (v *Vault) path() string { return filepath.Join(v.dir, secretName) }

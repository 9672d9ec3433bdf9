//go:build unix

package auth

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// withUmask sets the process's umask for the rest of the test.
func withUmask(t *testing.T, mask int) {
	t.Helper()
	old := syscall.Umask(mask)
	t.Cleanup(func() { syscall.Umask(old) })
}

// The attack: another user of the machine reads the secret, because the owner's
// umask let them.
func TestModesDoNotDependOnTheUmask(t *testing.T) {
	for _, mask := range []int{0o000, 0o022, 0o077, 0o777} {
		dir := filepath.Join(t.TempDir(), "data")
		withUmask(t, mask)
		v := openVault(t, dir)
		if err := v.Create(newSecret(t)); err != nil {
			t.Fatalf("umask %03o: Create: got %v", mask, err)
		}
		current(t, v)
		if err := v.Replace(newSecret(t)); err != nil {
			t.Fatalf("umask %03o: Replace: got %v", mask, err)
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			want := os.FileMode(0o600)
			if d.IsDir() {
				want = 0o700
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("umask %03o: %s: got mode %o, want %o", mask, d.Name(), got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFolderOpenToOthers(t *testing.T) {
	tests := []struct {
		name  string
		mode  os.FileMode
		entry string // a file in it
		ok    bool
		want  os.FileMode
	}{
		{"empty: is closed", 0o777, "", true, 0o700},
		{"with a secret: is closed", 0o755, secretName, true, 0o700},
		{"of something else, readable: stays", 0o755, "holiday.jpg", true, 0o755},
		{"of something else, writable: is refused", 0o777, "holiday.jpg", false, 0o777},
		{"with a secret, writable: is refused", 0o770, secretName, false, 0o770},
	}
	whole, err := encodeSecret(newSecret(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.entry != "" {
				if err := os.WriteFile(filepath.Join(dir, tt.entry), whole, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, tt.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenVault(dir); (err == nil) != tt.ok {
				t.Errorf("OpenVault: got %v, want ok %v", err, tt.ok)
			}
			info, err := os.Stat(dir)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != tt.want {
				t.Errorf("mode: got %o, want %o", got, tt.want)
			}
		})
	}
}

// What a program's data folder is closed to before anything in it is looked at.
func TestCloseFolder(t *testing.T) {
	tests := []struct {
		name    string
		mode    os.FileMode
		entries []string
		refused string // empty: it is closed
	}{
		{"empty", 0o777, nil, ""},
		{"a disk of its own", 0o755, []string{"lost+found"}, ""},
		{"with a secret", 0o755, []string{secretName}, ""},
		{"with the caller's files", 0o755, []string{"holiday.jpg", ".probe-123"}, ""},
		{"of something else", 0o755, []string{"holiday.jpg"}, "others may look into"},
		{"of something else, closed", 0o700, []string{"holiday.jpg"}, ""},
		{"of something else, writable", 0o777, []string{"holiday.jpg"}, "others may write in"},
		{"with the caller's files, writable", 0o770, []string{"state.log"}, "others may write in"},
		{"with a secret, writable", 0o702, []string{secretName}, "others may write in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, entry := range tt.entries {
				if err := os.WriteFile(filepath.Join(dir, entry), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, tt.mode); err != nil {
				t.Fatal(err)
			}
			err := CloseFolder(dir, "state.log", ".probe-*")
			if (err == nil) != (tt.refused == "") || err != nil && !strings.HasPrefix(err.Error(), tt.refused) {
				t.Errorf("CloseFolder: got %v, want %q", err, tt.refused)
			}
			want := os.FileMode(0o700)
			if tt.refused != "" {
				want = tt.mode
			}
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != want {
				t.Errorf("mode: got %v, %v, want %o", info.Mode(), err, want)
			}
		})
	}
}

// The attack: take the file away behind a link, and be the first to set up.
func TestALinkThatLeadsNowhereIsDamage(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("/nonexistent/secret", filepath.Join(dir, secretName)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenVault(dir); !errors.Is(err, ErrDamaged) {
		t.Errorf("OpenVault: got %v, want ErrDamaged", err)
	}
}

// The attack: read a secret that was copied back from a backup with every right.
func TestAnOpenSecretIsClosed(t *testing.T) {
	dir := t.TempDir()
	if err := openVault(t, dir).Create(newSecret(t)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, secretName)
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	current(t, openVault(t, dir))
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret has mode %v, %v, want 0600", info.Mode(), err)
	}
}

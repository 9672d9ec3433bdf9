//go:build unix

package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// linked makes a data folder with a history and a file that others may read,
// and a link to it, as systemd does for a service with a user of its own.
func linked(t *testing.T) (folder, link string) {
	t.Helper()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder, link = filepath.Join(home, "private", "chat"), filepath.Join(home, "chat")
	if err := os.MkdirAll(filepath.Join(folder, historyName), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, "tls.pem"), "pem", 0o600)
	chmod(t, filepath.Join(folder, "tls.pem"), 0o644)
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	return folder, link
}

// The data folder of a packaged service is a link. Its backup has the files, none
// of which may become the backup itself, by whatever way one names the place.
func TestASymlinkIsTheFolder(t *testing.T) {
	folder, link := linked(t)
	file := filepath.Join(t.TempDir(), "chat.backup")
	code, _, said := command(t.Context(), link, "correct horse", "backup", file)
	if code != ExitOK || !strings.HasPrefix(said, "Done. 3 bytes ") {
		t.Fatalf("backup ends with %d and says\n%s", code, said)
	}
	to := filepath.Join(t.TempDir(), "elsewhere")
	code, _, said = command(t.Context(), to, "correct horse", "restore", file)
	if got, err := os.ReadFile(filepath.Join(to, "tls.pem")); code != ExitOK || string(got) != "pem" {
		t.Errorf("restore ends with %d, %q, %v and\n%s", code, got, err, said)
	}
	below := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Symlink(filepath.Join(folder, historyName), below); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{folder, link} {
		for _, place := range []string{folder, link, filepath.Join(link, historyName), below} {
			code, _, said := command(t.Context(), data, "correct horse", "backup", filepath.Join(place, "chat.backup"))
			if code != ExitUsage || !strings.Contains(said, "is in the data folder, which a backup is to outlive") {
				t.Errorf("a backup of %s into %s ends with %d and says\n%s", data, place, code, said)
			}
		}
	}
}

// With --force, the name is that of a link, or of a pipe that another program reads.
// Neither becomes a plain file.
func TestForceReplacesFilesOnly(t *testing.T) {
	_, link := linked(t)
	place := t.TempDir()
	pipe, other := filepath.Join(place, "pipe"), filepath.Join(place, "other")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(filepath.Join(place, "none"), other)); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{pipe, other} {
		before, err := os.Lstat(file)
		if err != nil {
			t.Fatal(err)
		}
		code, _, said := command(t.Context(), link, "correct horse", "backup", "--force", file)
		if code != ExitUsage || !strings.Contains(said, file+" is no plain file") {
			t.Errorf("a backup into %s ends with %d and says\n%s", file, code, said)
		}
		if after, err := os.Lstat(file); err != nil || after.Mode() != before.Mode() {
			t.Errorf("%s has become %v, %v", file, after, err)
		}
	}
}

func TestDoctorFollowsASymlink(t *testing.T) {
	folder, link := linked(t)
	d := wellDoctor(t)
	d.config.DataDir = link
	checkFinding(t, d.files(t.Context()), statusWarn, "1 of 2", filepath.Join(folder, "tls.pem"), "chmod -R go= "+folder)
}

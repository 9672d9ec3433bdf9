//go:build unix

package cmd

import (
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// typist types the first code of the secret that a command shows, as the owner does
// who has scanned it.
type typist struct {
	t     *testing.T
	shown <-chan string // nil once it has typed
}

func (h *typist) Read(b []byte) (int, error) {
	if h.shown == nil {
		return 0, io.EOF
	}
	secret := <-h.shown
	h.shown = nil
	return copy(b, codeAt(h.t, secret, time.Now())+"\n"), nil
}

// completes runs a command that shows a secret and asks for its first code.
func completes(t *testing.T, args ...string) {
	t.Helper()
	screen, log := &secretWatcher{found: make(chan string, 1)}, &output{}
	code := Execute(t.Context(), Program{
		Assets: os.DirFS(".."), Args: args, Stdin: &typist{t, screen.found}, Stdout: screen, Stderr: log,
	})
	if code != 0 {
		t.Fatalf("%v ends with %d and\n%s", args, code, log)
	}
}

// B04. The attack: another user of the machine looks into the data folder of
// somebody whose shell has umask 000. Whatever was done with it, no file is theirs to
// read: a set-up, a server with people in it, an upload, a log that was put aside, a
// rotation.
func TestModesUnderAnOpenUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "made", "by us")
	completes(t, "setup-totp", "--force", "--data-dir", dir)
	checkModes(t, dir, "secret.json")
	p := start(t, options{dir: dir, env: map[string]string{"TLS": "self-signed"}})
	checkModes(t, dir, "secret.json", logKeyName, runningName, journalName, ownCertificate)
	b := p.login(t)
	socket := b.join(t, "tea")
	upload := b.request(t, http.MethodPost, "/chat/tea/files", "a picture")
	upload.Header.Set("Origin", b.base)
	if r := b.do(t, upload); r.status != http.StatusCreated {
		t.Fatalf("the upload answers %d %s, want 201", r.status, r.body)
	}
	if err := socket.conn.CloseNow(); err != nil {
		t.Fatalf("leaving: %v", err)
	}
	fillLog(t, p)
	completes(t, "rotate-secret", "--force", "--yes", "--data-dir", dir)
	checkModes(t, dir, "secret.json", "uploads/", "history/", "log/chat.log", "log/chat-")
	p.stop(t)
	checkModes(t, dir, "secret.json")
}

// fillLog has the log put aside.
func fillLog(t *testing.T, p *program) {
	t.Helper()
	b := p.browser(t)
	for range 5_000 {
		r := b.request(t, http.MethodGet, "/no such page/"+strings.Repeat("x", 6_000), "")
		r.Header.Set("User-Agent", strings.Repeat("x", 200))
		b.do(t, r)
		if files, err := os.ReadDir(filepath.Dir(p.logFile())); err != nil || len(files) > 1 {
			return
		}
	}
	t.Fatal("the log is never put aside")
}

// checkModes checks every file of a data folder. Of each name one must be there: a
// file, or what begins so.
func checkModes(t *testing.T, dir string, names ...string) {
	t.Helper()
	var there []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = fs.ModeDir | 0o700
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
		rel, err := filepath.Rel(dir, path)
		there = append(there, rel)
		return err
	})
	if err != nil {
		t.Fatalf("looking at the modes: %v", err)
	}
	for _, name := range names {
		if !slices.ContainsFunc(there, func(rel string) bool { return strings.HasPrefix(rel, name) }) {
			t.Errorf("there is no %s to look at among %q", name, there)
		}
	}
}

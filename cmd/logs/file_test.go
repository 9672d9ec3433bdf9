package logs

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// kept is a log in a file of a new folder, and what it says to people.
func kept(t *testing.T) (l *Log, path string, said *safeBuffer) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "log", "chat.log")
	said = &safeBuffer{}
	l = Open(Options{File: path, Text: said})
	t.Cleanup(l.Close)
	return l, path, said
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parse(t, b)
	return string(b)
}

func TestFileIsTheOwners(t *testing.T) {
	t.Parallel()
	l, path, _ := kept(t)
	l.Info("a")
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v, want mode %o", name, info, err, want)
		}
	}
	l.Close()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	again := Open(Options{File: path})
	again.Info("b")
	again.Close()
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("after a restart: got %v, %v, want mode 600", info, err)
	}
	if got := content(t, path); strings.Count(got, "\n") != 2 {
		t.Errorf("a restart lost a record:\n%s", got)
	}
}

// Somebody moves the file, as logrotate does, or removes it.
func TestFileIsMoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("An open file cannot be moved there, so this only writes.")
	}
	t.Parallel()
	l, path, said := kept(t)
	l.Info("first")
	if err := os.Rename(path, path+".1"); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	l.Info("second")
	if got := content(t, path); !strings.Contains(got, "second") {
		t.Errorf("after a move the file has\n%s", got)
	}
	if err := os.RemoveAll(filepath.Dir(path)); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	l.Info("third")
	if got := content(t, path); !strings.Contains(got, "third") {
		t.Errorf("after its folder is gone the file has\n%s", got)
	}
	if strings.Contains(said.String(), "cannot be written") {
		t.Errorf("it complains:\n%s", said)
	}
}

// There is no way to the file for a while. People are told once, and afterwards
// the file says how much is missing.
func TestFileIsInTheWay(t *testing.T) {
	t.Parallel()
	l, path, said := kept(t)
	folder := filepath.Dir(path)
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // A folder without write permission would not stop root.
		t.Fatal(err)
	}
	for range 5 {
		l.Info("lost")
	}
	if got := strings.Count(said.String(), "the log file cannot be written to"); got != 1 {
		t.Errorf("people were told %d times, want once:\n%s", got, said)
	}
	if got := l.Lost(); got != 5 {
		t.Errorf("it counts %d lost records, want 5", got)
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	l.Info("found")
	got := content(t, path)
	if records := parse(t, []byte(got)); len(records) != 2 || records[0]["lost"] != 5.0 || records[1]["msg"] != "found" {
		t.Errorf("afterwards the file has\n%s", got)
	}
}

// A crash, or a disk that was full, left half a line. So did somebody's editor,
// in a file that is not ours.
func TestHalfALine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, before, want string }{
		{"ours", "{\"a\":1}\n{\"time\":\"2026", "{\"a\":1}\n"},
		{"ours alone", "{\"time\":\"2026", ""},
		{"somebody's", "dear diary", "dear diary\n"},
		{"whole", "{\"a\":1}\n", "{\"a\":1}\n"},
		{"empty", "", ""},
	} {
		path := filepath.Join(t.TempDir(), "chat.log")
		if err := os.WriteFile(path, []byte(tt.before), 0o600); err != nil {
			t.Fatal(err)
		}
		l := Open(Options{File: path})
		l.Info("new")
		l.Close()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if rest, ok := strings.CutPrefix(string(b), tt.want); !ok || !strings.HasPrefix(rest, `{"time":`) || strings.Count(rest, "\n") != 1 {
			t.Errorf("%s: got %q, want %q and a record", tt.name, b, tt.want)
		}
	}
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	var said safeBuffer
	l := Open(Options{File: t.TempDir(), Text: &said})
	l.Info("a")
	l.Close()
	if !strings.Contains(said.String(), "is not a regular file") {
		t.Errorf("of a folder it says\n%s", said.String())
	}
}

// An attacker makes records for as long as it takes. The disk does not fill.
func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "log")
	f := &file{path: filepath.Join(folder, "chat.log")}
	line := append(bytes.Repeat([]byte("x"), maxLine-1), '\n')
	for range 12 << 20 / maxLine {
		if _, err := f.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 600", e.Name(), info.Mode())
		}
		if info.Size() > 1<<20 {
			t.Errorf("%s has %d bytes, want 1 MiB at most", e.Name(), info.Size())
		}
	}
	if len(entries) != 6 {
		t.Errorf("12 MiB of records leave %d files, want the one in use and five that were put aside", len(entries))
	}
}

// safeBuffer may be written and read at once.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

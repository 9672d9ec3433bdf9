package history_test

import (
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func exists(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// files returns the contents of a folder.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]byte)
	for _, e := range list {
		if strings.HasPrefix(e.Name(), ".") {
			continue // A lock says nothing.
		}
		if b, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil { // Or it was removed just now.
			all[e.Name()] = b
		}
	}
	return all
}

// bytesIn is how many bytes the files of a folder have.
func bytesIn(t *testing.T, dir string) (n int) {
	t.Helper()
	for _, b := range files(t, dir) {
		n += len(b)
	}
	return n
}

// waitFor returns when something is so that the log does in the background.
func (w *world) waitFor(what string, so func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !so(); runtime.Gosched() {
		if time.Now().After(deadline) {
			w.t.Fatalf("it takes too long until %s", what)
		}
	}
}

// rewritten are the names of segments that were rewritten.
func rewritten(t *testing.T, dir string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range files(t, dir) {
			if !strings.HasSuffix(name, "-0000.log") && !yield(name) {
				return
			}
		}
	}
}

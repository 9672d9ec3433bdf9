package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Somebody changes a module and forgets to join it: the binary would go on with
// the old one.
func TestJoinedIsFresh(t *testing.T) {
	want, err := join("..")
	if err != nil {
		t.Fatal(err)
	}
	have := make(map[string]bool)
	folder := os.DirFS(filepath.Join("..", "joined"))
	err = fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		have[name] = true
		body, err := fs.ReadFile(folder, name)
		if err == nil && !bytes.Equal(body, want[name]) {
			t.Errorf("ui/joined/%s is not what the modules are; run go generate ./ui", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		if !have[name] {
			t.Errorf("ui/joined/%s is missing; run go generate ./ui", name)
		}
	}
}

// A module that no browser understands, or that imports what is not there, is an
// error that names it, and nothing is written.
func TestBrokenModule(t *testing.T) {
	for _, text := range []string{"const = 1", `import "./nowhere.js"`} {
		ui := t.TempDir()
		if err := os.CopyFS(ui, os.DirFS("..")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(ui, "static", "js", "login.js"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := run(ui); err == nil || !strings.Contains(err.Error(), "login.js") {
			t.Errorf("%q: error %v, want one that names login.js", text, err)
		}
		if _, err := os.Stat(filepath.Join(ui, "joined", "js", "room.js")); err != nil {
			t.Errorf("%q: the joined files that there were are gone: %v", text, err)
		}
	}
}

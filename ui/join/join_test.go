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

// A module or a sheet that no browser understands, or that imports what is not
// there, is an error that names it, and nothing is written.
func TestBroken(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"js/login.js", "const = 1"},
		{"js/login.js", `import "./nowhere.js"`},
		{"css/acts.css", ".a { color red; }"},
		{"css/acts.css", `@import "./nowhere.css";`},
	} {
		ui := t.TempDir()
		if err := os.CopyFS(ui, os.DirFS("..")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(ui, "static", filepath.FromSlash(tt.name)), []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := run(ui); err == nil || !strings.Contains(err.Error(), tt.name) {
			t.Errorf("%q: error %v, want one that names %s", tt.text, err, tt.name)
		}
		if _, err := os.Stat(filepath.Join(ui, "joined", "js", "room.js")); err != nil {
			t.Errorf("%q: the joined files that there were are gone: %v", tt.text, err)
		}
	}
}

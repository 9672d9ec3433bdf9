package cmd

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The attack: a flood of tries, so that each is a write to the disk. What counts
// the tries of a minute stays in memory; what they cost is kept.
func TestFloodGateIsNotKept(t *testing.T) {
	dir := t.TempDir()
	enrolIn(t, dir)
	c := spawn(t, dir)
	if status := c.comeIn(newChildBrowser(t), "203.0.113.9", "12345"); status != http.StatusUnauthorized {
		t.Errorf("a wrong code: got %d, want 401", status)
	}
	b, err := os.ReadFile(filepath.Join(dir, journalName))
	if err != nil {
		t.Fatal(err)
	}
	if kept := string(b); strings.Contains(kept, ":flood:") || !strings.Contains(kept, "login:source:203.0.113.9") {
		t.Errorf("the state file must hold the counters and nothing of the flood gate:\n%s", kept)
	}
}

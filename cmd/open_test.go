package cmd

import (
	"slices"
	"testing"
)

func TestOpenCommand(t *testing.T) {
	t.Parallel()
	for goos, want := range map[string][]string{
		"linux":   {"xdg-open", "http://127.0.0.1:5000"},
		"freebsd": {"xdg-open", "http://127.0.0.1:5000"},
		"darwin":  {"open", "http://127.0.0.1:5000"},
		"windows": {"rundll32", "url.dll,FileProtocolHandler", "http://127.0.0.1:5000"},
	} {
		if got := openCommand(goos, "http://127.0.0.1:5000"); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", goos, got, want)
		}
	}
}

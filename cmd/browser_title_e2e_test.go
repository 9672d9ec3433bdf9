//go:build e2e

package cmd

import (
	"strings"
	"testing"
)

// Anybody in a room may name it; all see it, and so does who comes later.
func TestBrowserTitle(t *testing.T) {
	p := start(t, options{})
	chrome := startBrowser(t)
	ann, bo := p.person(t, chrome, "Ann"), p.person(t, chrome, "Bo")
	for _, b := range []*tab{ann, bo} {
		b.enter(p, "/chat/q7f2k9m4p8s3v6x1")
	}
	ann.shows("h1", "q7f2k9")
	ann.click("#title")
	ann.focusOn(".title-field")
	ann.look("titling")
	ann.fill(".title-field", "nothing that stays")
	ann.press("Escape")
	ann.focusOn("#title")
	ann.shows("h1", "q7f2k9")

	ann.press("Enter")
	ann.fill(".title-field", "Bread, and what goes on it")
	ann.press("Enter")
	for _, b := range []*tab{ann, bo} {
		b.shows("h1", "Bread, and what")
		b.see("the tab's title", "document.title === 'Bread, and what goes on it · chat'")
		b.shows("#rows", "named the room Bread, and what goes on it")
	}
	bo.open("/chat/q7f2k9m4p8s3v6x1")
	bo.shows("h1", "Bread, and what")

	bo.click("#title")
	bo.fill(".title-field", strings.Repeat("שם ארוך מאוד ", 8))
	bo.click("#text") // going elsewhere keeps it
	ann.shows("h1", "שם ארוך")
	ann.look("titled")
	bo.click("#title")
	bo.fill(".title-field", "")
	bo.press("Enter")
	ann.shows("h1", "q7f2k9")
	ann.see("the tab's title", "document.title.startsWith('q7f2k9')")
}

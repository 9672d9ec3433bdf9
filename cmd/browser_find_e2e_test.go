//go:build e2e

package cmd

import (
	"fmt"
	"strings"
	"testing"
)

// Words that are somewhere in a long room are found, and the keyboard's means are
// told to who asks.
func TestBrowserSearchAndHelp(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/library")
	bo := p.companion(t, "Bo", "library")
	bo.say("The café key hangs behind the door, under the green coat, and not where it was last year.")
	for i := range 10 { // as many as may be said at once, and each is long
		bo.say(fmt.Sprint("shelf ", i, strings.Repeat("\nbooks", 5)))
	}
	b.hears("shelf 9")
	b.say("Who has the key of the CAFE?")
	far := "#m-" + b.idOf("behind the door")

	b.press("Ctrl+K")
	b.focusOn("#search input")
	b.look("search-empty")
	b.fill("#search input", "cafe")
	b.see("both hits, the newest first", "[...document.querySelectorAll('#hits mark')].map((m) => m.textContent).join() === 'CAFE,café'")
	b.look("search")
	b.press("ArrowDown")
	b.see("the second", "document.querySelector('#search input').getAttribute('aria-activedescendant') === 'hit-1'")
	b.press("Enter")
	b.focusOn(far)
	b.see("the message on the screen", "(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('"+far+"').getBoundingClientRect())")

	b.click("#find")
	b.fill("#search input", "no such word")
	b.shows("#search .note", "Found 0 in")
	b.press("Escape")
	b.see("no dialog", "!document.querySelector('#search').open")

	b.fill("#text", "")
	b.press("?")
	b.see("a question mark in the field", "document.querySelector('#text').value === '?' && !document.querySelector('dialog[open]')")
	b.fill("#text", "")
	valueOf[bool](b, "document.querySelector('#log').focus(); true")
	b.press("?")
	b.see("help", "document.querySelector('#help').open")
	b.look("help")
	b.press("Escape")
	b.see("no dialog", "!document.querySelector('#help').open")
}

//go:build e2e

package cmd

import (
	"net/url"
	"strings"
	"testing"
)

// TestBrowserJourney is the main job, from the first start to the logout: the
// owner sets up an authenticator in the browser and is in, opens a room, sends the
// link to somebody, who logs in, and they exchange text and pictures.
func TestBrowserJourney(t *testing.T) {
	p := start(t, options{fresh: true})
	chrome := startBrowser(t)

	ann := p.person(t, chrome, "Ann")
	ann.setUp(p)
	room := ann.newRoom()
	ann.look("room-empty")

	bo := p.person(t, chrome, "Bo")
	bo.open(room)
	bo.at("/auth?next=" + url.QueryEscape(room))
	bo.logIn(p, room)
	bo.inRoom()

	meet(ann, bo)
	talk(ann, bo)
	exchangePictures(ann, bo)
	ann.keepsTheEnd()
	ann.look("room")
	bo.look("room-of-bo")
	bo.lookAtPanel()
	twoTabs(p, ann, bo, room)
}

// setUp opens the link that the program printed and enrols an authenticator.
func (b *tab) setUp(p *program) {
	b.t.Helper()
	b.open("/setup")
	b.look("setup-stranger")
	b.open("/setup?claim=" + claimOf(b.t, p))
	b.look("setup-claim")
	b.click("main button.primary")
	b.at("/setup")
	b.click("summary") // to type the secret in
	secret := valueOf[string](b, "document.querySelector('#secret').textContent")
	b.look("setup-enrol")

	b.expect("status of 401")
	b.fill("#code", codeFor(strings.ReplaceAll(secret, " ", ""), false))
	b.at("/setup/confirm")
	b.shows("#problem", "does not fit")
	b.look("setup-wrong")
	b.fill("#code", codeAt(b.t, secret, p.clock.now()))
	b.at("/")
}

// logIn enters a wrong code, then a right one, and arrives where it wanted to.
func (b *tab) logIn(p *program, next string) {
	b.t.Helper()
	b.look("login")
	b.expect("status of 401")
	b.fill("#code", p.wrongCode(b.t))
	b.shows("#problem", "does not work")
	b.look("login-wrong")
	code := p.code(b.t)
	b.fill("#code", code[:3]+" "+code[3:]) // as apps show it; it is sent by itself
	b.at(next)
}

// wrongCode is six digits that open nothing now.
func (p *program) wrongCode(t testing.TB) string {
	t.Helper()
	s, err := p.vault(t).Current()
	if err != nil {
		t.Fatalf("reading the secret: %v", err)
	}
	return codeFor(strings.ReplaceAll(s.Groups(), " ", ""), false)
}

// newRoom opens the room that home offers and returns its path.
func (b *tab) newRoom() string {
	b.t.Helper()
	b.look("home")
	path := valueOf[string](b, "new URL(document.querySelector('#link').textContent).pathname")
	b.click("a[href='" + path + "']")
	b.at(path)
	b.inRoom()
	return path
}

// inRoom waits until the page has joined the room.
func (b *tab) inRoom() {
	b.t.Helper()
	b.see("the connection", "document.querySelector('#status').dataset.state === 'joined' && performance.getEntriesByName('whole').length")
}

// lookAtPanel opens what a phone has no room for: people and the invitation.
func (b *tab) lookAtPanel() {
	b.t.Helper()
	b.emulate(phone, "light")
	b.click(".people-button")
	b.see("the panel", "document.querySelector('#side:popover-open')")
	b.lookOn("room-panel", phone, small)
}

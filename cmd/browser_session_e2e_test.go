//go:build e2e

package cmd

import (
	"net/url"
	"testing"
)

// twoTabs opens a second tab of the same person, which is the same person to
// everybody, and ends the session in the first, which ends both.
func twoTabs(p *program, ann, bo *tab, room string) {
	ann.t.Helper()
	second := p.another(ann.t, ann)
	second.open(room)
	second.inRoom()
	ann.say("written in the first tab")
	second.see("one's own message as one's own",
		"[...document.querySelectorAll('.message.mine')].some((m) => m.textContent.includes('written in the first tab'))")
	bo.see("two people over three tabs", "document.querySelector('#count').textContent === '2'")

	ann.click("#side form[action='/logout'] button")
	ann.see("the login", "location.pathname === '/auth'") // by the form's answer or by the socket's word, whichever is first
	second.expect("status of 403")
	second.at("/auth?next=" + url.QueryEscape(room))
	bo.shows("#rows", "left")
	bo.see("one person", "document.querySelector('#count').textContent === '1'")
}

// Errors are pages of their own, in the house's looks.
func TestBrowserErrors(t *testing.T) {
	p := start(t, options{})
	chrome := startBrowser(t)
	b := p.person(t, chrome, "Ann")
	b.expect("status of 404")
	b.open("/no/such/page")
	b.shows(".status-number", "404")
	b.look("error-404")

	b.open("/setup?claim=stale")
	b.look("setup-done")

	b.expect("status of 401")
	b.expect("status of 429")
	b.open("/auth")
	for range 5 {
		b.fill("#code", p.wrongCode(t))
		b.shows("#problem", "does not work")
		b.open("/auth")
	}
	b.fill("#code", p.code(t))
	b.shows("#wait", "try again in")
	b.look("login-throttled")
	b.open("/auth?codes=3")
	b.look("login-step-up")
}

// C09. The attack: whoever sits down after Ann logged out presses Back, to read
// what was said. Nothing of it is in a copy that the browser kept.
func TestBrowserBackAfterLogout(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/cellar")
	b.say("the key is under the stone")
	b.sent()
	b.click("#side form[action='/logout'] button")
	b.at("/auth")
	valueOf[bool](b, "history.back(), true")
	b.at("/auth?next=" + url.QueryEscape("/chat/cellar"))
	b.see("the login and nothing else", "document.querySelector('#code') && !document.documentElement.outerHTML.includes('under the stone')")
}

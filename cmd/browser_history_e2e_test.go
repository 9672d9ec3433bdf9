//go:build e2e

package cmd

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Somebody's train is in a tunnel. What they write waits, and is sent once and in
// order when they are back; what others wrote meanwhile is there as well, in one
// order for everybody, and so it is after a reload.
func TestBrowserOffline(t *testing.T) {
	p := start(t, options{})
	chrome := startBrowser(t)
	ann, bo := p.person(t, chrome, "Ann"), p.person(t, chrome, "Bo")
	for _, b := range []*tab{ann, bo} {
		b.enter(p, "/chat/tunnel")
	}
	ann.say("before the tunnel")
	bo.hears("before the tunnel")

	bo.expect("net::ERR_INTERNET_DISCONNECTED")
	bo.offline(true)
	bo.see("the word of it", "document.querySelector('#status').dataset.state === 'offline'")
	for i := range 3 {
		bo.write(fmt.Sprint("from the tunnel ", i))
		ann.say(fmt.Sprint("meanwhile ", i))
	}
	bo.see("the marks of waiting", "document.querySelectorAll('.message.mine .mark[data-status=queued]').length === 3")
	bo.look("room-offline")

	bo.offline(false)
	bo.inRoom()
	bo.sent()
	ann.hears("from the tunnel 2")
	want := []string{"before the tunnel", "meanwhile 0", "meanwhile 1", "meanwhile 2", "from the tunnel 0", "from the tunnel 1", "from the tunnel 2"}
	ann.has(want)
	bo.has(want)
	bo.see("the line above what was missed", "document.querySelector('.unread + .message')?.textContent.includes('meanwhile 0')")
	bo.open("/chat/tunnel")
	bo.inRoom()
	bo.hears("from the tunnel 2")
	bo.has(want)
	bo.see("the beginning", "document.querySelector('#rows > .begin:first-child')")
}

// The server is restarted under open pages, with a message on the way. The page
// that writes is reloaded before the message is gone.
func TestBrowserRestart(t *testing.T) {
	port := freePort(t)
	p := start(t, options{env: map[string]string{"PORT": port}})
	chrome := startBrowser(t)
	ann, bo := p.person(t, chrome, "Ann"), p.person(t, chrome, "Bo")
	for _, b := range []*tab{ann, bo} {
		b.enter(p, "/chat/harbour")
		b.expect("net::ERR_CONNECTION_REFUSED")
		b.expect("WebSocket")
		b.expect("Failed to load resource")
	}
	ann.say("before")
	bo.hears("before")
	p.stop(t)
	ann.see("the end of the connection", "document.querySelector('#status').dataset.state === 'connecting'")
	ann.write("said to nobody")
	start(t, options{dir: p.dir, env: map[string]string{"PORT": port}})
	ann.open("/chat/harbour")
	ann.inRoom()
	ann.hears("said to nobody")
	ann.sent()
	bo.hears("said to nobody")
	ann.say("after")
	bo.hears("after")
	want := []string{"before", "said to nobody", "after"}
	ann.has(want)
	bo.has(want)
}

// A room in which much was said. Older pages come on the way up, and what is
// being read stays where it is.
func TestBrowserLongRoom(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	var want []string
	for i := range 6 { // each may say thirty things at once
		g := p.companion(t, fmt.Sprint("Guest ", i), "annals")
		for n := range 30 {
			text := fmt.Sprintf("%d.%d %s", i, n, strings.Repeat("of the lighthouse ", n%7))
			g.say(text)
			want = append(want, strings.TrimSpace(text))
		}
	}
	b.enter(p, "/chat/annals")
	b.hears("5.29")
	b.keepsTheEnd()

	const rows = "document.querySelectorAll('.message').length"
	for valueOf[bool](b, "document.querySelector('#rows > :first-child .load') !== null") {
		before := valueOf[int](b, rows)
		valueOf[float64](b, "window.readAt = "+readUp)
		// On a busy machine a late layout may take the reader back to the end;
		// then they scroll up once more.
		const atEnd = "(log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.querySelector('#log'))"
		b.see("an older page", fmt.Sprintf("%s > %d || document.querySelector('#rows > .begin') !== null || (%s && (window.readAt = %s), false)",
			rows, before, atEnd, readUp))
		moved := valueOf[float64](b, "document.querySelector('[data-seen]').getBoundingClientRect().top - window.readAt")
		if moved > 1 || moved < -1 {
			t.Errorf("what was being read moved by %g px when an older page came", moved)
		}
	}
	valueOf[bool](b, "document.querySelector('#log').scrollTop = 0, true")
	b.see("the beginning", "(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('#rows > .begin').getBoundingClientRect())")
	b.picture("long-room-begin-1280-light")
	got := b.texts()
	for i := range got {
		got[i] = strings.TrimSpace(got[i])
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page shows %d messages, want the %d that were said, in order:\n%q", len(got), len(want), got)
	}
	if said := valueOf[string](b, "document.querySelector('#announce').textContent"); said != "" {
		t.Errorf("history is announced: %q", said)
	}
	const byHand = "(log => { log.scrollTop = %s; })(document.querySelector('#log')), true"
	for _, to := range []string{"0", "log.scrollHeight"} {
		valueOf[bool](b, fmt.Sprintf(byHand, to))
		b.see("the scroll's event", "document.querySelector('#newer').hidden === "+fmt.Sprint(to != "0"))
	}
	valueOf[bool](b, fmt.Sprintf(byHand, "log.scrollHeight - log.clientHeight - 200"))
	b.see("the way back down", "!document.querySelector('#newer').hidden")
	b.click("#newer")
	b.see("the end", "(log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.querySelector('#log'))")

	// The first of all is answered, and is not loaded when somebody wants to see it.
	first := b.idOf("0.0")
	p.companion(t, "Guest 6", "annals").write(fmt.Sprintf(`421["send_message",{"chat_id":"annals","message":"So it began.","reply_to":%q}]`, first))
	b.hears("So it began")
	b.open("/chat/annals")
	b.inRoom()
	b.hears("So it began")
	b.see("a quote of something unknown", "document.querySelector('.quote.unknown') && !document.querySelector('#m-"+first+"')")
	b.click(".quote")
	b.focusOn("#m-" + first)
	b.see("the message on the screen", "(r => r.top >= 0 && r.bottom <= innerHeight)(document.activeElement.getBoundingClientRect())")
	b.click("#newer")
	b.see("the end again", "document.querySelector('#rows > :last-child').textContent.includes('So it began') && (log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.querySelector('#log'))")
}

// readUp scrolls close to the top, marks what is read there, and returns where
// it is on the screen.
const readUp = `(() => {
	const log = document.querySelector("#log");
	log.scrollTop = 240;
	document.querySelector("[data-seen]")?.removeAttribute("data-seen");
	const seen = [...document.querySelectorAll(".message")].find((m) => m.getBoundingClientRect().top > log.getBoundingClientRect().top);
	seen.dataset.seen = "";
	return seen.getBoundingClientRect().top;
})()`

// has checks what the tab shows, from the first to the last.
func (b *tab) has(want []string) {
	b.t.Helper()
	if got := b.texts(); !slices.Equal(got, want) {
		b.t.Errorf("%s sees %q, want %q", b.name, got, want)
	}
}

// texts are the messages on the screen, in their order.
func (b *tab) texts() []string {
	b.t.Helper()
	return valueOf[[]string](b, "[...document.querySelectorAll('.message .text')].map((m) => m.textContent)")
}

// A room says that it begins where it does, also to those who come later, and
// where it remembers no more it says that instead. An empty one says neither.
func TestBrowserRoomBegins(t *testing.T) {
	p := start(t, options{env: map[string]string{"HISTORY_MESSAGES": "5"}})
	chrome := startBrowser(t)
	b := p.person(t, chrome, "Ann")
	b.enter(p, "/chat/nursery")
	b.see("an empty room", "!document.querySelector('#empty').hidden && !document.querySelector('.begin')")
	b.say("The first word.")
	b.see("no empty room", "document.querySelector('#empty').hidden")
	b.shows("#rows > .begin:first-child", "The room begins here.")
	b.open("/chat/nursery")
	b.inRoom()
	b.shows("#rows > .begin:first-child", "The room begins here.")
	b.look("room-begins")
	bo := p.companion(t, "Bo", "nursery")
	for n := range 12 {
		bo.say(fmt.Sprintf("word %d", n))
	}
	b.hears("word 11")
	b.open("/chat/nursery")
	b.inRoom()
	b.shows("#rows > .begin:first-child", "as far back as this room remembers")
	if valueOf[bool](b, "document.querySelector('#rows').textContent.includes('The first word.')") {
		t.Error("a room of five messages keeps thirteen")
	}
}

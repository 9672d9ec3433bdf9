//go:build e2e

package cmd

import (
	"strings"
	"testing"
)

// The server keeps its people and loses its Redis while they write. The page
// says that nothing can be stored now, keeps what was written, and once Redis is
// back sends it, once and in its order, and says no more of it.
func TestBrowserWhileRedisIsGone(t *testing.T) {
	const banner = "document.querySelector('#banner')"
	storage := external[0].start(t)
	u := mustURL(t, storage)
	way := newWire(t, u.Host)
	u.Host = way.addr()
	p := start(t, options{storage: u.String()})
	bo := p.companion(t, "Bo", "tea")
	ann := p.person(t, startBrowser(t), "Ann")
	ann.enter(p, "/chat/tea")
	ann.say("before")
	bo.expect(t, `42["receive_message"`)

	way.set(mode{cut: true})
	ann.write("first of the outage")
	ann.write("second of the outage")
	ann.see("what the server cannot do", banner+".textContent.includes('cannot store messages right now') && !"+banner+".hidden")
	ann.see("a person who is connected", "document.querySelector('#status').dataset.state === 'joined'")
	ann.see("two messages that are not sent",
		"[...document.querySelectorAll('.message.mine .mark')].slice(-2).every((m) => ['queued', 'sending'].includes(m.dataset.status))")
	ann.look("room-stalled")

	way.set(mode{})
	ann.sent()
	ann.see("no banner", banner+".hidden || !"+banner+".textContent")
	for _, text := range []string{"first of the outage", "second of the outage", "afterwards"} {
		if text == "afterwards" {
			ann.say(text)
		}
		bo.hears(text)
	}
}

// hears checks that the next message is this one.
func (g *companion) hears(text string) {
	g.t.Helper()
	if got := g.expect(g.t, `42["receive_message"`); !strings.Contains(got, quote(text)) {
		g.t.Fatalf("the next message is %s, want %q", got, text)
	}
}

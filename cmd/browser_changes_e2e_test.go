//go:build e2e

package cmd

import (
	"fmt"
	"testing"
)

// What others do to what was said is seen as they do it, and again by who comes
// later.
func TestBrowserChangesByOthers(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/boathouse")
	bo, cy := p.companion(t, "Bo", "boathouse"), p.companion(t, "Cy", "boathouse")
	b.say("Shall we paint the boat on Saturday?")
	plan := b.idOf("Saturday")
	bo.say("Yes, wiht the blue that is left.")
	b.hears("wiht")
	typo := b.idOf("wiht")
	bo.change("edit_message", typo, `"message":"Yes, with the blue that is left. See https://paint.example/blue"`)
	b.hears("Yes, with the blue")
	b.see("the mark of an edit, and the link in it", "document.querySelector('#m-"+typo+" .meta').textContent.includes('edited') && document.querySelector('#m-"+typo+" a')")

	bo.show(drawPNG(t, 300, 200), 300, 200, "")
	b.see("the picture", "document.querySelector('.picture img')?.naturalWidth === 300")
	picture := valueOf[string](b, "document.querySelector('.picture').closest('li').id.slice(2)")
	bo.change("delete_message", picture, "")
	b.see("what is left of the picture", "!document.querySelector('.picture') && document.querySelector('#m-"+picture+".deleted .text')")

	for _, g := range []*companion{bo, cy} {
		g.change("react", plan, `"emoji":"👍","on":true`)
	}
	cy.change("react", plan, `"emoji":"a boat that is red, and not blue at all, or so","on":true`)
	chip := "#m-" + plan + " .chip"
	b.shows(chip, "👍 2")
	b.click(chip)
	b.see("one's own", "document.querySelector('"+chip+"[aria-pressed=true]')?.textContent.startsWith('👍 3')")
	bo.change("react", plan, `"emoji":"👍","on":false`)
	b.shows(chip, "👍 2")
	cy.write(fmt.Sprintf(`421["send_message",{"chat_id":"boathouse","message":"That day I am at sea, so without me.","reply_to":%q}]`, plan))
	b.shows(".quote", "Shall we paint")
	b.look("changes")
	for _, sentence := range []string{"Bo edited: Yes, with the blue", "Bo deleted a message", "Cy reacted 👍 to: Shall we paint"} {
		b.shows("#announce", sentence)
	}

	b.pointAt("#m-" + typo + " .bubble")
	b.click("#m-" + typo + " .actions [aria-label=Reply]")
	b.fill("#text", "As blue as the sea.")
	b.open("/chat/boathouse")
	b.inRoom()
	b.shows(".about", "Reply to BoYes, with the blue")
	b.focusOn("#text")
	b.press("Enter")
	b.see("the answer as one", "[...document.querySelectorAll('.message.mine')].at(-1).querySelector('.quote')?.textContent.includes('Yes, with the blue')")
	b.sent()
	b.hears("Yes, with the blue")
	b.shows(chip, "👍 2")
	b.shows(".deleted .text", "deleted")
	b.click(chip)
	b.shows(chip, "👍 1")
	b.click(".quote")
	b.see("the way to the answered message", "document.activeElement.id === 'm-"+plan+"'")
}

// idOf is the id of the message with a text.
func (b *tab) idOf(text string) string {
	b.t.Helper()
	return valueOf[string](b, "[...document.querySelectorAll('.message')].find((m) => m.querySelector('.text')?.textContent.includes("+quote(text)+")).id.slice(2)")
}

// change does something to a message, and waits until the server has it.
func (g *companion) change(event, id, more string) {
	g.t.Helper()
	if more != "" {
		more = "," + more
	}
	g.write(fmt.Sprintf(`421[%q,{"chat_id":%q,"id":%q%s}]`, event, g.room, id, more))
	g.expect(g.t, `431[{"id"`)
}

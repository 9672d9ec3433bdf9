//go:build e2e

package cmd

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// middle is where the middle of an element is.
func (b *tab) middle(css string) [2]float64 {
	b.t.Helper()
	b.see(css, "document.querySelector("+quote(css)+")")
	b.settle()
	return valueOf[[2]float64](b, "(({ x, y, width, height }) => [x + width / 2, y + height / 2])(document.querySelector("+quote(css)+").getBoundingClientRect())")
}

// pointAt moves the mouse over an element.
func (b *tab) pointAt(css string) {
	b.t.Helper()
	at := b.middle(css)
	b.do("pointing at "+css, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at[0], Y: at[1]})
		return err
	})
}

// withFingers makes the tab one of a device without a mouse.
func (b *tab) withFingers() {
	b.t.Helper()
	b.do("taking the mouse away", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 1})
		return err
	})
}

// touch taps on an element with a finger.
func (b *tab) touch(css string) {
	b.t.Helper()
	b.finger(css)
	b.finger("")
}

// finger puts a finger on an element, or takes it away.
func (b *tab) finger(css string) {
	b.t.Helper()
	event := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}}
	if css != "" {
		at := b.middle(css)
		event = input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}}
	}
	b.do("touching "+css, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.DispatchTouchEvent, event)
		return err
	})
}

// keyboard presses keys one after the other, where the focus is.
func (b *tab) keyboard(names ...string) {
	b.t.Helper()
	for _, name := range names {
		b.press(name)
	}
}

// focusOn waits until an element has the focus.
func (b *tab) focusOn(css string) {
	b.t.Helper()
	b.see("the focus on "+css, "document.activeElement.matches("+quote(css)+")")
}

// Everything that is done to messages works with the keyboard alone.
func TestBrowserActsByKeyboard(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/greenhouse")
	bo := p.companion(t, "Bo", "greenhouse")
	bo.say("Did somebody water the tomatoes?")
	b.hears("tomatoes")
	b.say("I dit.")
	dit := b.idOf("dit")
	tomatoes := b.idOf("tomatoes")

	b.press("ArrowUp")
	b.see("the text in the field", "document.querySelector('#text').value === 'I dit.' && document.querySelector('.about')")
	b.look("editing")
	b.press("Escape")
	b.see("no edit", "document.querySelector('#text').value === '' && !document.querySelector('.about')")
	b.press("ArrowUp")
	b.fill("#text", "I did, at six.")
	b.press("Enter")
	b.see("the new text, and sent", "document.querySelector('#m-"+dit+" .text').textContent === 'I did, at six.' && document.querySelector('#m-"+dit+" .mark').dataset.status === 'sent'")
	b.see("an empty field", "document.querySelector('#text').value === ''")

	b.see("the bar's module", "!!document.querySelector('#remove')") // it is loaded at the first key
	valueOf[bool](b, "document.querySelector('#log').focus(); true")
	b.press("Tab")
	b.focusOn("#m-" + dit + " .actions button")
	b.press("ArrowUp")
	b.focusOn("#m-" + tomatoes + " .actions button")
	b.look("actions-of-others")
	b.keyboard("Enter", "ArrowRight")
	b.look("reacting")
	b.press("Enter") // the heart
	b.shows("#m-"+tomatoes+" .chip", "❤️ 1")
	b.focusOn("#m-" + tomatoes + " .actions button")
	b.keyboard("ArrowRight", "Enter") // an answer
	b.focusOn("#text")
	b.fill("#text", "With the can, not the hose.")
	b.look("replying")
	b.press("Enter")
	b.shows(".message.mine .quote", "Did somebody water")
	b.sent()

	b.fill("#text", "On its way :rocke")
	b.see("what is meant", "document.querySelector('#choices [aria-selected=true]')?.textContent.includes(':rocket:')")
	b.look("completing")
	b.keyboard("ArrowDown", "Escape", "Escape")
	b.see("no list", "document.querySelector('#choices').hidden && document.querySelector('#text').value === 'On its way :rocke'")
	b.fill("#text", "On its way :rocke")
	b.see("the list", "!document.querySelector('#choices').hidden")
	b.press("Enter")
	b.see("the emoji in the field", "document.querySelector('#text').value === 'On its way 🚀 '")
	b.fill("#text", "On its way :tada:")
	b.press("Enter")
	b.hears("On its way 🎉")
	b.sent()

	valueOf[bool](b, "document.querySelector('#log').focus(); true")
	b.keyboard("Tab", "Enter", "ArrowDown")
	b.focusOn(".actions .field")
	b.fill(".actions .field", "boat")
	b.look("reacting-by-name")
	b.press("Enter")
	b.shows("#m-"+b.idOf("On its way")+" .chip", "⛵ 1")

	valueOf[bool](b, "document.querySelector('#log').focus(); true")
	b.keyboard("Tab", "ArrowUp", "ArrowUp", "End")
	b.focusOn("#m-" + dit + " .actions [aria-label=Delete]")
	b.press("Enter")
	b.see("the question", "document.querySelector('#remove').open")
	b.look("deleting")
	b.press("Escape")
	b.see("no dialog", "!document.querySelector('#remove').open && !document.querySelector('.deleted')")
	b.focusOn("#m-" + dit + " .actions [aria-label=Delete]")
	b.press("Enter")
	b.see("the question again", "document.querySelector('#remove').open")
	b.keyboard("Tab", "Enter")
	b.see("the message deleted", "document.querySelector('#m-"+dit+".deleted')")
	b.focusOn("#text")

	// The server's clock has the last word.
	last := b.idOf("On its way")
	p.clock.advance(16 * time.Minute)
	b.press("ArrowUp")
	b.fill("#text", "With the hose.")
	b.press("Enter")
	b.shows("#over", "15 minutes")
	b.shows("#m-"+last+" .text", "On its way")
}

// The same with a mouse, and with fingers on a phone.
func TestBrowserActsByHand(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/workshop")
	bo := p.companion(t, "Bo", "workshop")
	bo.say("The saw is back.")
	b.hears("saw")
	saw := "#m-" + b.idOf("saw")
	b.say("Good, I need it, and the long bench behind the window, for the whole afternoon and perhaps the evening.")
	mine := "#m-" + b.idOf("Good")

	b.pointAt("#text")
	b.pointAt(saw + " .bubble")
	b.see("the bar", "document.querySelector('"+saw+" .actions')")
	b.pointAt(mine + " .bubble")
	b.see("the bar", "document.querySelector('"+mine+" .actions')")
	b.pictureOn("hover", laptop)
	b.pointAt(mine + " .bubble")
	b.click(mine + " .actions [aria-label='Copy text']")
	b.see("thanks", "document.querySelector('.actions .done, .actions [aria-label=Copied]')")

	b.click("#text")
	b.see("no bar", "!document.querySelector('.actions.near, .actions:focus-within')")
	b.withFingers()
	b.emulate(phone, "dark")
	b.touch(saw + " .bubble")
	b.see("the bar under the finger", "document.querySelector('"+saw+".acting .actions')")
	b.look("touched")
	b.withFingers()
	b.emulate(phone, "light")
	b.touch(saw + " .actions button")
	b.touch(saw + " .actions button:not([hidden])")
	b.shows(saw+" .chip", "👍 1")
	b.see("the bar gone", "!document.querySelector('.acting')")

	b.withFingers()
	b.finger(mine + " .bubble")
	b.see("the bar under a finger that stays", "document.querySelector('"+mine+".acting .actions')")
	b.finger("")
	b.see("the bar without the finger", "document.querySelector('"+mine+".acting .actions') && getSelection().isCollapsed")
}

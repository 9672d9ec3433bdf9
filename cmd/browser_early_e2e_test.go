//go:build e2e

package cmd

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

// The page is there before its script. What others say in between is neither lost
// nor shown twice.
func TestBrowserRoomBeforeItsScript(t *testing.T) {
	p := start(t, options{})
	bo := p.companion(t, "Bo", "early")
	bo.say("before")
	b := p.person(t, startBrowser(t), "Ann")
	b.open("/")
	b.fill("#code", p.code(t))
	b.at("/")

	proceed := b.hold("*/js/room.js")
	valueOf[bool](b, "(location.assign('/chat/early'), true)")
	b.see("the room without its script", "document.querySelector('#status')?.dataset.state === 'connecting'")
	bo.say("while her script is on its way")
	proceed()
	b.inRoom()
	bo.say("after")
	b.shows(".message:last-child .text", "after")
	b.has([]string{"before", "while her script is on its way", "after"})
	b.say("heard")
	bo.expect(t, `42["receive_message"`)
}

// hold keeps what the tab asks for on its way, until proceed is called.
func (b *tab) hold(pattern string) (proceed func()) {
	b.t.Helper()
	held := make(chan fetch.RequestID, 8)
	if err := chromedp.Listen(b.ctx, func(event any) {
		if e, ok := event.(*fetch.EventRequestPaused); ok {
			held <- e.RequestID
		}
	}); err != nil {
		b.fail("listening for %s: %v", pattern, err)
	}
	b.do("holding "+pattern, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern}}})
		return err
	})
	return func() {
		b.t.Helper()
		b.do("letting go of "+pattern, func(ctx context.Context) error {
			select {
			case id := <-held:
				_, err := chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: id})
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}
}

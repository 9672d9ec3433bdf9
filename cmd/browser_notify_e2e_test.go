//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"slices"
	"testing"

	devbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// noteNews notes how often the page asks for leave, what it hands to the worker
// that shows notifications, and every sound that it makes.
const noteNews = `{
	globalThis.asked = 0; globalThis.told = []; globalThis.heard = 0;
	const ask = Notification.requestPermission;
	Notification.requestPermission = function () { asked++; return ask.call(Notification); };
	const post = ServiceWorker.prototype.postMessage;
	ServiceWorker.prototype.postMessage = function (news) { told.push(news.title ? news.title + ": " + news.body : "seen"); return post.call(this, news); };
	const start = OscillatorNode.prototype.start;
	OscillatorNode.prototype.start = function (at) { heard++; return start.call(this, at); };
	true
}`

// Somebody who looks at something else is told of messages, if they want to be:
// by whom and where, and what was said only if they want that too. The browser
// is asked for its leave on that click and at no other time.
func TestBrowserNotifications(t *testing.T) {
	p := start(t, options{})
	b := p.tab(t, startBrowser(t), "Ann") // in the browser's own context: others are private, and may not show any
	b.enter(p, "/chat/watch")
	b.worker()
	valueOf[bool](b, noteNews)
	bo := p.companion(t, "Bo", "watch")
	b.away(true)
	bo.say("nobody asked for this to be told")
	b.hears("nobody asked")

	b.away(false)
	b.permit(devbrowser.PermissionSettingDenied)
	b.click("[data-wish='notify']")
	b.shows("#notify-note", "does not allow")
	b.whole("#notify-note")
	b.see("a switch that is off", "!document.querySelector('[data-wish=notify]').checked && localStorage.getItem('notify') === null")
	b.lookOn("notify-denied", laptop, phone)

	b.permit(devbrowser.PermissionSettingGranted)
	b.click("[data-wish='notify']")
	b.see("a switch that is on", "document.querySelector('[data-wish=notify]').checked && localStorage.getItem('notify') === '1'")
	bo.say("while Ann is looking")
	b.hears("while Ann is looking")
	b.away(true)
	bo.say("first")
	b.notified("Bo in watch: 1 new message")
	bo.say("second")
	b.notified("Bo in watch: 2 new messages")

	valueOf[bool](b, "localStorage.setItem('mute:watch', '1'), true")
	bo.say("into a muted room")
	b.hears("into a muted room")
	valueOf[bool](b, "localStorage.removeItem('mute:watch'), true")
	b.away(false)
	b.click("[data-wish='notify:text']")
	b.click("[data-wish='sound']") // which sounds at once
	b.see("a sound", "heard === 2")
	b.away(true)
	bo.say("the lamp is lit")
	b.notified("Bo in watch: the lamp is lit")

	b.away(false)
	b.see("the end of it", "told.at(-1) === 'seen'")
	want := []string{"Bo in watch: 1 new message", "Bo in watch: 2 new messages", "seen", "Bo in watch: the lamp is lit", "seen"}
	if got := valueOf[[]string](b, "told"); !slices.Equal(got, want) {
		t.Errorf("it told %q, want %q", got, want)
	}
	if asked := valueOf[int](b, "asked"); asked != 2 {
		t.Errorf("the browser was asked %d times, want once for each click", asked)
	}
}

// notified waits until the page hands a notification to the worker. Whether the
// system shows it is the system's affair; what the worker does with it, the
// tests of the modules say.
func (b *tab) notified(news string) {
	b.t.Helper()
	b.see("the notification "+quote(news), "told.at(-1) === "+quote(news))
}

// permit says what the browser answers when a page asks to show notifications.
func (b *tab) permit(setting devbrowser.PermissionSetting) {
	b.t.Helper()
	b.do("permitting notifications", func(ctx context.Context) error {
		_, err := chromedp.CallBrowser(ctx, devbrowser.SetPermission, devbrowser.SetPermissionParams{
			Permission: &devbrowser.PermissionDescriptor{Name: "notifications"}, Setting: setting, Origin: b.base,
		})
		return err
	})
}

// away puts the tab's window away, or brings it back. Nothing less takes the
// focus from a window that is not there for anybody to see.
func (b *tab) away(away bool) {
	b.t.Helper()
	state := devbrowser.WindowStateNormal
	if away {
		state = devbrowser.WindowStateMinimized
	}
	b.do("looking elsewhere", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: false})
		if err != nil {
			return err
		}
		window, err := chromedp.CallBrowser(ctx, devbrowser.GetWindowForTarget, devbrowser.GetWindowForTargetParams{TargetID: chromedp.FromContext(ctx).Target.TargetID})
		if err != nil {
			return err
		}
		_, err = chromedp.CallBrowser(ctx, devbrowser.SetWindowBounds, devbrowser.SetWindowBoundsParams{
			WindowID: window.WindowID, Bounds: &devbrowser.Bounds{WindowState: state},
		})
		return err
	})
	b.see("the focus", fmt.Sprintf("document.hasFocus() === %t", !away))
}

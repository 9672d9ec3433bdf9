//go:build e2e

package cmd

import "testing"

// Somebody has no mouse and no finger for it: from the login to the logout with
// keys alone. Wherever the focus goes, it can be seen.
func TestBrowserKeyboardAlone(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.emulate(laptop, "light")
	b.open("/auth")
	b.focusOn("#code")
	b.types(p.code(t))
	b.at("/")
	b.tabTo("Tab", "a.primary")
	b.press("Enter")
	b.inRoom()
	b.focusOn("#text")
	b.types("Hello")
	b.press("Enter")
	b.hears("Hello")
	b.sent()

	b.tabTo("Shift+Tab", "#title")
	b.press("Enter")
	b.focusOn(".title-field")
	b.types("The pier")
	b.press("Enter")
	b.shows("h1", "The pier")
	b.focusOn("#title")
	b.see("the bar's module", "!!document.querySelector('#remove')")

	room := valueOf[string](b, "location.pathname.split('/').at(-1)")
	p.companion(t, "Bo", room).show(drawPNG(t, 200, 100), 200, 100, "")
	b.see("the picture", "document.querySelector('.picture img')")
	b.tabTo("Tab", "#log")
	b.press("Tab")
	b.focusOn(".message:not(.mine) .actions button")
	b.press("Shift+Tab")
	b.focusOn(".picture")
	b.press("Enter")
	b.see("the lightbox", "document.querySelector('#lightbox').open && document.activeElement.closest('#lightbox')")
	b.keyboard("Tab", "Tab", "Tab")
	b.see("the focus inside, or with the browser", "document.activeElement === document.body || document.activeElement.closest('#lightbox')")
	b.press("Escape")
	b.focusOn(".picture")

	b.tabTo("Tab", "#text")
	b.types("goodbye")
	b.tabTo("Tab", "#side #name")
	b.types("Anna")
	b.press("Enter")
	b.shows("#people", "Anna")
	b.tabTo("Tab", "[data-wish^='mute:']")
	b.press("Space")
	b.see("a muted room", "document.activeElement.checked")
	b.tabTo("Tab", "#keys")
	b.press("Enter")
	b.see("help", "document.querySelector('#help').open")
	b.press("Escape")
	b.focusOn("#keys")
	b.tabTo("Tab", "#side form[action='/logout'] button")
	b.press("Enter")
	b.see("the login", "location.pathname === '/auth'")
}

// tabTo goes from stop to stop until it comes to an element, and looks at each
// on the way.
func (b *tab) tabTo(key, css string) {
	b.t.Helper()
	const stop = `((e) => {
		const { left, top, right, bottom } = e.getBoundingClientRect();
		const there = e.checkVisibility() && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
		const frame = e.closest(".composer") && e.matches("textarea") ? e.closest(".composer") : e;
		const { outlineStyle, boxShadow } = getComputedStyle(frame);
		const name = e.tagName + "#" + e.id + "." + e.className;
		return e === document.body ? "" : !there ? name + " is not on the screen" : outlineStyle === "none" && boxShadow === "none" ? name + " does not show the focus" : "";
	})(document.activeElement)`
	for range 60 {
		b.press(key)
		if problem := valueOf[string](b, stop); problem != "" {
			b.t.Error(problem)
		}
		if valueOf[bool](b, "document.activeElement.matches("+quote(css)+")") {
			return
		}
	}
	b.fail("sixty times %s do not lead to %s", key, css)
}

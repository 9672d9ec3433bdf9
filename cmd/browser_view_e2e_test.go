//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A message is longer than the screen. What can be done to it is in reach
// wherever one is in it, with keys and with a finger.
func TestBrowserLongMessageHasItsBar(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/saga")
	bo := p.companion(t, "Bo", "saga")
	bo.say(strings.Repeat("A long story about the sea. ", 150))
	b.hears("A long story")
	story := "#m-" + b.idOf("A long story")
	b.press("End")
	b.see("the bar's module", "!!document.querySelector('#remove')")
	const inLog = `((bar, log) => bar.top >= log.top && bar.bottom <= log.bottom && bar.left >= log.left && bar.right <= log.right)(
		document.querySelector(".actions").getBoundingClientRect(), document.querySelector("#log").getBoundingClientRect())`
	b.focusLog()
	b.press("Tab")
	b.focusOn(story + " .actions button")
	b.see("the bar on the screen", inLog)
	b.look("long-message-acts")
	b.press("Enter")
	b.see("the signs on the screen", "document.querySelector('.actions.picking') && "+inLog)
	b.pictureOn("long-message-reacting", laptop, phone)
	b.press("Escape")

	b.withFingers()
	b.emulate(phone, "light")
	for _, block := range []string{"start", "center", "end"} {
		valueOf[bool](b, fmt.Sprintf(`(({ style }) => {
			style.scrollBehavior = "auto";
			document.querySelector(%q).scrollIntoView({ block: %q });
		})(document.querySelector("#log")), true`, story+" .bubble", block))
		b.see("the bar on the screen, at the "+block, inLog)
	}
}

// Somebody opens the panel of a narrow window and makes the window wide, where
// the panel is a part of the page: it does not stay over everything, without a
// button to close it.
func TestBrowserPanelGrowsWide(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/attic")
	b.emulate(screen{1023, 768, false}, "light")
	b.click(".people-button")
	b.see("the panel", "document.querySelector('#side:popover-open')")
	b.emulate(laptop, "light")
	b.see("the panel in its place", "!document.querySelector('#side:popover-open') && document.querySelector('#side').getBoundingClientRect().left > 900")
	b.click("#text")
	b.focusOn("#text")
}

// What one pastes from a table or a page comes as words and as a picture of
// A name that the server refuses, and a link that leads nowhere: the field says
// The page for the time without a server has an address of its own. Who comes
// Whoever forces their own colours sees what is chosen, switched on and focused.
func TestBrowserForcedColours(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/contrast")
	bo := p.companion(t, "Bo", "contrast")
	bo.say("Hello in high contrast")
	b.say("Hello back")
	bo.change("react", b.idOf("Hello back"), `"emoji":"👍","on":true`)
	b.see("the mark", "document.querySelector('.chip')")
	b.click(".chip")
	b.see("one's own mark", "document.querySelector('.chip[aria-pressed=true]')")
	b.do("forcing colours", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
	const bordered = `["borderTopStyle", "outlineStyle"].some((side) => getComputedStyle(document.querySelector(%q))[side] !== "none")`
	for _, css := range []string{".mine .bubble", ".message:not(.mine) .bubble", "[data-wish=sound]", ".avatar"} {
		if !valueOf[bool](b, fmt.Sprintf(bordered, css)) {
			t.Errorf("%s has no border", css)
		}
	}
	const fill = "getComputedStyle(document.querySelector(%q)).backgroundColor"
	differ := func(what, a, b2 string) {
		t.Helper()
		if x, y := valueOf[string](b, a), valueOf[string](b, b2); x == y {
			t.Errorf("%s cannot be told: both are %s", what, x)
		}
	}
	differ("one's own mark", fmt.Sprintf(fill, ".chip[aria-pressed=true]"), fmt.Sprintf(fill, "body"))
	before := valueOf[string](b, fmt.Sprintf(fill, "[data-wish=sound]"))
	b.click("[data-wish=sound]")
	if after := valueOf[string](b, fmt.Sprintf(fill, "[data-wish=sound]")); after == before {
		t.Errorf("a switch looks the same on and off: %s", after)
	}
	b.picture("forced-colours-room-1280-light")
	b.press("Ctrl+K")
	b.fill("#search input", "hello")
	b.see("both hits", "document.querySelectorAll('#hits li').length === 2")
	differ("the chosen hit", fmt.Sprintf(fill, "#hits [aria-selected=true]"), fmt.Sprintf(fill, "#hits [aria-selected=false]"))
	b.picture("forced-colours-search-1280-light")
}

// What a dialog, a panel and a form are for is on the screen, however much else
// there is: with eleven pictures and five complaints, in a low window, on a phone
// on its side.
func TestBrowserButtonsStayInView(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	landscape := screen{844, 390, true}
	b.expect("status of 404")
	b.open("/nothing-here")
	b.emulate(landscape, "light")
	b.whole("a.primary")
	b.lookOn("error-404-landscape", landscape)
	b.open("/auth")
	b.emulate(landscape, "light")
	b.whole("button.primary")
	b.readable(".field.code", "::placeholder")
	b.lookOn("login-landscape", landscape)

	b.enter(p, "/chat/album")
	b.emulate(laptop, "light")
	b.whole("#find", "#keys", "#theme", "#side form[action='/logout'] button")
	b.whole("#name", "[data-wish^='mute:']", "[data-wish=notify]", "[data-copy=link]")
	b.lookOn("side", laptop)

	dir := t.TempDir()
	var files []string
	for i := range 11 {
		files = append(files, keepFile(t, dir, fmt.Sprintf("hill %d.png", i), drawPNG(t, 300+i, 200)))
	}
	for i := range 5 {
		files = append(files, keepFile(t, dir, fmt.Sprintf("notes of the %dth meeting, with a rather long name.txt", i), []byte("words")))
	}
	b.choose("#files", files...)
	b.see("all of them", "document.querySelectorAll('#thumbs img').length === 11 && !document.querySelector('#preview-send').disabled && document.querySelectorAll('#preview-problem p').length === 5")
	b.fill("#caption", strings.Repeat("A long caption about all of this. ", 12))
	for _, s := range []screen{laptop, phone, small, landscape} {
		b.emulate(s, "light")
		b.whole("#caption", "#preview-cancel", "#preview-send")
	}
	b.lookOn("preview-full", laptop, phone, small, landscape)
	b.press("Escape")

	b.emulate(phone, "light")
	b.press("Ctrl+K")
	b.see("search", "document.querySelector('#search').open")
	b.click("#search .icon-button")
	b.see("no search", "!document.querySelector('#search').open")
}

// However many people are there, the invitation is on the screen as a whole, with
// its QR code: a few have a line, and the rest have one when somebody asks.
func TestBrowserInvitationStaysInView(t *testing.T) {
	p := start(t, options{env: map[string]string{"LAN": "true"}})
	b := p.person(t, startBrowser(t), "Ann")
	b.expect("Cross-Origin-Opener-Policy") // which browsers obey over https only
	b.enter(p, "/chat/fair")
	const lines = "document.querySelectorAll('#people .avatar').length"
	for n := 2; n <= 9; n++ {
		p.companion(t, fmt.Sprintf("Guest %d", n), "fair")
		b.see("everybody counted", fmt.Sprintf("document.querySelector('#side-count').textContent === '%d'", n))
		if got := valueOf[int](b, lines); n <= 6 && got != n || n > 6 && got != 5 {
			t.Errorf("%d people have %d lines", n, got)
		}
		if n == 2 || n == 9 {
			b.emulate(laptop, "light")
			b.whole("#side .qr", "#side [data-copy=link]", "#name")
			if n == 2 {
				b.whole("[data-wish^='mute:']", "[data-wish=notify]")
			}
			b.emulate(phone, "light")
			b.click(".people-button")
			b.see("the panel", "document.querySelector('#side:popover-open')")
			b.whole("#side .qr", "#side [data-copy=link]", "#name")
			b.fits(fmt.Sprintf("the panel of %d", n))
			b.press("Escape")
			b.emulate(laptop, "light")
		}
	}
	b.click("#people button")
	b.see("a line for everybody", lines+" === 9 && !document.querySelector('#people button')")
	b.focusOn("#people")
	b.lookOn("people-all", laptop)
}

// A field grows with each word that begins a new line in it, on any screen.
func TestBrowserFieldsGrow(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/long-words")
	const cut = `((field) => {
		const words = "The hill behind the house, and what is on it ".repeat(2);
		for (let n = 1; n <= words.length; n++) {
			field.value = words.slice(0, n);
			field.dispatchEvent(new InputEvent("input", { bubbles: true }));
			if (field.scrollHeight > field.clientHeight) return field.value;
		}
		return "";
	})(document.querySelector(%q))`
	check := func(css string) {
		t.Helper()
		for _, s := range []screen{laptop, phone, small} {
			b.emulate(s, "light")
			if words := valueOf[string](b, fmt.Sprintf(cut, css)); words != "" {
				t.Errorf("on a screen %d wide %s cuts %q off", s.width, css, words)
			}
		}
	}
	check("#text")
	b.choose("#files", keepFile(t, t.TempDir(), "hill.png", drawPNG(t, 300, 200)))
	b.see("the picture", "document.querySelectorAll('#thumbs img').length === 1 && !document.querySelector('#preview-send').disabled")
	check("#caption")
}

// whole fails the test unless each element is on the screen as a whole, with
// nothing over its middle.
func (b *tab) whole(all ...string) {
	b.t.Helper()
	b.settle()
	for _, css := range all {
		if !valueOf[bool](b, `((e) => {
			const { left, top, right, bottom } = e.getBoundingClientRect();
			return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && e.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
		})(document.querySelector(`+quote(css)+`))`) {
			where := valueOf[string](b, "innerWidth + ' by ' + innerHeight + ': ' + JSON.stringify(document.querySelector("+quote(css)+").getBoundingClientRect())")
			b.t.Errorf("%s: %s is not all on the screen of %s", b.name, css, where)
		}
	}
}

// readable fails the test unless a text has the contrast of AA in both themes.
// axe does not look at what stands in an empty field.
func (b *tab) readable(css, part string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.emulate(laptop, scheme)
		ratio := valueOf[float64](b, `((e) => {
			const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((n) => n / 255).map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4))
				.reduce((sum, n, i) => sum + n * [0.2126, 0.7152, 0.0722][i], 0);
			const { color, opacity } = getComputedStyle(e, `+quote(part)+`);
			const [ink, paper] = [color, getComputedStyle(e).backgroundColor].map(light);
			const seen = paper + (ink - paper) * opacity;
			return (Math.max(seen, paper) + 0.05) / (Math.min(seen, paper) + 0.05);
		})(document.querySelector(`+quote(css)+`))`)
		if ratio < 4.5 {
			b.t.Errorf("%s: %s%s has a contrast of %.1f in the %s theme, want 4.5", b.name, css, part, ratio, scheme)
		}
	}
}

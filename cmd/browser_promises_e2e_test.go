//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Somebody reads what was said before. What is said meanwhile is counted and
// takes nobody away from what is being read; what comes while the window is away
// is in its title and its icon, and has a line above it afterwards.
func TestBrowserReadsInPeace(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	bo := p.companion(t, "Bo", "den")
	for i := range 25 {
		bo.say(fmt.Sprint("line ", i, strings.Repeat(" and some more words", i%5)))
	}
	b.enter(p, "/chat/den")
	b.hears("line 24")
	b.see("the day above them", "document.querySelector('#rows .day')?.textContent === 'Today'")
	b.pointAt(".message:last-child time")
	b.see("the whole date below the pointer", "(({ title, textContent, dateTime }) => title.length > textContent.length && /\\d{4}/.test(title) && !isNaN(Date.parse(dateTime)))(document.querySelector('.message:last-child time'))")

	valueOf[bool](b, `{
		const log = document.querySelector("#log");
		log.scrollTop = 100;
		const read = [...document.querySelectorAll(".message")].find((m) => m.getBoundingClientRect().top > log.getBoundingClientRect().top);
		read.dataset.read = read.offsetTop - log.scrollTop; // which no animation changes
		true
	}`)
	b.see("the way down", "document.querySelector('#newer').textContent === 'Latest' && !document.querySelector('#newer').hidden")
	for i := range 3 {
		bo.say(fmt.Sprint("news ", i))
	}
	b.see("the count", "document.querySelector('#newer').textContent === '3 new messages'")
	if moved := valueOf[float64](b, "Math.abs(document.querySelector('[data-read]').offsetTop - document.querySelector('#log').scrollTop - document.querySelector('[data-read]').dataset.read)"); moved > 1 {
		t.Errorf("news moved what was being read by %g px", moved)
	}
	b.lookOn("pill", laptop, phone)
	b.click("#newer")
	b.see("the last of them", "document.querySelector('#newer').hidden && document.querySelector('#rows > :last-child').textContent.includes('news 2')")

	icon := valueOf[string](b, "document.querySelector('#favicon').href")
	b.focused(false)
	for i := range 3 {
		bo.say(fmt.Sprint("while away ", i))
	}
	b.see("the count in the title", "document.title === '(3) den · chat'")
	b.see("another icon", "document.querySelector('#favicon').href === new URL(document.querySelector('#favicon').dataset.unread, location).href && document.querySelector('#favicon').href !== "+quote(icon))
	b.focused(true)
	b.see("a calm title and icon", "document.title === 'den · chat' && document.querySelector('#favicon').href === "+quote(icon))
	b.see("the line above what came", "document.querySelector('.unread + .message')?.textContent.includes('while away 0')")
	b.lookOn("unread", laptop, phone)
}

// focused lets the page believe that its window has the focus, or has lost it.
func (b *tab) focused(on bool) {
	b.t.Helper()
	valueOf[bool](b, fmt.Sprintf("document.hasFocus = () => %t, dispatchEvent(new Event(%q)), true", on, map[bool]string{true: "focus", false: "blur"}[on]))
}

// Enter sends where there is a keyboard, and makes a line where there is none.
func TestBrowserComposer(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/desk")
	const height = "document.querySelector('#text').getBoundingClientRect().height"
	b.fill("#text", "one")
	one := valueOf[float64](b, height)
	b.press("Shift+Enter")
	b.insert("two")
	b.see("two lines", `document.querySelector("#text").value === "one\ntwo" && !document.querySelector(".message.mine")`)
	if two := valueOf[float64](b, height); two <= one {
		t.Errorf("the field is %g px high with one line and %g with two", one, two)
	}
	b.fill("#text", strings.Repeat("line\n", 60))
	if all := valueOf[float64](b, height); all > 200 {
		t.Errorf("the field is %g px high with sixty lines", all)
	}
	b.whole("#send")
	b.fill("#text", "")
	b.see("a low field again", fmt.Sprintf("%s === %g", height, one))

	b.withFingers()
	b.emulate(phone, "light")
	b.open("/chat/desk")
	b.inRoom()
	b.see("a field that does not call the keyboard by itself", "document.activeElement !== document.querySelector('#text') && document.querySelector('#text').enterKeyHint === 'enter'")
	b.touch("#text")
	b.insert("thumb")
	b.press("Enter")
	b.insert("again")
	b.see("two lines", `document.querySelector("#text").value === "thumb\nagain" && !document.querySelector(".message.mine")`)
	b.touch("#send")
	b.hears("thumb\nagain")
	b.focusOn("#text") // or the keyboard would go
	b.emulate(screen{390, 420, true}, "light")
	b.whole("#text", "#send") // with the keyboard open
}

// A code goes off by itself once it has six digits, and never a second time: each
// try counts.
func TestBrowserSendsACodeOnce(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.emulate(laptop, "light")
	b.open("/auth")
	valueOf[bool](b, `globalThis.tries = 0, HTMLFormElement.prototype.requestSubmit = function () {
		if (this.dispatchEvent(new SubmitEvent("submit", { cancelable: true, bubbles: true }))) tries++;
	}, true`)
	for _, step := range []struct {
		typed string
		want  int
	}{{"12345", 0}, {"123456", 1}, {"123456", 1}, {" 123 456 ", 1}, {"123457", 2}} {
		b.fill("#code", step.typed)
		b.see("what was typed", "document.querySelector('#code').value === "+quote(step.typed))
		if got := valueOf[int](b, "tries"); got != step.want {
			t.Errorf("with %q typed there were %d tries, want %d", step.typed, got, step.want)
		}
	}
	for _, s := range []screen{laptop, phone} {
		b.emulate(s, "light")
		if off := valueOf[float64](b, "(({ left, right }) => Math.abs(left - (document.documentElement.clientWidth - right)))(document.querySelector('.card').getBoundingClientRect())"); off > 1 {
			t.Errorf("the card is %g px out of the middle of %d px", off, s.width)
		}
	}
}

// A theme that somebody chose stays over pages, and goes when it is the system's
// again; the browser's own frame follows. Who wants no motion gets none.
func TestBrowserThemeAndMotion(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/gallery")
	const paper = "getComputedStyle(document.documentElement).backgroundColor"
	const frame = `[...document.querySelectorAll("meta[name=theme-color]")].filter((m) => matchMedia(m.media).matches).map((m) => m.content).join()`
	light := valueOf[string](b, paper)
	b.see("a light frame", frame+" === '#f5f3ec'")
	b.click("#theme")
	b.see("the dark theme", paper+" !== "+quote(light)+" && localStorage.getItem('theme') === 'dark' && "+frame+" === '#101413'")
	b.open("/chat/gallery")
	b.inRoom()
	b.see("the dark theme", paper+" !== "+quote(light)+" && "+frame+" === '#101413'")
	b.open("/")
	b.see("the dark theme", paper+" !== "+quote(light))
	b.click("#theme")
	b.see("the system's theme", paper+" === "+quote(light)+" && localStorage.getItem('theme') === null && "+frame+" === '#f5f3ec'")

	b.open("/chat/gallery")
	b.inRoom()
	b.say("Does it move?")
	const moves = "[getComputedStyle(document.querySelector('.message')).animationDuration, getComputedStyle(document.querySelector('.button')).transitionDuration].map(parseFloat)"
	if got := valueOf[[]float64](b, moves); got[0] > 0.001 || got[1] > 0.001 {
		t.Errorf("who wants no motion gets %v s of it", got)
	}
	b.do("allowing motion", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "no-preference"}}})
		return err
	})
	if got := valueOf[[]float64](b, moves); got[0] < 0.1 || got[1] < 0.1 {
		t.Errorf("who does not mind motion gets %v s of it", got)
	}
}

// The link of a room is in the clipboard after a click, and in the device's own
// sheet where there is one.
func TestBrowserHandsOut(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/porch")
	if hidden := valueOf[bool](b, "document.querySelector('[data-share]').hidden"); !hidden {
		t.Error("a browser that cannot share has a button for it")
	}
	b.click(".bar [data-copy-text]")
	b.see("thanks", "document.querySelector('.bar .done')")
	b.click("#text")
	b.press("Ctrl+V")
	b.see("the link in the clipboard", "document.querySelector('#text').value === location.href")

	b.do("giving the page something to share with", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, devpage.AddScriptToEvaluateOnNewDocument, devpage.AddScriptToEvaluateOnNewDocumentParams{
			Source: "globalThis.shared = []; navigator.share = async (what) => { shared.push(what.url); };",
		})
		return err
	})
	b.open("/chat/porch")
	b.inRoom()
	b.click("#side [data-share]")
	b.see("the link in the sheet", "shared.join() === location.href")
}

// Pictures arrive as they should: large ones smaller, moving ones as they were,
// clear ones clear, and heavy ones whole, while everybody stays connected.
func TestBrowserPicturesArrive(t *testing.T) {
	p := start(t, options{})
	chrome := startBrowser(t)
	b, c := p.person(t, chrome, "Ann"), p.person(t, chrome, "Cy")
	b.enter(p, "/chat/album")
	c.enter(p, "/chat/album")
	bo := p.companion(t, "Bo", "album")
	dir := t.TempDir()
	last := func(what, js string) {
		t.Helper()
		for _, tab := range []*tab{b, c} {
			tab.see(what, "((i) => i?.naturalWidth && "+js+")([...document.querySelectorAll('.picture')].at(-1)?.querySelector('img'))")
		}
	}

	b.attach(keepFile(t, dir, "wide.png", drawPNG(t, 3000, 1000)))
	last("a picture of 2560 pixels", "i.naturalWidth === 2560 && i.naturalHeight === 853")
	b.sent()
	if blur := bo.lastSent().Blur; len(blur) < 20 {
		t.Errorf("the blur of a picture is %q", blur)
	}

	gif := restlessGIF(3)
	b.attach(keepFile(t, dir, "moving.gif", gif))
	last("a moving picture", "i.naturalWidth === 8")
	b.sent()
	if got := bo.lastFile(); string(got) != string(gif) {
		t.Errorf("a GIF of %d bytes arrives as %d others", len(gif), len(got))
	}

	b.attach(keepFile(t, dir, "clear.png", clearPNG(t)))
	last("a picture that is clear on the left", `i.naturalWidth === 40 && ((pen) => {
		pen.drawImage(i, 0, 0);
		return pen.getImageData(5, 10, 1, 1).data[3] === 0 && pen.getImageData(35, 10, 1, 1).data[3] === 255;
	})(document.createElement("canvas").getContext("2d", { willReadFrequently: true }))`)
	b.sent()

	b.attach(keepFile(t, dir, "noise.jpg", noiseJPEG(t, 1500, 1500)))
	last("a heavy picture", "i.naturalWidth === 1500")
	b.sent()
	if n := len(bo.lastFile()); n < 1_000_000 {
		t.Errorf("the heavy picture has %d bytes, want more than fit into a packet", n)
	}
	b.inRoom()
	c.inRoom()
}

// What does not get through is taken back, by hand: an upload on its way, a text
// that the server refused. And a login in between loses no words.
func TestBrowserTakesBack(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/outbox")
	b.expect("net::ERR")
	b.expect("WebSocket")
	b.expect("status of 40")
	b.network(slowLine(2_000, "*://*:*/*/files"))
	b.attach(keepFile(t, t.TempDir(), "hill.png", drawPNG(t, 1600, 1000)))
	b.see("progress", "document.querySelector('.upload progress')")
	b.click(".upload button")
	b.see("nothing", "!document.querySelector('.message.mine')")
	b.focusOn("#text")
	b.network()

	b.offline(true)
	b.shows("#banner", "You are offline. What you write is kept here")
	b.write("said in the dark")
	b.see("a message that waits", "document.querySelector('.mark[data-status=queued]')")
	p.rotate(t)
	p.endsSession(t) // or what waits might get through before
	b.offline(false)
	b.see("the login", "location.pathname === '/auth'")
	b.fill("#code", p.code(t))
	b.at("/chat/outbox")
	b.inRoom()
	b.shows(".message.failed .text", "said in the dark")
	b.shows(".message.failed .remedy", "Not sent before you left the page.")
	b.lookOn("failed-text", laptop, phone)
	b.click(".remedy button:nth-of-type(2)") // Delete
	b.see("nothing", "!document.querySelector('.message.mine')")
	b.focusOn("#text")
}

// endsSession waits until the server has ended a session.
func (p *program) endsSession(t *testing.T) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for late := time.After(patience); len(ofKind(p.records(t), "session ended")) == 0; {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("no record says that the session has ended")
		}
	}
}

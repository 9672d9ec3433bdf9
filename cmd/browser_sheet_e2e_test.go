//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chat/ui"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var (
	tablet  = screen{768, 1024, true}
	desktop = screen{1920, 1080, false}
)

// A room in which much was said by many: everything that a message can be.
func TestBrowserBusyRoom(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/lighthouse-keepers")
	b.fill("#side #name", "Ann")
	b.click("#side #name-form button")
	b.shows("#people", "Ann")

	names := []string{"Bo", "Chiamaka Nwosu", "דנה לוי", "Émile", "فاطمة", "Grace", "小林 はる", "Ines de la Vega y Montenegro", "Bо"}
	var others []*companion
	for _, name := range names {
		others = append(others, p.companion(t, name, "lighthouse-keepers"))
	}
	b.see("everybody", "document.querySelector('#side-count').textContent === '10'")
	others[0].say("Morning, all. The lamp is back on since six.")
	others[0].say("Lens cleaned, too ✨")
	b.say("Lovely! Was it the fuse after all?")
	others[1].say("It was. I kept the old one; have a look, https://lamps.example/fuses/f-12?size=large&from=1911#photo tells them apart.")
	others[2].say("שלום! הפנס נראה נהדר מכאן.")
	others[4].say("صباح الخير، البحر هادئ اليوم.")
	others[2].say("mixed: הפנס is on, see https://he.example/פנס")
	others[3].say(strings.Repeat("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", 3))
	others[5].show(drawPNG(t, 1200, 500), 1200, 500, "")
	b.see("the picture", "document.querySelector('.picture img')?.naturalWidth === 1200")
	const inset = `(who => who.getBoundingClientRect().left - who.closest(".bubble").getBoundingClientRect().left)(document.querySelector(".bubble.bare > .who"))`
	if by := valueOf[float64](b, inset); by < 6 {
		t.Errorf("a name above a picture is %g px from the edge, whose corner cuts it off", by)
	}
	others[6].say("🎉")
	others[6].say("いいですね。今日は風が強いので気をつけて。")
	others[8].say("I am somebody else, whose name looks like Bo's.")
	b.write("Type `lamp --check` and it answers:\n```\nlamp: on, 12 s, white\nfog:  off\n```\nThat is all.")
	b.see("code as code", `document.querySelector(".message.mine pre code")?.textContent === "lamp: on, 12 s, white\nfog:  off"`)
	b.say("Thanks.")
	others[7].say("See you at the jetty, then. " + strings.Repeat("Bring a coat, for the wind turns north in the evening and the ferry is open on both sides. ", 4))
	b.hears("See you at the jetty")
	b.emulate(laptop, "light")
	b.whole("[data-copy=link]", "#name")
	b.lookOn("busy", laptop, phone, tablet, desktop, small)
	valueOf[bool](b, "document.querySelector('#log').scrollTop = 0, true")
	b.pictureOn("busy-top", laptop, phone)
	valueOf[bool](b, "document.querySelector('#log').scrollTop = 1e6, true")

	for _, g := range others[:3] {
		g.types()
	}
	b.shows("#typing", "are typing")
	b.pictureOn("typing", laptop, phone)
	b.emulate(phone, "light")
	b.click(".people-button")
	b.see("the panel", "document.querySelector('#side:popover-open')")
	b.lookOn("people", phone, small)
	b.click("#people button")
	colours := valueOf[int](b, "new Set([...document.querySelectorAll('#people .avatar')].map((a) => a.dataset.hue)).size")
	if colours != 10 {
		t.Errorf("ten people have %d colours", colours)
	}
	for _, path := range []string{"/", "/chat/lighthouse-keepers"} {
		b.opensCalmly(path)
	}
}

// opensCalmly opens a page on a laptop, where what comes late must not push away
// what is there.
func (b *tab) opensCalmly(path string) {
	b.t.Helper()
	b.emulate(laptop, "light")
	b.open(path)
	b.see("what comes late", "document.querySelector('#rooms a, #people button')")
	valueOf[bool](b, `new PerformanceObserver((list) => { globalThis.shifts = list.getEntries(); }).observe({ type: "layout-shift", buffered: true }), requestAnimationFrame(() => { globalThis.painted = true; }), true`)
	b.see("a painted page", "globalThis.painted")
	for _, shift := range valueOf[[]string](b, `(globalThis.shifts ?? []).filter((s) => s.value > 0.02).map((s) => s.value.toFixed(3) + ": " +
		s.sources.map(({ node, previousRect, currentRect }) => `+"`${node?.nodeName}#${node?.id} from ${previousRect.y} to ${currentRect.y}`"+`).join(", "))`) {
		b.t.Errorf("%s: as %s opens, something moves by %s", b.name, path, shift)
	}
}

// Everything that can keep a message or a picture from arriving.
func TestBrowserTroubledRoom(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/storm")
	bo := p.companion(t, "Bo", "storm")
	bo.say("Can you hear me?")
	b.hears("hear me")

	b.expect("Failed to load resource")
	b.expect("net::ERR")
	b.network(slowLine(3_000, "*://*:*/*/files"))
	file := filepath.Join(t.TempDir(), "noise.png")
	if err := os.WriteFile(file, drawPNG(t, 1600, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	b.attach(file)
	b.see("progress", "document.querySelector('.upload progress')?.value > 0")
	b.pictureOn("uploading", laptop, phone)
	b.network()
	b.sent()
	valueOf[bool](b, "globalThis.speak = WebSocket.prototype.send, WebSocket.prototype.send = () => {}, true") // nothing leaves the page
	b.write("How does it look?")
	b.see("a message on its way", "[...document.querySelectorAll('.message.mine .mark')].at(-1)?.dataset.status === 'sending'")
	b.pictureOn("sending", laptop, phone)
	valueOf[bool](b, "WebSocket.prototype.send = speak, true")
	b.sent() // at the next try
	b.network(noLine("*://*:*/*/files"))
	b.attach(file)
	b.see("the failure", "document.querySelector('.message.failed .remedy button')")
	b.lookOn("upload-failed", laptop, phone)
	b.network()
	b.click(".remedy button") // Retry
	b.sent()

	b.network(noLine("*://*:*/*/files/*"))
	// Bo's connection has ended by now: a companion that waits answers no pings.
	p.companion(t, "Cy", "storm").show(drawPNG(t, 600, 400), 600, 400, "BKRANWAgUFB4UFBk////AAAA") // three by two squares would be longer: it is no blur
	b.see("a tile that says so", "document.querySelector('.frame.gone .tile button')")
	b.lookOn("picture-failed", laptop, phone)
	b.network()
	b.click(".tile button")
	b.see("the picture after all", "[...document.querySelectorAll('.picture img')].some((i) => i.naturalWidth === 600)")

	b.offline(true)
	b.online(true) // so it believes, but nothing comes through
	b.see("the word of it", "document.querySelector('#status').dataset.state === 'connecting'")
	b.write("Is anybody there?")
	b.write("I shall wait.")
	b.see("the mark of waiting", "document.querySelectorAll('.mark[data-status=queued]').length === 2")
	b.lookOn("reconnecting", laptop, phone)
	b.network()
	b.inRoom()
	b.sent()
}

// Every error has a page, on paper as well.
func TestBrowserErrorPages(t *testing.T) {
	site, err := ui.New(os.DirFS(filepath.Join("..", "ui")), ui.Options{})
	if err != nil {
		t.Fatalf("loading the pages: %v", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", site.Static())
	mux.Handle("GET /error/{status}", site.Handle(func(_ http.ResponseWriter, r *http.Request) error {
		status, err := strconv.Atoi(r.PathValue("status"))
		return &ui.Error{Status: status, Err: err}
	}))
	server := httptest.NewServer(ui.Headers(false, mux))
	defer server.Close()
	b := (&program{base: server.URL}).person(t, startBrowser(t), "Ann")
	b.expect("Failed to load resource")
	for _, status := range []int{400, 401, 403, 404, 405, 410, 413, 421, 429, 500, 503} {
		b.open(fmt.Sprintf("/error/%d", status))
		b.shows(".status-number", strconv.Itoa(status))
		b.pictureOn(fmt.Sprintf("error-%d", status), laptop)
	}
	b.look("error-503")
	b.do("printing", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	})
	for _, status := range []int{401, 403, 404, 429, 500, 503} {
		b.open(fmt.Sprintf("/error/%d", status))
		b.shows(".status-number", strconv.Itoa(status))
		b.picture(fmt.Sprintf("error-%d-print", status))
		if seen := valueOf[bool](b, "getComputedStyle(document.querySelector('.button')).display !== 'none'"); seen {
			t.Errorf("the printed page of %d shows a button", status)
		}
	}
}

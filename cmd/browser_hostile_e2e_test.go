//go:build e2e

package cmd

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// attacks are texts that would be more than text on a careless page.
var attacks = []string{
	`<img src=x onerror="document.title='broken in'"><script>document.title="broken in"</script>`,
	`javascript:document.title='broken in'`,
	`see https://a.example/"onmouseover="document.title='broken in' and [x](javascript:document.title='broken_in')`,
	"{{constructor.constructor('document.title=1')()}} ${7*7} <%= 7*7 %> #{7*7} {{7*7}}",
	"`<svg onload=document.title='broken_in'>`",
}

// disguises are texts that would spoil or fake what stands around them.
var disguises = []string{
	"safe \u202egnp.exe, and https://good.example/\u202emoc.live after it",
	"Z" + strings.Repeat("\u0301", 3000),
	"one\u2028two\u2029three",
	strings.Repeat("﷽", 200),
	strings.Repeat("a/", 2000),
	"https://long.example/" + strings.Repeat("x", 3000),
}

// Somebody in the room means harm, with everything that the room takes from them.
// It is shown as what it is, to those who are there and to those who come later;
// the page of nobody breaks.
func TestBrowserHostileRoom(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/dungeon")
	mallory := p.companion(t, "<b onclick=alert(1)>Mallory", "dungeon")
	mallory.write(fmt.Sprintf(`421["set_title",{"chat_id":"dungeon","title":%s}]`, quote(`<img src=x onerror=alert(1)> {{7*7}}`)))
	mallory.expect(t, `431[{"id"`)
	for _, text := range append(attacks, disguises...) {
		mallory.say(text)
	}
	for _, name := range []string{"\u202eMallory", "\u200b", "M" + strings.Repeat("\u0301", 60)} {
		if r := mallory.browser.post(t, "/name", url.Values{"name": {name}}); r.status != http.StatusBadRequest {
			t.Errorf("the name %q answers %d, want %d", name, r.status, http.StatusBadRequest)
		}
	}
	longest := valueOf[int](b, "Number(document.querySelector('#room').dataset.maxText)")
	for text, code := range map[string]string{"": "empty", "\u200b\u2060": "empty", strings.Repeat("a", longest+1): "too_long"} {
		mallory.write(fmt.Sprintf(`421["send_message",{"chat_id":"dungeon","message":%s}]`, quote(text)))
		if answer := mallory.expect(t, "431["); !strings.Contains(answer, quote(code)) {
			t.Errorf("a message of %d bytes answers %s, want %s", len(text), answer, code)
		}
	}
	p.companion(t, "Bo", "dungeon").say("All is well here.")
	b.isUnharmed()
	b.look("hostile")
	b.open("/chat/dungeon")
	b.inRoom()
	b.isUnharmed()
	b.open("/")
	b.shows("#rooms", "<img src=x onerror=alert(1)> {{7*7}}")
	b.see("home unharmed", "document.title === 'chat' && !document.querySelector('#rooms img')")
}

// isUnharmed checks that all that was said stands in the log as text, one thing
// below the other.
func (b *tab) isUnharmed() {
	b.t.Helper()
	b.shows("h1", `<img src=x onerror=alert(1)> {{7*7}}`)
	b.shows(".message .who", "<b onclick=alert(1)>Mallory")
	for _, text := range attacks {
		b.hears(strings.Trim(text, "`"))
	}
	b.hears("All is well here.")
	if found := valueOf[[]string](b, `[...document.querySelectorAll("#rows :is(img, script, svg:not(.icon), b), #title *:not(bdi, svg, use), #people :is(img, b), #rows a")]
		.filter((e) => !e.href?.startsWith("https://")).map((e) => e.outerHTML)`); len(found) > 0 {
		b.t.Errorf("somebody's text became %q", found)
	}
	b.see("the title of the room", "document.title.startsWith('<img src=x')")
	overlaps := valueOf[[]string](b, `[...document.querySelectorAll("#rows > li")].filter((line, i, all) =>
		i > 0 && line.getBoundingClientRect().top < all[i - 1].getBoundingClientRect().bottom - 1).map((line) => line.textContent.slice(0, 60))`)
	if len(overlaps) > 0 {
		b.t.Errorf("these lie over what is above them: %q", overlaps)
	}
	if links := valueOf[[]string](b, `[...document.querySelectorAll("#rows a")].map((a) => a.href).filter((href) => /live|onmouse|\u202e/.test(href))`); len(links) > 0 {
		b.t.Errorf("there are links to %q", links)
	}
}

// Files that are not what they seem come in, past the page that would have refused
// to send them. Each is a picture or a tile that says why not, and the page lives.
func TestBrowserHostilePictures(t *testing.T) {
	p := start(t, options{})
	b := p.person(t, startBrowser(t), "Ann")
	b.enter(p, "/chat/attic")
	mallory := p.companion(t, "Mallory", "attic")
	good := drawPNG(t, 64, 48)
	for _, file := range [][]byte{headerPNG(50_000, 50_000), headerPNG(1, 1<<31-1), []byte("<svg onload=alert(1)>"), []byte("%PDF-1.7")} {
		mallory.show(file, 100, 100, "")
	}
	b.see("a tile for each", "document.querySelectorAll('.frame.gone .tile').length === 4")
	b.shows("#rows", "This picture is too large to be shown.")
	b.shows("#rows", "This file is not a picture that can be shown.")
	b.pictureOn("hostile-pictures", laptop, phone)

	mallory.show(restlessGIF(10_000), 8, 8, "")
	mallory.show(ballastPNG(t, good), 64, 48, "")
	mallory.show(good, 1, 100_000, strings.Repeat("A", 400)) // a claim that nobody has to believe
	b.see("three pictures", "document.querySelectorAll('.picture img').length === 3")
	if tall := valueOf[float64](b, "Math.max(...[...document.querySelectorAll('.picture')].map((p) => p.getBoundingClientRect().height))"); tall > 1100 {
		t.Errorf("a picture is %g px tall", tall)
	}
	other := p.companion(t, "Trudy", "attic")
	for i := range 16 { // damaged, each in another place
		damaged := append([]byte{}, good...)
		damaged[(i*len(damaged)/16+7)%len(damaged)] ^= 0x5a
		other.show(damaged, 64, 48, "")
	}
	b.see("the end of the log, however much it grew", "document.querySelector('#newer').hidden && (log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.querySelector('#log'))")
	b.see("a picture or a tile for each that is near", "document.querySelectorAll('.frame.gone .tile, .picture img').length >= 12")
	b.say("Still here.")
	b.fits("hostile-pictures")
}

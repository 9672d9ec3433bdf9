//go:build e2e

package cmd

import (
	"context"
	"strconv"
	"testing"

	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The server is away. A picture waits, with what was said of it, and its page is
// reloaded: it goes out when the server is back, once, and nothing is kept of it.
// One that was taken back before stays away.
func TestBrowserPictureOverReload(t *testing.T) {
	port := freePort(t)
	p := start(t, options{env: map[string]string{"PORT": port}})
	chrome := startBrowser(t)
	ann, bo := p.person(t, chrome, "Ann"), p.person(t, chrome, "Bo")
	for _, b := range []*tab{ann, bo} {
		b.enter(p, "/chat/gallery")
		b.expect("net::ERR_CONNECTION_REFUSED")
		b.expect("WebSocket")
		b.expect("Failed to load resource")
	}
	dir := t.TempDir()
	ann.choose("#files", keepFile(t, dir, "none.png", drawPNG(t, 8, 5))) // What shows it comes from the server, once.
	ann.see("the picture before it is sent", "document.querySelector('#thumbs img')")
	ann.press("Escape")
	p.stop(t)
	ann.see("the end of the connection", "document.querySelector('#status').dataset.state === 'connecting'")
	ann.attach(keepFile(t, dir, "regret.png", drawPNG(t, 320, 200)))
	ann.see("a picture that waits", "document.querySelectorAll('.message.mine .picture, .message.mine .upload').length > 0")
	ann.click(".upload button")
	ann.see("nothing that waits", "!document.querySelector('.message.mine')")
	ann.choose("#files", keepFile(t, dir, "hill.png", drawPNG(t, 640, 400)))
	ann.see("the picture before it is sent", "!document.querySelector('#preview-send').disabled && document.querySelector('#thumbs img')")
	ann.fill("#caption", "the hill, at last")
	ann.click("#preview-send")
	ann.write("and a word")
	ann.attach(keepFile(t, dir, "lake.png", drawPNG(t, 300, 200)))
	ann.see("both pictures on the disk", kept(2))

	ann.mayLeave()
	ann.do("leaving", func(ctx context.Context) error { // Or the page that is left might yet send it, and be gone before it has cleared up.
		return chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	})
	start(t, options{dir: p.dir, env: map[string]string{"PORT": port}})
	ann.open("/chat/gallery")
	ann.inRoom()
	for _, b := range []*tab{ann, bo} {
		b.hears("the hill, at last")
		b.hears("and a word")
		b.see("the picture", "document.querySelector('#rows .picture img')?.naturalWidth === 640")
		b.see("the picture without a word", "[...document.querySelectorAll('#rows .picture img')].some((i) => i.naturalWidth === 300)")
		b.see("three messages", "document.querySelectorAll('#rows .message').length === 3")
	}
	ann.sent()
	ann.see("nothing left of it", kept(0))
}

// A page is left as soon as its picture is sent, before it has cleared up, and it
// is not come back to. The next page of this browser that sees the picture in the
// room clears up. What was not sent before somebody logged in anew is kept once.
func TestBrowserClearsUpAfterPictures(t *testing.T) {
	p := start(t, options{})
	ann := p.person(t, startBrowser(t), "Ann")
	ann.enter(p, "/chat/gallery")
	dir := t.TempDir()
	valueOf[bool](ann, "IDBObjectStore.prototype.delete = () => { throw new Error('left'); }, true")
	ann.attach(keepFile(t, dir, "hill.png", drawPNG(t, 640, 400)))
	ann.sent()
	ann.see("the picture still there", kept(1))
	ann.open("/")
	ann.open("/chat/gallery")
	ann.inRoom()
	ann.see("nothing left of it", kept(0))

	ann.mayLeave()
	ann.expect("net::ERR")
	ann.expect("Failed to load resource")
	ann.network(noLine("*://*:*/*/files"))
	ann.attach(keepFile(t, dir, "lake.png", drawPNG(t, 320, 200)))
	ann.see("the failure", "document.querySelector('.message.failed .remedy button')")
	ann.see("it on the disk", kept(1))
	valueOf[bool](ann, `{
		const unsent = JSON.parse(sessionStorage.getItem("unsent:gallery"));
		addEventListener("pagehide", () => sessionStorage.setItem("unsent:gallery", JSON.stringify({ ...unsent, by: "who I was" })));
		true
	}`)
	ann.open("/chat/gallery")
	ann.inRoom()
	ann.shows(".message.failed", "Not sent before you left the page.")
	ann.see("it on the disk, once", kept(1))
	ann.click(".remedy button:last-child")
	ann.see("nothing of it", kept(0)+" && !document.querySelector('.message.failed')")
}

// kept is whether the browser keeps so many pictures.
func kept(n int) string {
	return `(globalThis.look ??= () => {
		const request = indexedDB.open("unsent", 1);
		request.onsuccess = () => {
			const album = request.result, count = album.transaction("pictures").objectStore("pictures").count();
			count.onsuccess = () => { globalThis.count = count.result; album.close(); };
		};
		return true;
	}, look() && globalThis.count === ` + strconv.Itoa(n) + `)`
}

// mayLeave has the tab say yes when the page asks whether it is meant.
func (b *tab) mayLeave() {
	b.t.Helper()
	if err := chromedp.Listen(b.ctx, func(event any) {
		if _, ok := event.(*devpage.EventJavascriptDialogOpening); ok {
			go func() {
				_, _ = chromedp.Call(b.ctx, devpage.HandleJavaScriptDialog, devpage.HandleJavaScriptDialogParams{Accept: true}) // or else open fails
			}()
		}
	}); err != nil {
		b.t.Fatal(err)
	}
}

//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// load is what a page tells of how it came to be, in milliseconds and bytes.
type load struct {
	Interactive, Page, Painted float64
	Files, Bytes, Messages     int
}

const lastLoad = `{
	const [page] = performance.getEntriesByType("navigation");
	const files = performance.getEntriesByType("resource").filter((e) => !e.name.includes("/socket.io/"));
	const [ready] = performance.getEntriesByName("interactive");
	const painted = performance.getEntriesByName("first-contentful-paint")[0];
	({
		interactive: ready.startTime, page: page.responseEnd, painted: painted?.startTime ?? 0,
		files: files.length + 1, bytes: files.reduce((sum, e) => sum + e.encodedBodySize, page.encodedBodySize),
		messages: globalThis.shownAtMark,
	})
}`

// Somebody opens a room for the first time, and loads little for it.
func TestBrowserRoomIsLight(t *testing.T) {
	for _, l := range coldLoads(t, 1) {
		if l.Bytes > 60_000 {
			t.Errorf("the room and all that it loads are %d bytes, want at most 60,000", l.Bytes)
		}
		if l.Messages != coldMessages {
			t.Errorf("the room was called interactive with %d of %d messages on the screen", l.Messages, coldMessages)
		}
	}
}

// How soon somebody who was never here has joined a room in which something was
// said, so that it can be read and written in. We want 300 ms.
//
//	go test -tags e2e ./cmd -run '^$' -bench BrowserRoom -benchtime 1x
func BenchmarkBrowserRoom(b *testing.B) {
	var all []float64
	for b.Loop() {
		for _, l := range coldLoads(b, 15) {
			all = append(all, l.Interactive)
		}
	}
	slices.Sort(all)
	b.ReportMetric(all[0], "best-ms")
	b.ReportMetric(all[len(all)/2], "median-ms")
	b.ReportMetric(all[len(all)-1], "worst-ms")
}

// coldMessages are in the room before it is opened.
const coldMessages = 30

// coldLoads opens a room so many times, each as somebody with a session and with
// nothing in the cache, in a browser that has opened one before: how long a
// browser takes to start is not the page's business, nor are the pages of its own
// that it opens with every window. (See chrome://omnibox-popup.top-chrome.)
func coldLoads(t testing.TB, n int) (loads []load) {
	t.Helper()
	p := start(t, options{pack: true, env: map[string]string{"LOG_LEVEL": "INFO"}}) // with DEBUG each request is a line of the log
	in := p.login(t)
	in.untilPacked(t)
	bo, cy := p.companion(t, "Bo", "cold"), p.companion(t, "Cy", "cold")
	for i := range coldMessages / 2 {
		bo.say(fmt.Sprintf("Sentence %d: have a look at https://example.org/%d", i, i))
		cy.say(fmt.Sprintf("I did, and `ls %d` says the same", i))
	}
	chrome := startBrowser(t, chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,WebUIOmniboxPopup,WebUIOmniboxAimPopup"))
	p.coldLoad(t, chrome, in)
	for range n {
		loads = append(loads, p.coldLoad(t, chrome, in))
		t.Logf("%+v", loads[len(loads)-1])
	}
	return loads
}

func (p *program) coldLoad(t testing.TB, chrome context.Context, in *browser) load {
	t.Helper()
	ctx, leave := context.WithCancel(chrome) // or those who came before would hear of who comes, and be busy
	defer leave()
	b := p.person(t, ctx, "Ann")
	base, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	b.do("taking the session along", func(ctx context.Context) error {
		for _, c := range in.http.Jar.Cookies(base) {
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: p.base}); err != nil {
				return err
			}
		}
		return nil
	})
	b.do("counting what is shown when the room calls itself interactive", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, devpage.AddScriptToEvaluateOnNewDocument, devpage.AddScriptToEvaluateOnNewDocumentParams{Source: countAtMark})
		return err
	})
	b.open("/chat/cold")
	b.inRoom()
	b.see("the first paint", `performance.getEntriesByName("first-contentful-paint").length`)
	return valueOf[load](b, lastLoad)
}

const countAtMark = `{
	const mark = Performance.prototype.mark;
	Performance.prototype.mark = function (name, ...rest) {
		if (name === "interactive") globalThis.shownAtMark = document.querySelectorAll("#rows > .message").length;
		return mark.call(this, name, ...rest);
	};
}`

// untilPacked waits until the last of the files is compressed well.
func (b *browser) untilPacked(t testing.TB) {
	t.Helper()
	const last = "/static/js/room.js"
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		r := b.request(t, http.MethodGet, last, "")
		r.Header.Set("Accept-Encoding", "br")
		if b.do(t, r).header.Get("Content-Encoding") == "br" {
			return
		}
		<-look.C
	}
}

// forget clears the browser's cache.
func (b *tab) forget() {
	b.t.Helper()
	b.do("clearing the cache", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
		return err
	})
}

//go:build e2e

package cmd

import (
	"context"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// load is what a page tells of how it came to be, in milliseconds and bytes.
type load struct {
	Interactive, Page, Painted float64
	Files, Bytes               int
}

const lastLoad = `{
	const [page] = performance.getEntriesByType("navigation");
	const files = performance.getEntriesByType("resource").filter((e) => !e.name.includes("/socket.io/"));
	const [ready] = performance.getEntriesByName("interactive");
	const painted = performance.getEntriesByName("first-contentful-paint")[0];
	({
		interactive: ready.startTime, page: page.responseEnd, painted: painted?.startTime ?? 0,
		files: files.length + 1, bytes: files.reduce((sum, e) => sum + e.encodedBodySize, page.encodedBodySize),
	})
}`

// Somebody opens a room for the first time, and loads little for it.
func TestBrowserRoomIsLight(t *testing.T) {
	for _, l := range coldLoads(t, 1) {
		if l.Bytes > 60_000 {
			t.Errorf("the room and all that it loads are %d bytes, want at most 60,000", l.Bytes)
		}
	}
}

// How soon a room can be used that a browser opens for the first time. We want
// 300 ms.
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
}

// coldLoads opens a room so many times with an empty cache.
func coldLoads(t testing.TB, n int) (loads []load) {
	t.Helper()
	p := start(t, options{pack: true})
	b := p.person(t, startBrowser(t), "Ann")
	b.open("/chat/cold")
	b.fill("#code", p.code(t))
	b.at("/chat/cold")
	b.inRoom()
	// Who opens it for the first time has no service worker. What comes through
	// one, the browser reports with its size unpacked.
	b.do("passing the worker by", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
		return err
	})
	const last = "/static/vendor/socket.io.esm.min.js"
	b.see("the last file compressed well", "(fetch("+quote(last)+", { cache: 'no-store' }).then((r) => { window.packed = r.headers.get('content-encoding') === 'br'; }), window.packed)")
	for range n {
		b.forget()
		b.open("/chat/cold")
		b.inRoom()
		b.see("the first paint", `performance.getEntriesByName("first-contentful-paint").length`)
		l := valueOf[load](b, lastLoad)
		t.Logf("%+v", l)
		loads = append(loads, l)
	}
	return loads
}

// forget clears the browser's cache.
func (b *tab) forget() {
	b.t.Helper()
	b.do("clearing the cache", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
		return err
	})
}

//go:build e2e

package cmd

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

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

// How soon a browser that was never here has joined a room, so that it can be
// read and written in. We want 300 ms.
//
//	go test -tags e2e ./cmd -run '^$' -bench BrowserRoom -benchtime 1x
func BenchmarkBrowserRoom(b *testing.B) {
	var all []float64
	for b.Loop() {
		for _, l := range coldLoads(b, 7) {
			all = append(all, l.Interactive)
		}
	}
	slices.Sort(all)
	b.ReportMetric(all[0], "best-ms")
	b.ReportMetric(all[len(all)/2], "median-ms")
}

// coldLoads opens a room in so many browsers, each with nothing in its cache
// but with a session.
func coldLoads(t testing.TB, n int) (loads []load) {
	t.Helper()
	p := start(t, options{pack: true})
	in := p.login(t)
	in.untilPacked(t)
	for range n {
		loads = append(loads, p.coldLoad(t, in))
		t.Logf("%+v", loads[len(loads)-1])
	}
	return loads
}

func (p *program) coldLoad(t testing.TB, in *browser) load {
	t.Helper()
	chrome, stop := launch(t)
	defer stop()
	b := p.tab(t, chrome, "Ann")
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
	b.open("/chat/cold")
	b.inRoom()
	b.see("the first paint", `performance.getEntriesByName("first-contentful-paint").length`)
	return valueOf[load](b, lastLoad)
}

// untilPacked waits until the last of the files is compressed well.
func (b *browser) untilPacked(t testing.TB) {
	t.Helper()
	const last = "/static/vendor/socket.io.esm.min.js"
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

//go:build e2e

package cmd

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"

	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// On the owner's network the server is opened by a name and over plain http,
// where browsers take some of their means away from pages. Links can be
// followed by phones, so there are QR codes.
func TestBrowserOverPlainHTTP(t *testing.T) {
	port := freePort(t)
	p := start(t, options{env: map[string]string{"LAN": "true", "PORT": port, "SERVER_URL": "http://chat.test:" + port}})
	b := p.person(t, startBrowser(t), "Ann")
	b.expect("Cross-Origin-Opener-Policy") // which browsers obey over https only, and say so
	b.open("/")
	b.fill("#code", p.code(t))
	b.at("/")
	b.see("a page without the means of https", "!isSecureContext")
	b.look("home-network")
	b.click("[data-copy='link']")
	b.shows("[data-copy='link']", "Copied")

	path := valueOf[string](b, "new URL(document.querySelector('#link').textContent).pathname")
	b.open(path)
	b.inRoom()
	b.say("over plain http")
	file := filepath.Join(t.TempDir(), "hill.png")
	if err := os.WriteFile(file, drawPNG(t, 300, 200), 0o600); err != nil {
		t.Fatalf("drawing a picture: %v", err)
	}
	b.choose("#files", file)
	b.see("the picture before it is sent", "!document.querySelector('#preview-send').disabled && document.querySelector('#thumbs img')")
	b.click("#preview-send")
	b.see("the picture in the log", "document.querySelector('.message.mine .picture img')")
	b.sent()
	b.look("room-network")
}

// Some proxies refuse WebSockets, and some swallow them. The room is joined over
// polling then.
func TestBrowserWithoutWebSockets(t *testing.T) {
	p := start(t, options{})
	chrome := startBrowser(t)
	for what, script := range map[string]string{
		"refused": `globalThis.WebSocket = class { constructor() { setTimeout(() => { this.onerror({}); this.onclose({}); }); } close() {} }`,
		// Ten seconds of patience are a twentieth of one here.
		"swallowed": `globalThis.WebSocket = class { send() {} close() {} };
			const wait = setTimeout; globalThis.setTimeout = (run, ms, ...rest) => wait(run, ms === 10000 ? 500 : ms, ...rest)`,
	} {
		b := p.person(t, chrome, "Ann, whose WebSockets are "+what)
		b.do("taking WebSockets away", func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, devpage.AddScriptToEvaluateOnNewDocument, devpage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
			return err
		})
		b.enter(p, "/chat/proxy")
		b.say("still here, " + what)
		if !valueOf[bool](b, `performance.getEntriesByType("resource").some((e) => e.name.includes("transport=polling"))`) {
			t.Errorf("WebSockets are %s, and nothing was polled", what)
		}
	}
}

// freePort is a port that nobody listens on.
func freePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("looking for a free port: %v", err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatalf("reading the address: %v", err)
	}
	return port
}

//go:build e2e

package cmd

import (
	"net"
	"os"
	"path/filepath"
	"testing"
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

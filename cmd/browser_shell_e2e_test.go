//go:build e2e

package cmd

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The server is away, and comes back as a new version. What the browser shows
// meanwhile is one page that says so; it never shows anything older than the
// server, and holds nothing that somebody else at this machine could find.
func TestBrowserShell(t *testing.T) {
	port := freePort(t)
	p := start(t, options{env: map[string]string{"PORT": port}})
	b := p.person(t, startBrowser(t), "Ann")
	b.expect("net::ERR_CONNECTION_REFUSED")
	b.expect("WebSocket")
	b.expect("Failed to load resource")
	b.enter(p, "/chat/secret-meeting")
	b.say("the treasure is under the oak")
	b.worker()
	old := b.stored(1)

	p.stop(t)
	b.open("/chat/secret-meeting")
	b.shows("h1", "No connection")
	b.look("offline-page")
	if text := valueOf[string](b, "document.documentElement.outerHTML"); strings.Contains(text, "treasure") || strings.Contains(text, "secret-meeting") {
		t.Errorf("the offline page holds something of the room: %s", text)
	}

	// A new version, whose every page is to be seen at once.
	p = start(t, options{dir: p.dir, env: map[string]string{"PORT": port}, assets: upgraded(t)})
	b.inRoom() // the offline page tried by itself
	b.hears("the treasure")
	b.see("the new sheet", "getComputedStyle(document.documentElement).getPropertyValue('--upgraded') === 'yes'")
	b.see("the new worker", "(caches.keys().then((keys) => { window.versions = keys }), window.versions?.length === 1 && window.versions[0] !== "+quote(old)+")")
	b.stored(1)

	b.click("#side form[action='/logout'] button")
	b.see("the login", "location.pathname === '/auth'")
	b.stored(1)
	p.stop(t)
	for _, path := range []string{"/chat/secret-meeting", "/", "/auth"} {
		b.open(path)
		b.shows("h1", "No connection")
		b.see("no room", "!document.querySelector('#rows') && !document.body.textContent.includes('treasure')")
	}
}

// worker waits for the service worker.
func (b *tab) worker() {
	b.t.Helper()
	valueOf[bool](b, "navigator.serviceWorker.ready.then(() => { window.hasWorker = true }); true")
	b.see("the service worker", "window.hasWorker")
}

// stored checks that the browser stores so many versions of the offline page
// with its files and nothing else, and returns the name of the first.
func (b *tab) stored(versions int) string {
	b.t.Helper()
	valueOf[bool](b, `(async () => {
		const found = [];
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) found.push([name, request.url, await (await cache.match(request, { ignoreVary: true })).text()]);
		}
		window.storedNow = found;
	})(), true`)
	b.see("what is stored", "window.storedNow")
	found := valueOf[[][]string](b, "window.storedNow")
	names := map[string]bool{}
	for _, entry := range found {
		names[entry[0]] = true
		path := strings.TrimPrefix(entry[1], b.base)
		if path != "/offline" && !strings.HasPrefix(path, "/static/") || strings.Contains(entry[2], "treasure") {
			b.t.Errorf("the browser stores %s", path)
		}
	}
	if len(names) != versions || len(found) < 6 {
		b.t.Errorf("the browser stores %d files in %d versions, want %d", len(found), len(names), versions)
	}
	valueOf[bool](b, "delete window.storedNow")
	return found[0][0]
}

// upgraded is a version of the assets in which one sheet is another.
func upgraded(t *testing.T) fs.FS {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "ui"), os.DirFS(filepath.Join("..", "ui"))); err != nil {
		t.Fatalf("copying the pages: %v", err)
	}
	sheet, err := os.OpenFile(filepath.Join(folder, "ui", "joined", "css", "room.css"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer sheet.Close()
	if _, err := sheet.WriteString(":root { --upgraded: yes; }\n"); err != nil {
		t.Fatal(err)
	}
	return os.DirFS(folder)
}

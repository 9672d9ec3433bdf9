package ui

import (
	"net/http"
	"regexp"
	"testing"
)

// What the room page costs on a cold cache: itself, and everything that it
// loads before anybody does anything. The limit is the product's, for browsers
// that take brotli; over plain http they do not offer it, and may load a little
// more.
func TestRoomPageStaysSmall(t *testing.T) {
	s := newSite(t, Options{})
	s.Pack(t.Context())
	room := everyPage(t)["room"]
	files := map[string]bool{}
	for _, url := range regexp.MustCompile(`/static/[^"#]+`).FindAllString(render(s, room).Body.String(), -1) {
		files[url] = true
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Render(w, r, 200, room) })
	for encoding, limit := range map[string]int{"br": 60_000, "gzip": 66_000} {
		html := get(page, "GET", "/", "Accept-Encoding", encoding)
		if got := html.Header().Get("Content-Encoding"); got != encoding {
			t.Errorf("Content-Encoding %q of the page, want %q", got, encoding)
		}
		total := html.Body.Len()
		t.Logf("%s: %6d the page", encoding, total)
		for url := range files {
			n := get(s.Static(), "GET", url, "Accept-Encoding", encoding).Body.Len()
			t.Logf("%s: %6d %s", encoding, n, url)
			total += n
		}
		if total > limit {
			t.Errorf("the room page and all it loads are %d bytes of %s, want at most %d", total, encoding, limit)
		}
		t.Logf("%s: %6d in %d files", encoding, total, len(files)+1)
	}
}

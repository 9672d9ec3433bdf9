package ui

import (
	"net/http"
	"regexp"
	"slices"
	"testing"
)

// What the room page costs on a cold cache: itself, and everything that it
// loads before anybody does anything. The limit is the product's. It holds for
// gzip too, since over plain http browsers offer no brotli. What loads when it is
// first needed, for pictures, editing, searching and the like, has a limit of its
// own, so that nothing becomes light by being moved there.
func TestRoomPageStaysSmall(t *testing.T) {
	s := newSite(t, Options{})
	s.Pack(t.Context())
	room := everyPage(t)["room"]
	files := map[string]bool{}
	for _, url := range regexp.MustCompile(`/static/[^"#]+`).FindAllString(render(s, room).Body.String(), -1) {
		files[url] = true
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Render(w, r, 200, room) })
	for encoding, limit := range map[string]int{"br": 54_000, "gzip": 60_000} {
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
		for _, name := range s.static.reach("js/room.js", func(f asset) []string { return slices.Concat(f.imports, f.later) }) {
			url, err := s.static.url(name)
			if err != nil {
				t.Fatal(err)
			}
			if !files[url] {
				total += get(s.Static(), "GET", url, "Accept-Encoding", encoding).Body.Len()
			}
		}
		t.Logf("%s: %6d with what is loaded when it is needed", encoding, total)
		if total > limit+20_000 {
			t.Errorf("the room page and all it may ever load are %d bytes of %s, want at most %d", total, encoding, limit+20_000)
		}
	}
}

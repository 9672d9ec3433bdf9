package ui

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"
)

// lateSheet is how a module names a sheet that it loads when it is needed.
var lateSheet = regexp.MustCompile(`\bsheet\("([a-z]+)"\)`)

// afterJoin finds what the room loads by itself once it can be read and written in.
var afterJoin = regexp.MustCompile(`^js/rest-\w+\.js$`)

// What the room page costs on a cold cache: itself, and everything that it
// loads before anybody does anything. The product allows 60,000; the limit is closer,
// so that what makes it heavier is seen. It holds for gzip too, since over plain http
// browsers offer no brotli. What loads when it is first needed, for pictures, editing, searching and the like, and what the
// browser stores for the time without a server, has a limit of its own, so that
// nothing becomes light by being moved there.
func TestRoomPageStaysSmall(t *testing.T) {
	s := newSite(t, Options{})
	s.Pack(t.Context())
	room := everyPage(t)["room"]
	files := map[string]bool{}
	for _, url := range regexp.MustCompile(`/static/[^"#]+`).FindAllString(render(s, room).Body.String(), -1) {
		files[url] = true
	}
	var after string
	for name := range s.static.files {
		if afterJoin.MatchString(name) {
			after = name
		}
	}
	rest, err := s.static.modules(after)
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range append(rest, urlOf(t, s, after)) {
		files[url] = true
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Render(w, r, 200, room) })
	for encoding, limits := range map[string][2]int{"br": {44_500, 69_000}, "gzip": {49_000, 77_500}} {
		limit, most := limits[0], limits[1]
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
		add := func(what string, w *httptest.ResponseRecorder) {
			t.Logf("%s: %6d %s, when it is needed", encoding, w.Body.Len(), what)
			total += w.Body.Len()
		}
		for _, url := range late(t, s) {
			if !files[url] {
				add(url, get(s.Static(), "GET", url, "Accept-Encoding", encoding))
			}
		}
		add("/worker.js", get(s.Worker(), "GET", "/worker.js", "Accept-Encoding", encoding))
		add("/offline", get(s.Offline(), "GET", "/offline", "Accept-Encoding", encoding))
		for _, url := range linked.FindAllString(get(s.Offline(), "GET", "/offline").Body.String(), -1) {
			if !files[url] && !slices.Contains(late(t, s), url) {
				add(url+" for the offline page", get(s.Static(), "GET", url, "Accept-Encoding", encoding))
			}
		}
		t.Logf("%s: %6d with all of that", encoding, total)
		if total > most {
			t.Errorf("the room page and all it may ever load are %d bytes of %s, want at most %d", total, encoding, most)
		}
	}
}

// late returns the modules and sheets that the room may ever load. Sheets are
// named in the modules as they are written.
func late(t *testing.T, s *Site) (urls []string) {
	t.Helper()
	everything := func(f asset) []string { return slices.Concat(f.imports, f.later) }
	names := s.static.reach("js/room.js", everything)
	written, err := loadTree(s.files, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range written.reach("js/room.js", everything) {
		for _, m := range lateSheet.FindAllSubmatch(written.files[name].body, -1) {
			if sheet := "css/" + string(m[1]) + ".css"; !slices.Contains(names, sheet) {
				names = append(names, sheet)
			}
		}
	}
	for _, name := range names {
		urls = append(urls, urlOf(t, s, name))
	}
	return urls
}

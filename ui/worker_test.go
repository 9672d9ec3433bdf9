package ui

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The worker is asked for anew each time, stores the offline page's files and
// no others, and is another one when anything of that page is.
func TestWorker(t *testing.T) {
	s := newSite(t, Options{})
	w := get(Headers(false, s.Worker()), "GET", "/worker.js", "Accept-Language", "en")
	for name, want := range map[string]string{
		"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache", "Vary": "Accept-Language, Accept-Encoding",
	} {
		if got := strings.Join(w.Header().Values(name), ", "); w.Code != http.StatusOK || got != want {
			t.Errorf("it answers %d with %s %q, want %q", w.Code, name, got, want)
		}
	}
	body := w.Body.String()
	if strings.Contains(body, `"VERSION"`) || strings.Contains(body, `"FILES"`) {
		t.Errorf("a place is not filled:\n%s", body)
	}
	page := get(s.Offline(), "GET", "/offline", "Accept-Language", "en")
	if !strings.Contains(page.Body.String(), "No connection") || page.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the offline page is %d %v", page.Code, page.Header())
	}
	files := linked.FindAllString(page.Body.String(), -1)
	if len(files) < 4 {
		t.Fatalf("the offline page links to %q only", files)
	}
	for _, url := range append(files, linked.FindAllString(body, -1)...) {
		if !strings.Contains(body, `"`+url+`"`) || !strings.Contains(page.Body.String(), url) {
			t.Errorf("worker and offline page do not both name %s", url)
		}
		if got := get(s.Static(), "GET", url).Code; got != http.StatusOK {
			t.Errorf("%s answers %d", url, got)
		}
	}
	if again := get(s.Worker(), "GET", "/worker.js", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same worker answers %d, want 304", again.Code)
	}
}

func TestWorkerChangesWithItsPage(t *testing.T) {
	version := func(s *Site, language string) string {
		t.Helper()
		body, err := io.ReadAll(get(s.Worker(), "GET", "/worker.js", "Accept-Language", language).Body)
		if err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`\bversion ?= ?"([0-9a-f]{12})"`).FindStringSubmatch(string(body))[1]
	}
	first := version(newSite(t, Options{}), "en")
	seen := map[string]string{first: "the first"}
	note := func(what, version string) {
		if seen[version] != "" {
			t.Errorf("%s has the version %s of %s", what, version, seen[version])
		}
		seen[version] = what
	}
	note("Spanish", version(newSite(t, Options{}), "es"))
	for _, name := range []string{"joined/css/room.css", "static/worker.js", "words/en.json", "pages/offline.html"} {
		folder := t.TempDir()
		if err := os.CopyFS(folder, os.DirFS(".")); err != nil {
			t.Fatal(err)
		}
		edit(t, folder+"/"+name)
		s, err := New(os.DirFS(folder), Options{})
		if err != nil {
			t.Fatal(err)
		}
		note("another "+name, version(s, "en"))
	}
	if got := version(newSite(t, Options{}), "en"); got != first {
		t.Errorf("the same files have the versions %s and %s", first, got)
	}
}

// edit changes a file a little.
func edit(t *testing.T, name string) {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(body), "As soon as it can", "Once it can", 1)
	switch {
	case changed != string(body):
	case strings.HasSuffix(name, ".html"):
		changed = strings.Replace(changed, "<main", "<main lang=x", 1)
	case strings.HasSuffix(name, ".css"):
		changed += ".added { margin: 0 }\n" // White space alone would not be served.
	default:
		changed += "\nself.added = 1;\n"
	}
	if err := os.WriteFile(name, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

package ui

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func get(h http.Handler, method, url string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Every file a page links to exists, with a type that makes the browser use
// it, and so does every module those modules import.
func TestEveryLinkedAssetExists(t *testing.T) {
	s := newSite(t, Options{})
	link := regexp.MustCompile(`/static/[^"#]+`)
	seen := map[string]bool{}
	for name, p := range everyPage(t) {
		for _, url := range link.FindAllString(render(s, p).Body.String(), -1) {
			seen[url] = true
			w := get(s.Static(), "GET", url)
			if w.Code != http.StatusOK || w.Body.Len() == 0 {
				t.Errorf("%s links to %s: status %d, %d bytes", name, url, w.Code, w.Body.Len())
			}
			if got := w.Header().Get("Cache-Control"); got != cacheForever {
				t.Errorf("%s: Cache-Control %q, want %q", url, got, cacheForever)
			}
		}
	}
	for _, f := range s.static.files { // what pages load later
		for _, name := range f.later {
			seen[urlOf(t, s, name)] = true
			more, err := s.static.modules(name)
			if err != nil {
				t.Error(err)
			}
			for _, url := range more {
				seen[url] = true
			}
		}
	}
	for name, f := range s.static.files {
		if strings.HasPrefix(name, "js/") && !seen[urlOf(t, s, name)] && name != "js/wire/events.js" {
			t.Errorf("%s is shipped, and no page loads it", name)
		}
		if strings.HasSuffix(name, ".js") && f.mime != "text/javascript; charset=utf-8" {
			t.Errorf("%s has type %q", name, f.mime)
		}
	}
	if len(seen) < 30 {
		t.Errorf("found only %d links in all pages; the pattern must be wrong", len(seen))
	}
}

func urlOf(t *testing.T, s *Site, name string) string {
	t.Helper()
	url, err := s.Asset(name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func TestStaticAnswers(t *testing.T) {
	s := newSite(t, Options{})
	hashed, err := s.Asset("css/room.css")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, method, url string
		status            int
		cache             string
	}{
		{"hashed", "GET", hashed, 200, cacheForever},
		{"hashed head", "HEAD", hashed, 200, cacheForever},
		{"plain", "GET", "/static/css/room.css", 200, "no-cache"},
		{"another tree", "GET", "/static/000000000000/css/room.css", 404, "no-store"},
		{"missing", "GET", "/static/css/none.css", 404, "no-store"},
		{"folder", "GET", "/static/css/", 404, "no-store"},
		{"root", "GET", "/static/", 404, "no-store"},
		{"climbing", "GET", "/static/../pages/login.html", 404, "no-store"},
		{"climbing, escaped", "GET", "/static/..%2fpages%2flogin.html", 404, "no-store"},
		{"a template", "GET", "/static/pages/login.html", 404, "no-store"},
		{"post", "POST", hashed, 405, "no-store"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := get(Headers(false, s.Static()), tt.method, tt.url)
			if w.Code != tt.status || w.Header().Get("Cache-Control") != tt.cache {
				t.Errorf("%s %s: %d, Cache-Control %q; want %d, %q", tt.method, tt.url, w.Code, w.Header().Get("Cache-Control"), tt.status, tt.cache)
			}
			if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("X-Content-Type-Options %q", got)
			}
			if tt.method == "HEAD" && w.Body.Len() != 0 {
				t.Errorf("HEAD has a body of %d bytes", w.Body.Len())
			}
		})
	}
}

func TestStaticCompressesAndRevalidates(t *testing.T) {
	s := newSite(t, Options{})
	const url = "/static/vendor/socket.io.esm.min.js"
	plain := get(s.Static(), "GET", url)
	tests := []struct{ name, accept, want string }{
		{"before Pack", "br, gzip;q=0.8", "gzip"},
		{"after Pack", "gzip, deflate, br, zstd", "br"},
		{"plain http", "gzip, deflate", "gzip"},
		{"brotli forbidden", "br;q=0.0, gzip", "gzip"},
		{"neither", "zstd", ""},
		{"gzip forbidden", "gzip;q=0", ""},
	}
	for _, tt := range tests {
		if tt.name == "after Pack" {
			s.Pack(t.Context())
		}
		w := get(s.Static(), "GET", url, "Accept-Encoding", tt.accept)
		got := w.Header().Get("Content-Encoding")
		if got != tt.want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: Content-Encoding %q, Vary %q; want %q, Accept-Encoding", tt.name, got, w.Header().Get("Vary"), tt.want)
		}
		if body := unpacked(t, got, w.Body); body != plain.Body.String() {
			t.Errorf("%s: unpacked %d bytes, want the %d of the file", tt.name, len(body), plain.Body.Len())
		}
	}
	if w := get(s.Static(), "GET", url, "If-None-Match", plain.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("same ETag: status %d, %d bytes; want 304 and none", w.Code, w.Body.Len())
	}
}

func unpacked(t *testing.T, encoding string, body io.Reader) string {
	t.Helper()
	switch encoding {
	case "br":
		body = brotli.NewReader(body)
	case "gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatalf("not gzip: %v", err)
		}
		body = z
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Errorf("unpacking %q: %v", encoding, err)
	}
	return string(text)
}

func TestFavicon(t *testing.T) {
	w := get(newSite(t, Options{}).Favicon(), "GET", "/favicon.ico")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/x-icon" || !strings.HasPrefix(w.Body.String(), "\x00\x00\x01\x00") {
		t.Errorf("status %d, type %q", w.Code, w.Header().Get("Content-Type"))
	}
}

// With --ui-dir every file is served as it was written, so that what an editor
// and a browser's tools show is the same, and runs.
func TestFilesStayAsWritten(t *testing.T) {
	files, err := loadTree(os.DirFS("."), true)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range files.files {
		written, err := os.ReadFile(filepath.Join("static", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.body, written) {
			t.Errorf("%s is not served as it was written", name)
		}
	}
}

package ui

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// hostile is what somebody may call himself or his room's link.
const hostile = `"><script>alert(1)</script>{{7}}`

func newSite(t *testing.T, o Options) *Site {
	t.Helper()
	s, err := New(os.DirFS("."), o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return s
}

// everyPage holds each page in each state that changes what its template does.
func everyPage(t *testing.T) map[string]Page {
	t.Helper()
	code, err := NewQR("https://chat.example/chat/abc")
	if err != nil {
		t.Fatalf("NewQR: %v", err)
	}
	said := Say("picture.from", "name", hostile)
	return map[string]Page{
		"login":           LoginPage{Next: hostile},
		"login wrong":     LoginPage{Problem: said},
		"login throttled": LoginPage{Problem: said, RetryAfter: 90 * time.Second},
		"setup":           SetupHelpPage{},
		"setup done":      SetupHelpPage{Enrolled: true},
		"claim":           ClaimPage{Claim: hostile},
		"enrol":           EnrolPage{QR: code, Secret: hostile, Issuer: hostile, Account: hostile, Problem: said},
		"enrol throttled": EnrolPage{QR: code, Secret: hostile, Problem: said, RetryAfter: time.Hour},
		"home":            HomePage{Name: hostile, Room: hostile, URL: hostile, QR: code},
		"room":            RoomPage{Name: hostile, VisitorID: hostile, Room: hostile, URL: hostile, QR: code},
		"error":           ErrorPage{Status: 418, Title: said, Text: said, RetryAfter: time.Second},
		"error login":     ErrorPage{Status: 401},
		"offline":         OfflinePage{},
	}
}

func render(s *Site, p Page) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Render(w, httptest.NewRequest("GET", "/", nil), http.StatusOK, p)
	return w
}

func TestEveryPageRendersAndEscapes(t *testing.T) {
	s := newSite(t, Options{})
	for name, p := range everyPage(t) {
		t.Run(name, func(t *testing.T) {
			w := render(s, p)
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(body), "</html>") {
				t.Fatalf("status %d, body ends %q", w.Code, body[max(0, len(body)-40):])
			}
			if strings.Contains(body, "<script>") {
				t.Error("the hostile text became markup")
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q, want no-store", got)
			}
			if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
				t.Errorf("Content-Type %q", got)
			}
		})
	}
}

// The policy forbids inline code, so a page that relied on it would be broken.
func TestPagesHoldNothingInline(t *testing.T) {
	s := newSite(t, Options{})
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|javascript:|<script(>|[^>]*[^>]>[^<])`)
	data := regexp.MustCompile(`<script type="application/json" id="words">\{[^<]*\}</script>`) // which nothing runs
	for name, p := range everyPage(t) {
		// The hostile text may spell such things; what matters is the template.
		body := strings.ReplaceAll(render(s, p).Body.String(), "alert", "")
		body = data.ReplaceAllString(body, "")
		if found := inline.FindString(body); found != "" {
			t.Errorf("%s: found %q", name, found)
		}
	}
}

// Attack: an error in the middle of a template would leave half a page, with a
// 200 before it.
func TestBrokenPageGivesNothingOfItself(t *testing.T) {
	files := fstest.MapFS{
		"static/a.css":             {},
		"joined/js/early.js":       {},
		"words/en.json":            {Data: []byte("{}")},
		"pages/shared/layout.html": {Data: []byte(`{{define "layout"}}half a page {{.Nothing}}{{end}}`)},
		"pages/error.html":         {Data: []byte(`{{define "body"}}{{end}}`)},
	}
	var log bytes.Buffer
	s, err := New(files, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	w := render(s, ErrorPage{Status: 404})
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "half") {
		t.Errorf("status %d, body %q; want 500 and nothing of the page", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "error.html") {
		t.Errorf("the log %q does not name the page", log.String())
	}
}

func TestNewRefuses(t *testing.T) {
	layout := &fstest.MapFile{Data: []byte(`{{define "layout"}}{{end}}`)}
	tests := map[string]fstest.MapFS{
		"no files at all":             {},
		"an import that leads away":   {"pages/shared/layout.html": layout, "static/a.css": {}, "joined/js/a.js": {Data: []byte(`import"./gone.js";`)}},
		"a template that won't parse": {"pages/shared/layout.html": layout, "pages/a.html": {Data: []byte("{{if}}")}, "static/a.css": {}, "joined/js/a.js": {}, "words/en.json": {Data: []byte("{}")}},
		"no words":                    {"pages/shared/layout.html": layout, "static/a.css": {}, "joined/js/a.js": {}},
		"words that are no words":     {"pages/shared/layout.html": layout, "static/a.css": {}, "joined/js/a.js": {}, "words/en.json": {Data: []byte(`{"a.b": 1}`)}},
	}
	for name, files := range tests {
		if s, err := New(files, Options{}); err == nil {
			t.Errorf("%s: got a Site %v, want an error", name, s)
		}
	}
}

// The folder of the sources serves for development, comments and all.
func TestReloadLoadsWhatIsThere(t *testing.T) {
	s := newSite(t, Options{Reload: true})
	if got := get(s.Static(), "GET", "/static/js/room.js").Body.String(); !strings.HasPrefix(got, "// The room") {
		t.Errorf("got a module that begins %q, want its comment", got[:20])
	}
}

func TestReloadShowsEditsAtOnce(t *testing.T) {
	files := fstest.MapFS{
		"static/a.css":             {Data: []byte("old")},
		"words/en.json":            {Data: []byte("{}")},
		"pages/shared/layout.html": {Data: []byte(`{{define "layout"}}old{{end}}`)},
		"pages/error.html":         {Data: []byte(``)},
	}
	s, err := New(files, Options{Reload: true})
	if err != nil {
		t.Fatal(err)
	}
	files["static/a.css"] = &fstest.MapFile{Data: []byte("new")}
	files["pages/shared/layout.html"] = &fstest.MapFile{Data: []byte(`{{define "layout"}}{{asset "a.css"}}{{end}}`)}
	url := render(s, ErrorPage{}).Body.String()
	w := httptest.NewRecorder()
	s.Static().ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	if got, _ := io.ReadAll(w.Body); string(got) != "new" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("GET %s: %q, Cache-Control %q; want new, no-cache", url, got, w.Header().Get("Cache-Control"))
	}
}

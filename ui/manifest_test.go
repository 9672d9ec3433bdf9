package ui

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// The page can be installed: its manifest says where it starts and has an icon
// for every shape, and both lead somewhere.
func TestManifest(t *testing.T) {
	s := newSite(t, Options{})
	w := get(s.Static(), "GET", urlOf(t, s, "app.webmanifest"))
	if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || got != "application/manifest+json" {
		t.Fatalf("the manifest answers %d of type %q", w.Code, got)
	}
	var m struct {
		ID       string                                `json:"id"`
		StartURL string                                `json:"start_url"`
		Icons    []struct{ Src, Type, Purpose string } `json:"icons"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("reading the manifest: %v", err)
	}
	if m.ID != "/" || m.StartURL != "/" {
		t.Errorf("it is %q and starts at %q, want / whatever the hash of the files", m.ID, m.StartURL)
	}
	base, err := url.Parse(urlOf(t, s, "app.webmanifest"))
	if err != nil {
		t.Fatal(err)
	}
	purposes := map[string]bool{}
	for _, icon := range m.Icons {
		purposes[icon.Purpose] = true
		where, err := base.Parse(icon.Src)
		if err != nil {
			t.Fatal(err)
		}
		if got := get(s.Static(), "GET", where.Path); got.Code != http.StatusOK || got.Header().Get("Content-Type") != icon.Type {
			t.Errorf("the icon %s answers %d of type %q", icon.Src, got.Code, got.Header().Get("Content-Type"))
		}
	}
	if !purposes["any"] || !purposes["maskable"] {
		t.Errorf("there are icons for %v, want any and maskable", purposes)
	}
}

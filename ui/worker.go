package ui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// workerFile is the worker's text in the tree.
const workerFile = "worker.js"

// linked finds the static files that a page links to.
var linked = regexp.MustCompile(regexp.QuoteMeta(staticPrefix) + `[^"#]+`)

// Offline serves the page that the service worker keeps for the time when the
// server cannot be reached. It is the same for everybody.
func (s *Site) Offline() http.Handler {
	return s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		s.Render(w, r, http.StatusOK, OfflinePage{})
		return nil
	})
}

// Worker serves the service worker. Its address never changes, so that browsers
// which have an old one find the new one; its text names what it stores, and so
// changes with every file or sentence of the offline page. The language counts
// as well: a browser that asks for another one gets a new worker, with its page
// in that language.
func (s *Site) Worker() http.Handler {
	return s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		site, err := s.fresh()
		if err != nil {
			return err
		}
		var page bytes.Buffer
		if err := site.execute(&page, site.languageOf(r), OfflinePage{}); err != nil {
			return err
		}
		body, version := site.worker(page.Bytes())
		h := w.Header()
		h.Add("Vary", "Accept-Language")
		h.Set("Content-Type", mimes[".js"])
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", strconv.Quote(version))
		writeBody(w, r, version, packed(w, r, body))
		return nil
	})
}

// worker is the text of the worker that stores a page and what it links to, and
// the name of this version.
func (s *Site) worker(page []byte) (body []byte, version string) {
	var files []string
	for _, url := range linked.FindAll(page, -1) {
		files = append(files, string(url))
	}
	slices.Sort(files)
	list, _ := json.Marshal(slices.Compact(files)) // strings can be encoded
	source := s.static.files[workerFile].body
	sum := sha256.Sum256(slices.Concat(page, source))
	version = hex.EncodeToString(sum[:])[:12]
	body = bytes.Replace(source, []byte(`["FILES"]`), list, 1)
	return bytes.Replace(body, []byte("VERSION"), []byte(version), 1), version
}

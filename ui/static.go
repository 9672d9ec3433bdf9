package ui

import (
	"net/http"
	"strings"
)

const (
	staticPrefix = "/static/"
	cacheForever = "public, max-age=31536000, immutable"
)

// Static serves /static/{tree}/{name}, where {tree} is the hash of the whole
// static tree: such an address never changes its meaning and is cached for a
// year. A plain /static/{name} is served too, to be checked on each use. An
// address of another tree is not found, so a proxy can never store today's
// file under yesterday's name. There are no directory listings.
func (s *Site) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site, err := s.fresh()
		if err != nil {
			s.Error(w, r, err)
			return
		}
		name, cache := strings.TrimPrefix(r.URL.Path, staticPrefix), "no-cache"
		if rest, ok := strings.CutPrefix(name, site.static.hash+"/"); ok {
			name = rest
			if !s.reload {
				cache = cacheForever
			}
		}
		site.serveAsset(w, r, name, cache)
	})
}

// Favicon serves the icon where browsers look for one without being told.
func (s *Site) Favicon() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serveAsset(w, r, "img/favicon.ico", "public, max-age=86400")
	})
}

// TouchIcon serves the icon where phones look for one without being told.
func (s *Site) TouchIcon() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serveAsset(w, r, "img/icon-touch.png", "public, max-age=86400")
	})
}

// Asset returns the address of a file under static/, such as "js/room.js".
func (s *Site) Asset(name string) (string, error) { return s.static.url(name) }

func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request, name, cache string) {
	f, ok := s.static.files[name]
	if !ok {
		s.Error(w, r, &Error{Status: http.StatusNotFound})
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.Error(w, r, &Error{Status: http.StatusMethodNotAllowed})
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", cache)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	body, encoding := f.packed.choose(r)
	if encoding == "" {
		body = f.body
	} else {
		h.Set("Content-Encoding", encoding)
	}
	writeBody(w, r, f.etag, body)
}

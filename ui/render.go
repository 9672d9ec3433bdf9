package ui

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Render writes the page with the given status. Pages are never stored by
// caches: they hold names, links and sometimes a secret.
//
// A page that waits (RetryAfter) sets the Retry-After header unless the caller
// did. A template that fails gives a plain 500 and one log record; the browser
// never sees half a page.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, status int, p Page) {
	var b bytes.Buffer
	if err := s.execute(&b, s.languageOf(r), p); err != nil {
		s.log.LogAttrs(r.Context(), levelOf(http.StatusInternalServerError), "page failed", failure(r, http.StatusInternalServerError, err)...)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	switch p := p.(type) {
	case LoginPage:
		setRetryAfter(h, p.RetryAfter)
	case EnrolPage:
		setRetryAfter(h, p.RetryAfter)
	case ErrorPage:
		setRetryAfter(h, p.RetryAfter)
	}
	h.Add("Vary", "Accept-Language")
	switch p.(type) {
	case HomePage, RoomPage:
		h.Set("Content-Security-Policy", policyWithWorker)
	}
	body := b.Bytes()
	switch p.(type) {
	case RoomPage, OfflinePage:
		// What a room needs to open. They hold no secret; of pages that do, the
		// length must not depend on how much of them a stranger guessed.
		body = packed(w, r, body)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // The client may be gone; there is nobody left to tell.
}

func (s *Site) execute(b *bytes.Buffer, l *language, p Page) error {
	site, err := s.fresh()
	if err != nil {
		return fmt.Errorf("reloading: %w", err)
	}
	t := site.pages[l.tag][p.file()]
	if t == nil {
		return fmt.Errorf("looking up page %q: not under pages/", p.file())
	}
	if err := t.ExecuteTemplate(b, "layout", p); err != nil {
		return fmt.Errorf("rendering %s: %w", p.file(), err)
	}
	return nil
}

// setRetryAfter sets the header in seconds, unless there is nothing to wait
// for or the handler knew better.
func setRetryAfter(h http.Header, d time.Duration) {
	if d > 0 && h.Get("Retry-After") == "" {
		h.Set("Retry-After", strconv.Itoa(seconds(d)))
	}
}

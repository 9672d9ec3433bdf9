package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Error is what a handler returns when the answer is not the page. The user gets
// the sentence of its code, which never holds detail; Err is for the log and
// never reaches the user.
type Error struct {
	Status int
	// Code names the case for programs, in snake case: "too_large". Empty: taken
	// from the status.
	Code string
	// Text is for the user, where error.CODE is not the right sentence of words/
	// or has values in it. Without either, the sentence is the status's.
	Text Phrase
	// RetryAfter above zero sends the header of that name, rounded up to seconds.
	RetryAfter time.Duration
	Err        error
}

// Error describes the error for a log.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
}

// Unwrap returns the log's detail.
func (e *Error) Unwrap() error { return e.Err }

// HandlerFunc is a handler that may return an error instead of answering. It
// must not have written anything when it does.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Handle makes an http.Handler of h: see Site.Error for what becomes of errors.
func (s *Site) Handle(h HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.Error(w, r, err)
		}
	})
}

// Error answers a request that failed: status, page (or JSON, see WantsJSON)
// and one log record. An *Error is answered as it says, a body over its
// http.MaxBytesReader with 413, and any other error with 500.
func (s *Site) Error(w http.ResponseWriter, r *http.Request, err error) {
	e, l := asError(err), s.languageOf(r)
	if e.Text.IsZero() {
		e.Text = l.textOf(e)
	}
	level := levelOf(e.Status)
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		level = slog.LevelDebug // The client left. That is no fault of ours.
	}
	s.log.LogAttrs(r.Context(), level, "request failed", failure(r, e.Status, err)...)
	if WantsJSON(r) {
		writeJSON(w, l, e)
		return
	}
	s.Render(w, r, e.Status, ErrorPage{Status: e.Status, Title: l.titleOf(e.Status), Text: e.Text, RetryAfter: e.RetryAfter})
}

// WantsJSON tells a program from a person: a request that accepts JSON and no
// HTML, or one that changes something without accepting HTML, as fetch and
// XMLHttpRequest send by default.
func WantsJSON(r *http.Request) bool {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if strings.Contains(accept, "text/html") {
		return false
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	return !reads || strings.Contains(accept, "application/json")
}

// asError completes err to an Error with a status and a code.
func asError(err error) Error {
	e := Error{Status: http.StatusInternalServerError, Err: err}
	var known *Error
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		e = *known
	case errors.As(err, &tooBig):
		e.Status = http.StatusRequestEntityTooLarge
	}
	if e.Status < 400 || e.Status > 599 {
		e.Status = http.StatusInternalServerError // an Error without a status is a mistake of ours
	}
	if e.Code == "" {
		e.Code = codeOf(e.Status)
	}
	return e
}

func writeJSON(w http.ResponseWriter, l *language, e Error) {
	type detail struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	message, err := l.tell(e.Text)
	if err != nil {
		message = e.Code // A program goes by the code anyway.
	}
	h := w.Header()
	setRetryAfter(h, e.RetryAfter)
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(map[string]detail{"error": {e.Code, message}}) // The client may be gone.
}

// failure names the route, not the path: a room's name is its key and stays
// out of the log.
func failure(r *http.Request, status int, err error) []slog.Attr {
	return []slog.Attr{
		slog.Int("status", status),
		slog.String("method", r.Method),
		slog.String("route", r.Pattern),
		slog.String("error", err.Error()),
	}
}

// levelOf is below INFO for what clients do wrong: strangers make as many of
// those as they like, and would push out of the log what matters.
func levelOf(status int) slog.Level {
	if status >= 500 {
		return slog.LevelError
	}
	return slog.LevelDebug
}

package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHandle(t *testing.T) {
	secret := errors.New("dial redis://user:secret@host")
	english := newSite(t, Options{}).languages["en"]
	said := func(key string) string { return english.words[key].other }
	tests := []struct {
		name       string
		err        error
		status     int
		code, text string
		retry      string
	}{
		{"nothing said", secret, 500, "internal_server_error", "Something went wrong on our side.", ""},
		{"status only", &Error{Status: 404}, 404, "not_found", said("error.404"), ""},
		{"a code of its own", &Error{Status: 400, Code: "empty"}, 400, "empty", "The file is empty.", ""},
		{"all said", &Error{Status: 413, Code: "too_large", Text: Say("error.upload_too_large", "mb", 8), Err: secret}, 413, "too_large", "A file can have 8 MB at most.", ""},
		{"wrapped", fmt.Errorf("uploading: %w", &Error{Status: 403, Err: secret}), 403, "forbidden", said("error.403"), ""},
		{"wait, rounded up", &Error{Status: 429, RetryAfter: 1500 * time.Millisecond}, 429, "too_many_requests", said("error.429"), "2"},
		{"body over its limit", fmt.Errorf("reading: %w", &http.MaxBytesError{Limit: 1}), 413, "too_large", said("error.413"), ""},
		{"a status without words", &Error{Status: 418}, 418, "i'm_a_teapot", "The server answered with 418.", ""},
		{"no status", &Error{Err: secret}, 500, "internal_server_error", "Something went wrong on our side.", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			s := newSite(t, Options{Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			h := s.Handle(func(http.ResponseWriter, *http.Request) error { return tt.err })

			page := get(h, "GET", "/chat/private-room", "Accept", "text/html")
			if page.Code != tt.status || page.Header().Get("Retry-After") != tt.retry {
				t.Errorf("page: status %d, Retry-After %q; want %d, %q", page.Code, page.Header().Get("Retry-After"), tt.status, tt.retry)
			}
			title, err := english.tell(english.titleOf(tt.status))
			if body := page.Body.String(); err != nil || !strings.Contains(body, "<h1>"+title) || strings.Contains(body, "redis") {
				t.Errorf("page does not say %q (%v), or says too much", title, err)
			}

			var got struct {
				Error struct{ Code, Message string }
			}
			api := get(h, "POST", "/chat/private-room", "Accept", "application/json")
			if err := json.Unmarshal(api.Body.Bytes(), &got); err != nil {
				t.Fatalf("API answer %q: %v", api.Body, err)
			}
			if api.Code != tt.status || got.Error.Code != tt.code || got.Error.Message != tt.text {
				t.Errorf("API: %d %+v, want %d %q %q", api.Code, got.Error, tt.status, tt.code, tt.text)
			}

			if lines := strings.Count(log.String(), "\n"); lines != 2 || strings.Contains(log.String(), "private-room") {
				t.Errorf("want one line for each request and no room in it, got %s", log.String())
			}
		})
	}
}

func TestHandleLeavesSuccessAlone(t *testing.T) {
	h := newSite(t, Options{}).Handle(func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, "fine")
		return err
	})
	if w := get(h, "GET", "/"); w.Code != 200 || w.Body.String() != "fine" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

func TestWantsJSON(t *testing.T) {
	tests := []struct {
		name, method, accept string
		want                 bool
	}{
		{"browser page", "GET", "text/html,application/xhtml+xml,*/*;q=0.8", false},
		{"browser form", "POST", "text/html,application/xhtml+xml,*/*;q=0.8", false},
		{"fetch that says so", "GET", "application/json", true},
		{"fetch that posts", "POST", "*/*", true},
		{"curl", "GET", "*/*", false},
		{"nothing", "HEAD", "", false},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, "/", nil)
		r.Header.Set("Accept", tt.accept)
		if got := WantsJSON(r); got != tt.want {
			t.Errorf("%s: WantsJSON(%s, %q) = %v, want %v", tt.name, tt.method, tt.accept, got, tt.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
			"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; " +
			"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
		"Strict-Transport-Security":    "",
	}
	for _, status := range []int{200, 302, 404, 405, 429, 503} {
		w := get(Headers(false, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })), "GET", "/")
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%d: %s = %q, want %q", status, name, got, value)
			}
		}
	}
	w := get(Headers(true, http.NotFoundHandler()), "GET", "/")
	if got := w.Header().Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("https: Strict-Transport-Security = %q", got)
	}
}

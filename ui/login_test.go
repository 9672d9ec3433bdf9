package ui

import (
	"strings"
	"testing"
	"time"
)

// The page leads through the step-up in words, and works without a script.
func TestLoginAsksForCodesInARow(t *testing.T) {
	tests := []struct {
		name       string
		page       LoginPage
		want, lack []string
	}{
		{"one code", LoginPage{}, []string{"Enter your code", `name="code"`, `autocomplete="one-time-code"`}, []string{"code2", "guess", "codes=3"}},
		{"two", LoginPage{Codes: 2, Need: 2}, []string{
			"Somebody is trying to guess codes. Enter two codes in a row: this one, then the next.",
			`name="code2"`, `<label class="label" for="code2">`,
		}, []string{"code3"}},
		{"three", LoginPage{Codes: 3, Need: 3}, []string{"Enter three codes in a row: this one, then the next two.", `name="code3"`}, nil},
		{"three, by choice", LoginPage{Codes: 3, Need: 1}, []string{"Enter three codes in a row", `name="code3"`}, []string{"guess"}},
		{"lost counters", LoginPage{Codes: 2, Need: 2, Lost: true}, []string{"does not remember how often"}, []string{"Somebody"}},
		{"blocked", LoginPage{Codes: 1, RetryAfter: time.Hour, Next: "/chat/x?a=1&b"}, []string{
			`data-wait="3600"`, `href="/auth?codes=3&amp;next=%2fchat%2fx%3fa%3d1%26b"`,
		}, nil},
		{"the server's time", LoginPage{Clock: time.Date(2026, 1, 2, 13, 4, 5, 0, time.UTC)}, []string{`datetime="2026-01-02T13:04:05Z"`, "13:04:05 UTC"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := render(newSite(t, Options{}), tt.page).Body.String()
			for _, want := range tt.want {
				if !strings.Contains(body, want) {
					t.Errorf("the page lacks %q:\n%s", want, body)
				}
			}
			for _, lack := range tt.lack {
				if strings.Contains(body, lack) {
					t.Errorf("the page has %q", lack)
				}
			}
		})
	}
}

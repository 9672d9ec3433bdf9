package ui

import (
	"html/template"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestLanguageOf(t *testing.T) {
	s := newSite(t, Options{})
	tests := map[string]string{
		"":                                   "en",
		"es":                                 "es",
		"es-MX,es;q=0.9,en;q=0.8":            "es",
		"en-GB,en;q=0.9,es;q=0.8":            "en",
		"fr-CH, fr;q=0.9, es;q=0.7, *;q=0.5": "es",
		"de, *":                              "en",
		"en;q=0.5, ES;q=0.6":                 "es",
		"es;q=0":                             "en",
		"es;q=nonsense":                      "en",
		";;,,q=1,es-":                        "es",
	}
	for accept, want := range tests {
		w := get(s.Handle(func(w http.ResponseWriter, r *http.Request) error { return &Error{Status: 404} }), "GET", "/", "Accept", "text/html", "Accept-Language", accept)
		if !strings.Contains(w.Body.String(), `<html lang="`+want+`">`) || w.Header().Get("Vary") != "Accept-Language" {
			t.Errorf("%q: Vary %q, want the page in %q:\n%s", accept, w.Header().Get("Vary"), want, w.Body.String()[:80])
		}
	}
}

// Templates, scripts and errors speak alike.
func TestPagesSpeakTheBrowsersLanguage(t *testing.T) {
	s := newSite(t, Options{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Render(w, r, 429, LoginPage{Problem: Say("login.throttled"), RetryAfter: 3 * time.Minute})
	})
	page := get(h, "GET", "/", "Accept-Language", "es").Body.String()
	for _, want := range []string{"Escribe tu código", "Demasiados intentos.", "Podrás intentarlo de nuevo en 3 minutos.", `"wait.now":"Ya puedes intentarlo de nuevo."`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "compose.") {
		t.Errorf("the login brings sentences of the room")
	}
	api := get(s.Handle(func(http.ResponseWriter, *http.Request) error { return &Error{Status: 400, Code: "empty"} }),
		"POST", "/", "Accept", "application/json", "Accept-Language", "es")
	if want := `{"error":{"code":"empty","message":"El archivo está vacío."}}`; strings.TrimSpace(api.Body.String()) != want {
		t.Errorf("got %s, want %s", api.Body, want)
	}
}

// Attack: a name that looks like a place or like markup.
func TestRichEscapes(t *testing.T) {
	l := &language{tag: "en", words: map[string]entry{"a.b": {other: "<b> {name} & {code}"}}}
	got, err := l.rich("a.b", "name", `{code}<script>`, "code", template.HTML("<code>x</code>"))
	if want := template.HTML("&lt;b&gt; {code}&lt;script&gt; &amp; <code>x</code>"); err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if got, err := l.say("a.c"); err == nil {
		t.Errorf("a sentence that does not exist: got %q, want an error", got)
	}
}

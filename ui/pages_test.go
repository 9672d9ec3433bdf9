package ui

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestRoomLabel(t *testing.T) {
	tests := map[string]string{
		"standup":                    "standup",
		"k7f3qzt2mh5vxw4rjd6ynbcpae": "Room k7f3qz…",
		"exactly-twenty-chars":       "exactly-twenty-chars",
	}
	english := newSite(t, Options{}).languages["en"]
	for room, want := range tests {
		got, err := english.tell(RoomPage{Room: room}.Label())
		if err != nil || got != want {
			t.Errorf("Label of %q = %q, %v; want %q", room, got, err, want)
		}
	}
}

func TestWaits(t *testing.T) {
	tests := []struct {
		wait    time.Duration
		seconds int
		words   string
	}{
		{time.Millisecond, 1, "1 second"},
		{90 * time.Second, 90, "90 seconds"},
		{121 * time.Second, 121, "3 minutes"},
		{15 * time.Minute, 900, "15 minutes"},
		{24 * time.Hour, 86400, "24 hours"},
	}
	english := newSite(t, Options{}).languages["en"]
	for _, tt := range tests {
		seconds := LoginPage{RetryAfter: tt.wait}.Seconds()
		words, err := english.tell(inWords(tt.wait))
		if err != nil || seconds != tt.seconds || words != tt.words {
			t.Errorf("%v: %d, %q, %v; want %d, %q", tt.wait, seconds, words, err, tt.seconds, tt.words)
		}
	}
}

// The original lost the way back in its login form.
func TestLoginKeepsNext(t *testing.T) {
	body := render(newSite(t, Options{}), LoginPage{Next: "/chat/abc?x=1&y=2"}).Body.String()
	if !strings.Contains(body, `name="next" value="/chat/abc?x=1&amp;y=2"`) {
		t.Error("next is not in the form")
	}
}

func TestThrottledLoginSaysWhen(t *testing.T) {
	w := render(newSite(t, Options{}), LoginPage{RetryAfter: 899500 * time.Millisecond})
	if got := w.Header().Get("Retry-After"); got != "900" {
		t.Errorf("Retry-After %q, want 900", got)
	}
	for _, want := range []string{`data-wait="900"`, "15 minutes"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("page lacks %q", want)
		}
	}
}

// A code for an address that only this computer can follow would be a riddle.
func TestNoCodeForALocalAddress(t *testing.T) {
	for _, page := range []Page{HomePage{URL: "http://127.0.0.1:5000/chat/x"}, RoomPage{URL: "http://127.0.0.1:5000/chat/x"}} {
		body := render(newSite(t, Options{}), page).Body.String()
		if strings.Contains(body, "qr-frame") || !strings.Contains(body, "--lan") {
			t.Errorf("%T: got a frame for a code, want a sentence that names --lan", page)
		}
	}
}

// A browser that is told to wait for an element which does not come, or comes
// before others, draws the room late or piece by piece.
func TestRoomIsDrawnWhole(t *testing.T) {
	body := render(newSite(t, Options{}), everyPage(t)["room"]).Body.String()
	waits := regexp.MustCompile(`<link rel="expect" href="#([a-z]+)" blocking="render">`).FindStringSubmatch(body)
	if waits == nil {
		t.Fatal("the room waits for nothing")
	}
	_, last, _ := strings.Cut(body, `<dialog class="lightbox" id="`+waits[1]+`"`)
	if strings.Contains(last, "<dialog") || !strings.HasSuffix(strings.TrimSpace(last), "</dialog>\n\n</body>\n</html>") {
		t.Errorf("the room waits for %q, which is not the last in it", waits[1])
	}
}

// All that a page needs at once is in one module: each further one that it asks
// for takes a browser some ten milliseconds.
func TestOneModuleForAPage(t *testing.T) {
	s := newSite(t, Options{})
	for name, page := range everyPage(t) {
		body := render(s, page).Body.String()
		if n := strings.Count(body, `type="module"`) + strings.Count(body, `rel="modulepreload"`); n != 1 {
			t.Errorf("%s asks for %d modules, want 1", name, n)
		}
	}
}

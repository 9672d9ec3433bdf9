package cmd

import (
	"net/http"
	"testing"
)

// ways lead to a socket.
var ways = []string{"polling", "websocket"}

// knock opens a connection of the wire as a browser does, with more in the
// query and the origins of the page that asks, and returns the answer's status.
func (b *browser) knock(t *testing.T, transport, more string, origins ...string) int {
	t.Helper()
	r := b.request(t, http.MethodGet, "/socket.io/?EIO=4&transport="+transport+more, "")
	r.Header["Origin"] = origins
	if transport == "websocket" {
		for name, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket",
			"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
		} {
			r.Header.Set(name, value)
		}
	}
	answer, err := b.http.Do(r)
	if err != nil {
		t.Fatalf("knocking by %s: %v", transport, err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// D02. The attack: a page of somebody else opens a socket in the browser of
// somebody who is logged in. The browser sends the cookie, so that nothing but
// the origin refuses it.
func TestASocketOfAnotherSite(t *testing.T) {
	p := start(t, options{})
	b := p.login(t)
	host := b.base[len("http://"):]
	foreign := map[string][]string{
		"another site":          {"https://evil.example"},
		"nobody":                {"null"},
		"empty":                 {""},
		"our name in another":   {"http://127.0.0.1.evil.example"},
		"our name as a user":    {"http://" + host + "@evil.example"},
		"our name, longer port": {b.base + "0"},
		"another port":          {"http://127.0.0.1:1"},
		"below our name":        {"http://x." + host},
		"another scheme":        {"https://" + host},
		"ours after another":    {"https://evil.example", b.base},
		"another after ours":    {b.base, "https://evil.example"},
		"two in one":            {b.base + ", https://evil.example"},
	}
	for _, transport := range ways {
		for name, origins := range foreign {
			if got := b.knock(t, transport, "", origins...); got != http.StatusForbidden {
				t.Errorf("%s by %s is answered %d, want 403", name, transport, got)
			}
		}
		want := map[string]int{"polling": http.StatusOK, "websocket": http.StatusSwitchingProtocols}[transport]
		for _, origins := range [][]string{{b.base}, nil} { // A script sends none.
			if got := b.knock(t, transport, "", origins...); got != want {
				t.Errorf("%q by %s is answered %d, want %d", origins, transport, got, want)
			}
		}
	}
}

// D01, D03. The attack: a socket without a session, and the connection of
// somebody else, known by its id, over each transport.
func TestASocketOfSomebodyElse(t *testing.T) {
	p := start(t, options{})
	stranger, gone, member := p.browser(t), p.login(t), p.login(t)
	if r := gone.post(t, "/logout", nil); r.status != http.StatusSeeOther {
		t.Fatalf("logout answers %d, want 303", r.status)
	}
	victim := p.login(t).openPolling(t)
	for _, transport := range ways {
		for name, b := range map[string]*browser{"a stranger": stranger, "one who logged out": gone} {
			if got := b.knock(t, transport, ""); got != http.StatusForbidden {
				t.Errorf("%s by %s is answered %d, want 403", name, transport, got)
			}
		}
		for name, b := range map[string]*browser{"a stranger": stranger, "one who logged out": gone, "another member": member} {
			if got := b.knock(t, transport, "&sid="+victim.sid()); got < 400 || got > 499 {
				t.Errorf("%s with the id of somebody else by %s is answered %d, want a refusal", name, transport, got)
			}
		}
	}
	victim.answers(t)
}

package auth

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func newOrigins(t *testing.T, serverURL string, more ...string) *Origins {
	t.Helper()
	o, err := NewOrigins(serverURL, more...)
	if err != nil {
		t.Fatalf("NewOrigins: got %v", err)
	}
	return o
}

var reached = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })

// D02. The attack: a page elsewhere opens a socket with its visitor's cookie.
func TestGuard(t *testing.T) {
	site := newOrigins(t, "https://chat.example/", "http://127.0.0.1:5000", "http://192.168.1.7:5000")
	tests := []struct {
		name    string
		origin  []string
		fetched string // Sec-Fetch-Site
		ok      bool
	}{
		{"ours", []string{"https://chat.example"}, "same-origin", true},
		{"ours with its port", []string{"https://chat.example:443"}, "", true},
		{"ours in capitals", []string{"https://CHAT.example"}, "", true},
		{"an address we listen on", []string{"http://192.168.1.7:5000"}, "", true},
		{"loopback", []string{"http://127.0.0.1:5000"}, "", true},
		{"loopback by name", []string{"http://localhost:5000"}, "", true},
		{"loopback by IPv6", []string{"http://[::1]:5000"}, "", true},
		{"loopback, other port", []string{"http://localhost:5001"}, "", false},
		{"other site", []string{"https://evil.example"}, "cross-site", false},
		{"null", []string{"null"}, "", false},
		{"empty", []string{""}, "", false},
		{"http for https", []string{"http://chat.example"}, "", false},
		{"other port", []string{"https://chat.example:8443"}, "", false},
		{"sub-domain", []string{"https://a.chat.example"}, "", false},
		{"ours as a prefix", []string{"https://chat.example.evil.example"}, "", false},
		{"ours as a suffix", []string{"https://evilchat.example"}, "", false},
		{"ours as a user", []string{"https://chat.example@evil.example"}, "", false},
		{"user at ours", []string{"https://x@chat.example"}, "", false},
		{"with a path", []string{"https://chat.example/x"}, "", false},
		{"two in one line", []string{"https://chat.example https://evil.example"}, "", false},
		{"two lines", []string{"https://chat.example", "https://evil.example"}, "", false},
		{"twice ours", []string{"https://chat.example", "https://chat.example"}, "", false},
		{"trailing dot", []string{"https://chat.example."}, "", false},
		{"none, program", nil, "", true},
		{"none, same origin", nil, "same-origin", true},
		{"none, typed", nil, "none", true},
		{"none, cross-site", nil, "cross-site", false},
		{"none, same-site", nil, "same-site", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/socket.io/", nil)
			r.Header["Origin"] = tt.origin
			if tt.fetched != "" {
				r.Header.Set("Sec-Fetch-Site", tt.fetched)
			}
			w := httptest.NewRecorder()
			site.Guard(reached).ServeHTTP(w, r)
			if want := map[bool]int{true: 200, false: 403}[tt.ok]; w.Code != want {
				t.Errorf("Origin %q, Sec-Fetch-Site %q: got %d, want %d", tt.origin, tt.fetched, w.Code, want)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Error("got a CORS header")
			}
		})
	}
}

// C11. The attack: a name of the attacker's that resolves to this machine.
func TestHostGuard(t *testing.T) {
	site := newOrigins(t, "https://chat.example", "http://localhost:5000")
	tests := []struct {
		host, path string
		want       int
	}{
		{"chat.example", "/", 200},
		{"chat.example:443", "/", 200},
		{"Chat.Example", "/", 200},
		{"127.0.0.1:5000", "/", 200},
		{"[::1]:5000", "/", 200},
		{"chat.example:80", "/", 421},
		{"evil.example", "/", 421},
		{"evil.example", "/socket.io/", 421},
		{"chat.example.evil.example", "/", 421},
		{"127.0.0.1", "/", 421},
		{"", "/", 421},
		{"evil.example", "/health", 200},
		{"evil.example", "/ready", 421}, // which says what is broken
		{"127.0.0.1:5000", "/ready", 200},
		{"evil.example", "/health/x", 421},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Host = tt.host
		r.Header.Set("X-Forwarded-Host", "chat.example")
		w := httptest.NewRecorder()
		site.HostGuard(reached).ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%q%s: got %d, want %d", tt.host, tt.path, w.Code, tt.want)
		}
	}
}

// The attack: somebody on the network answers our own plain address, by which
// only a proxy calls us, with a page of theirs.
func TestAHostThatIsNoOrigin(t *testing.T) {
	site := newOrigins(t, "https://chat.example")
	if err := site.AlsoHosts("http://192.168.1.7:5000"); err != nil {
		t.Fatalf("AlsoHosts: got %v", err)
	}
	r := httptest.NewRequest("GET", "http://192.168.1.7:5000/socket.io/", nil)
	w := httptest.NewRecorder()
	site.HostGuard(site.Guard(reached)).ServeHTTP(w, r)
	if w.Code != 200 {
		t.Errorf("from a proxy: got %d, want 200", w.Code)
	}
	r.Header.Set("Origin", "http://192.168.1.7:5000")
	w = httptest.NewRecorder()
	site.HostGuard(site.Guard(reached)).ServeHTTP(w, r)
	if w.Code != 403 {
		t.Errorf("from a page: got %d, want 403", w.Code)
	}
	if err := site.AlsoHosts("192.168.1.7"); err == nil {
		t.Error("AlsoHosts of no address: got no error")
	}
}

func TestNewOriginsRefusesNoAddresses(t *testing.T) {
	for _, text := range []string{"", "chat.example", "/x", "ftp://chat.example", "https://", "http://[::1", "http://:5000"} {
		if _, err := NewOrigins(text); err == nil {
			t.Errorf("NewOrigins(%q): got no error", text)
		}
		if _, err := NewOrigins("http://localhost", text); err == nil {
			t.Errorf("NewOrigins with more %q: got no error", text)
		}
	}
}

package auth

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func prefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range texts {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func TestClientAddr(t *testing.T) {
	one, two := prefixes("10.0.0.1/32"), prefixes("10.0.0.0/8", "2001:db8::/32")
	tests := []struct {
		name      string
		socket    string
		forwarded []string // lines of the header
		proxies   []netip.Prefix
		want      string
	}{
		{"no proxy", "192.0.2.1:80", nil, nil, "192.0.2.1"},
		{"no proxy, forged header", "192.0.2.1:80", []string{"198.51.100.1"}, nil, "192.0.2.1"},
		{"untrusted proxy", "192.0.2.1:80", []string{"198.51.100.1"}, one, "192.0.2.1"},
		{"trusted proxy", "10.0.0.1:80", []string{"198.51.100.1"}, one, "198.51.100.1"},
		{"client forges the left", "10.0.0.1:80", []string{"203.0.113.9, 198.51.100.1"}, one, "198.51.100.1"},
		{"client forges a line", "10.0.0.1:80", []string{"203.0.113.9", "198.51.100.1"}, one, "198.51.100.1"},
		{"chain of proxies", "10.0.0.1:80", []string{"203.0.113.9, 198.51.100.1, 10.0.0.3,10.0.0.2"}, two, "198.51.100.1"},
		{"chain over lines", "10.0.0.1:80", []string{"198.51.100.1", "10.0.0.3", "10.0.0.2"}, two, "198.51.100.1"},
		{"all trusted", "10.0.0.1:80", []string{"10.9.9.9, 10.0.0.2"}, two, "10.0.0.1"},
		{"no header", "10.0.0.1:80", nil, one, "10.0.0.1"},
		{"empty header", "10.0.0.1:80", []string{""}, one, "10.0.0.1"},
		{"junk at the right", "10.0.0.1:80", []string{"198.51.100.1, unknown"}, one, "10.0.0.1"},
		{"junk after a proxy", "10.0.0.1:80", []string{"198.51.100.1, <script>, 10.0.0.2"}, two, "10.0.0.1"},
		{"trailing comma", "10.0.0.1:80", []string{"198.51.100.1,"}, one, "10.0.0.1"},
		{"mapped socket", "[::ffff:10.0.0.1]:80", []string{"198.51.100.1"}, one, "198.51.100.1"},
		{"mapped entry", "10.0.0.1:80", []string{"::ffff:198.51.100.1"}, one, "198.51.100.1"},
		{"entry with a port", "10.0.0.1:80", []string{"198.51.100.1:1234"}, one, "198.51.100.1"},
		{"IPv6 entry", "10.0.0.1:80", []string{"2001:db9::1"}, one, "2001:db9::1"},
		{"IPv6 entry with a port", "10.0.0.1:80", []string{"[2001:db9::1]:443"}, one, "2001:db9::1"},
		{"IPv6 proxy with a zone", "[2001:db8::1%eth0]:80", []string{"198.51.100.1"}, two, "198.51.100.1"},
		{"Unix socket", "@", []string{"198.51.100.1"}, one, "invalid IP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.socket, Header: http.Header{"X-Forwarded-For": tt.forwarded, "X-Real-Ip": {"203.0.113.1"}, "Forwarded": {"for=203.0.113.1"}}}
			if got := ClientAddr(r, tt.proxies).String(); got != tt.want {
				t.Errorf("ClientAddr: got %s, want %s", got, tt.want)
			}
		})
	}
}

func FuzzClientAddr(f *testing.F) {
	for _, seed := range []string{"198.51.100.1, 10.0.0.2", "[::1]:80,", ",,,", "::ffff:1.2.3.4%eth0"} {
		f.Add(seed)
	}
	proxies := prefixes("10.0.0.0/8")
	f.Fuzz(func(t *testing.T, forwarded string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:80", Header: http.Header{"X-Forwarded-For": {forwarded}}}
		got := ClientAddr(r, proxies)
		if !got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Fatalf("ClientAddr(%q): got %v", forwarded, got)
		}
		// What stands left of an untrusted address changes nothing.
		r.Header["X-Forwarded-For"] = []string{"203.0.113.9", strings.TrimSpace(forwarded)}
		if again := ClientAddr(r, proxies); trusted(got, proxies) == false && again != got {
			t.Errorf("ClientAddr(%q): got %v, with something on the left %v", forwarded, got, again)
		}
	})
}

package cmd

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAnnouncement(t *testing.T) {
	lan := place{base: "http://192.168.1.7:5000", local: "http://127.0.0.1:5000", network: "http://192.168.1.7:5000", exposed: true}
	tests := []struct {
		name string
		tell announcement
		want string
	}{
		{
			"this machine", announcement{place: place{base: "http://127.0.0.1:5000", local: "http://127.0.0.1:5000"}},
			"chat is running.\n\n  Local    http://127.0.0.1:5000\n\nCtrl-C stops it.\n",
		},
		{
			"first run", announcement{
				place: place{base: "http://127.0.0.1:5000", local: "http://127.0.0.1:5000"},
				claim: "http://127.0.0.1:5000/setup?claim=abc", setup: "chat setup-totp",
			},
			"chat is running.\n\n  Local    http://127.0.0.1:5000\n\n" +
				"No authenticator is set up yet. Open this link within 15 minutes; it works once:\n\n" +
				"  http://127.0.0.1:5000/setup?claim=abc\n\nor run this in another terminal:\n\n  chat setup-totp\n\nCtrl-C stops it.\n",
		},
		{
			"LAN", announcement{place: lan, lan: true},
			"chat is running.\n\n  Local    http://127.0.0.1:5000\n  Network  http://192.168.1.7:5000\n\n" +
				"This is plain http: others on your network could read along, so use --lan only where you trust them.\n\nCtrl-C stops it.\n",
		},
		{
			"LAN with our own certificate", announcement{
				place: place{base: "https://192.168.1.7:5000", network: "https://192.168.1.7:5000", secure: true},
				lan:   true, fingerprint: "AB:CD",
			},
			"chat is running.\n\n  Network  https://192.168.1.7:5000\n\n" +
				"The certificate is our own, so a browser asks once. Its SHA-256 fingerprint, to compare:\n\n  AB:CD\n\nCtrl-C stops it.\n",
		},
		{
			"metrics that others see", announcement{
				place: place{base: "http://127.0.0.1:5000", local: "http://127.0.0.1:5000"}, metrics: "0.0.0.0:9464",
			},
			"chat is running.\n\n  Local    http://127.0.0.1:5000\n\n" +
				"Nobody logs in at 0.0.0.0:9464, so whoever reaches the metrics there sees what goes on.\n\nCtrl-C stops it.\n",
		},
		{
			"behind a proxy", announcement{place: place{base: "https://chat.example.org", local: "http://127.0.0.1:5000", secure: true}},
			"chat is running.\n\n  Open     https://chat.example.org\n  Local    http://127.0.0.1:5000\n\nCtrl-C stops it.\n",
		},
		{
			"behind a proxy of another machine", announcement{place: place{base: "https://chat.example.org", local: "http://127.0.0.1:5000", secure: true, exposed: true}},
			"chat is running.\n\n  Open     https://chat.example.org\n  Local    http://127.0.0.1:5000\n\n" +
				"Other machines reach this port by plain http: a proxy with TLS must stand before it, and nobody else should get there.\n\nCtrl-C stops it.\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := tt.tell.print(&b); err != nil {
				t.Fatalf("printing: %v", err)
			}
			if b.String() != tt.want {
				t.Errorf("it prints\n%s\nwant\n%s", b.String(), tt.want)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	tests := []struct {
		name  string
		place place
		want  string
	}{
		{"network", place{base: "http://192.168.1.7:5000", network: "http://192.168.1.7:5000"}, "http://192.168.1.7:5000"},
		{"name", place{base: "http://nas.lan:5000", network: "http://192.168.1.7:5000"}, "http://nas.lan:5000"},
		{"never the phone itself", place{base: "http://localhost:5000", network: "http://192.168.1.7:5000"}, "http://192.168.1.7:5000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.place.reachable(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestHere(t *testing.T) {
	for _, test := range []struct {
		name  string
		place place
		want  string
	}{
		{"this machine", place{base: "http://127.0.0.1:5000", local: "http://127.0.0.1:5000"}, "http://127.0.0.1:5000"},
		{"network", place{base: "http://192.168.1.7:5000", network: "http://192.168.1.7:5000", local: "http://127.0.0.1:5000"}, "http://127.0.0.1:5000"},
		{"one network only", place{base: "http://192.168.1.7:5000", network: "http://192.168.1.7:5000"}, "http://192.168.1.7:5000"},
		{"proxy", place{base: "https://chat.example.org", local: "http://127.0.0.1:5000"}, "https://chat.example.org"},
	} {
		if got := test.place.here(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestSetupLine(t *testing.T) {
	tests := []struct{ name, folder, want string }{
		{"plain", "/srv/chat", "chat setup-totp --data-dir /srv/chat"},
		{"spaces", "/srv/my chat", "chat setup-totp --data-dir '/srv/my chat'"},
		{"quotes", "/srv/ann's", `chat setup-totp --data-dir '/srv/ann'\''s'`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := setupLine(Config{DataDir: tt.folder}, false); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// A code whose lines differ in width, or that lacks its border, does not scan.
func TestQRIsASquare(t *testing.T) {
	for _, colour := range []bool{false, true} {
		var b strings.Builder
		if err := printQR(&b, "http://192.168.1.7:5000", colour); err != nil {
			t.Fatalf("printing: %v", err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		const version2 = 25 + 2*2 // modules and the quiet zone
		if len(lines) != (version2+1)/2 {
			t.Errorf("colour %t: %d lines, want %d", colour, len(lines), (version2+1)/2)
		}
		for _, line := range lines {
			if got := strings.HasPrefix(line, "\x1b[40;97m") && strings.HasSuffix(line, "\x1b[0m"); got != colour {
				t.Errorf("colour %t: line %q", colour, line)
			}
			line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[40;97m"), "\x1b[0m")
			if n := utf8.RuneCountInString(line); n != version2 || !strings.HasPrefix(line, "█") && !strings.HasPrefix(line, "▀") {
				t.Errorf("line %q is %d wide, want %d with a border", line, n, version2)
			}
		}
	}
}

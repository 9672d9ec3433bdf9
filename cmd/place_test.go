package cmd

import (
	"net/netip"
	"slices"
	"testing"
)

func TestPlace(t *testing.T) {
	lan := []netip.Addr{netip.MustParseAddr("192.168.1.7"), netip.MustParseAddr("fd00::7")}
	tests := []struct {
		name   string
		config Config
		addr   string
		want   place
	}{
		{
			"this machine", Config{Host: "127.0.0.1"}, "127.0.0.1:5000",
			place{base: "http://127.0.0.1:5000", local: "http://127.0.0.1:5000",
				origins: []string{"http://127.0.0.1:5000"}},
		},
		{
			"by name", Config{Host: "localhost"}, "[::1]:8080",
			place{base: "http://localhost:8080", local: "http://localhost:8080",
				origins: []string{"http://localhost:8080"}},
		},
		{
			"LAN", Config{Host: "127.0.0.1", LAN: true}, "[::]:5000",
			place{base: "http://192.168.1.7:5000", local: "http://127.0.0.1:5000", network: "http://192.168.1.7:5000", exposed: true,
				origins: []string{"http://127.0.0.1:5000", "http://192.168.1.7:5000", "http://[fd00::7]:5000"}},
		},
		{
			"LAN on one network", Config{Host: "10.0.0.2", LAN: true}, "10.0.0.2:5000",
			place{base: "http://10.0.0.2:5000", network: "http://10.0.0.2:5000", exposed: true, origins: []string{"http://10.0.0.2:5000"}},
		},
		{
			"LAN with a name", Config{Host: "127.0.0.1", LAN: true, ServerURL: "http://nas.lan:5000"}, "[::]:5000",
			place{base: "http://nas.lan:5000", local: "http://127.0.0.1:5000", network: "http://192.168.1.7:5000", exposed: true,
				origins: []string{"http://127.0.0.1:5000", "http://192.168.1.7:5000", "http://[fd00::7]:5000"}},
		},
		{
			"behind a proxy", Config{Host: "127.0.0.1", ServerURL: "https://chat.example.org", Origins: origins{"https://alt.example.org"}}, "127.0.0.1:5000",
			place{base: "https://chat.example.org", local: "http://127.0.0.1:5000", secure: true,
				origins: []string{"http://127.0.0.1:5000", "https://alt.example.org"}},
		},
		{
			"behind a proxy of another machine", Config{Host: "0.0.0.0", LAN: true, ServerURL: "https://chat.example.org", Origins: origins{"http://alt.lan"}}, "0.0.0.0:5000",
			place{base: "https://chat.example.org", local: "http://127.0.0.1:5000", secure: true, exposed: true,
				origins: []string{"http://127.0.0.1:5000", "http://alt.lan"},
				hosts:   []string{"http://192.168.1.7:5000", "http://[fd00::7]:5000"}},
		},
		{
			"own https on the network", Config{Host: "127.0.0.1", LAN: true, TLS: tlsSelfSigned}, "[::]:5000",
			place{base: "https://192.168.1.7:5000", local: "https://127.0.0.1:5000", network: "https://192.168.1.7:5000", secure: true,
				origins: []string{"https://127.0.0.1:5000", "https://192.168.1.7:5000", "https://[fd00::7]:5000"}},
		},
		{
			"own https at its port", Config{Host: "::1", TLS: tlsSelfSigned}, "[::1]:443",
			place{base: "https://[::1]", local: "https://[::1]", secure: true, origins: []string{"https://[::1]"}},
		},
		{
			"own https in public", Config{Host: "0.0.0.0", TLS: tlsACME, ServerURL: "https://chat.example.org"}, "0.0.0.0:443",
			place{base: "https://chat.example.org", local: "https://127.0.0.1", secure: true,
				origins: []string{"https://127.0.0.1", "https://192.168.1.7", "https://[fd00::7]"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newPlace(tt.config, netip.MustParseAddrPort(tt.addr), lan)
			if err != nil {
				t.Fatalf("newPlace: %v", err)
			}
			if got.base != tt.want.base || got.local != tt.want.local || got.network != tt.want.network || got.secure != tt.want.secure {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
			if got.exposed != tt.want.exposed {
				t.Errorf("exposed is %t, want %t", got.exposed, tt.want.exposed)
			}
			if !slices.Equal(got.origins, tt.want.origins) {
				t.Errorf("origins are %q\nwant %q", got.origins, tt.want.origins)
			}
			if !slices.Equal(got.hosts, tt.want.hosts) {
				t.Errorf("hosts are %q\nwant %q", got.hosts, tt.want.hosts)
			}
		})
	}

	t.Run("LAN without a network", func(t *testing.T) {
		if p, err := newPlace(Config{Host: "127.0.0.1", LAN: true}, netip.MustParseAddrPort("[::]:5000"), nil); err == nil {
			t.Errorf("got %+v, want an error that says so", p)
		}
	})
}

// A certificate that lacks one of our addresses is refused there.
func TestNames(t *testing.T) {
	p := place{base: "https://nas.lan:5000", origins: []string{"https://127.0.0.1:5000", "https://[fd00::7]:5000", "https://nas.lan"}}
	want := []string{"localhost", "127.0.0.1", "::1", "nas.lan", "fd00::7"}
	if got := p.names(); !slices.Equal(got, want) {
		t.Errorf("names are %q, want %q", got, want)
	}
}

func TestListenHost(t *testing.T) {
	tests := []struct {
		config Config
		want   string
	}{
		{Config{Host: "127.0.0.1"}, "127.0.0.1"},
		{Config{Host: "127.0.0.1", LAN: true}, ""},
		{Config{Host: "0.0.0.0", LAN: true}, "0.0.0.0"},
		{Config{Host: "10.0.0.2", LAN: true}, "10.0.0.2"},
	}
	for _, tt := range tests {
		if got := tt.config.listenHost(); got != tt.want {
			t.Errorf("HOST=%s LAN=%t listens on %q, want %q", tt.config.Host, tt.config.LAN, got, tt.want)
		}
	}
}

func TestOtherPort(t *testing.T) {
	tests := []struct {
		name, goos string
		port       uint16
		want       string
	}{
		{"linux", "linux", 5000, "choose another, for example --port 5001"},
		{"AirPlay", "darwin", 5000, "choose another, for example --port 5001 (on a Mac it is often AirPlay Receiver, which System Settings can turn off)"},
		{"mac, other port", "darwin", 8080, "choose another, for example --port 8081"},
		{"last port", "linux", 65535, "choose another, for example --port 1024"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := otherPort(tt.goos, tt.port); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

package cmd

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"chat/cmd/logs"

	"github.com/spf13/pflag"
)

// read reads a configuration from flags, environment and the text of .env.
func read(t *testing.T, flags []string, environ map[string]string, dotenv string) (Config, error) {
	t.Helper()
	dir := t.TempDir()
	if dotenv != "" {
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(dotenv), 0o600); err != nil {
			t.Fatalf("writing .env: %v", err)
		}
	}
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	addFlags(set, false)
	if err := set.Parse(flags); err != nil {
		t.Fatalf("parsing flags %q: %v", flags, err)
	}
	all := map[string]string{"HOME": "/home/ann", "LocalAppData": `C:\Users\Ann\AppData\Local`}
	maps.Copy(all, environ)
	var list []string
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	return readConfig(set, list, dir)
}

func TestPrecedence(t *testing.T) {
	tests := []struct {
		name   string
		flags  []string
		env    map[string]string
		dotenv string
		want   uint16
	}{
		{name: "default", want: 5000},
		{name: ".env", dotenv: "PORT=1", want: 1},
		{name: "environment over .env", env: map[string]string{"PORT": "2"}, dotenv: "PORT=1", want: 2},
		{name: "flag over all", flags: []string{"--port=3"}, env: map[string]string{"PORT": "2"}, dotenv: "PORT=1", want: 3},
		{name: "empty in the environment hides .env", env: map[string]string{"PORT": ""}, dotenv: "PORT=1", want: 5000},
		{name: "empty flag means the default", flags: []string{"--port="}, env: map[string]string{"PORT": "2"}, want: 5000},
		{name: "spaces around", env: map[string]string{"PORT": " 7 "}, want: 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := read(t, tt.flags, tt.env, tt.dotenv)
			if err != nil {
				t.Fatalf("readConfig: %v", err)
			}
			if c.Port != tt.want {
				t.Errorf("port is %d, want %d", c.Port, tt.want)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	c, err := read(t, nil, nil, "")
	if err != nil {
		t.Fatalf("readConfig: %v", err)
	}
	c.DataDir = "" // tested apart, since it depends on the system
	want := Config{
		Host: "127.0.0.1", Port: 5000, TLS: tlsOff, Storage: embeddedStorage,
		History: true, HistoryMessages: 1000, HistoryAge: age(7 * 24 * time.Hour), HistorySize: 256 << 20,
		LimitConnections: 50, LimitSockets: 200, LimitRooms: 20, LimitMessages: 10, LimitTyping: 2, LimitText: 16 << 10,
		LimitHeader: 16 << 10, LimitHeaderWait: age(5 * time.Second), LimitIdle: age(time.Minute),
		LimitConnect: age(10 * time.Second), LimitAttachments: 10, LimitPixels: 24,
		LimitPacket: 1 << 20, LimitQueue: 4 << 20, LimitWait: age(10 * time.Second),
		LimitUpload: 8 << 20, LimitUploads: 60, LimitDisk: 1 << 30,
		TOTPUser: "owner", TOTPIssuer: "chat",
		LogLevel: level(slog.LevelInfo), TelegramLogLevel: level(slog.LevelWarn),
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("defaults are\n%+v, want\n%+v", c, want)
	}
}

func TestAccepted(t *testing.T) {
	tests := []struct {
		name, value string
		got         func(Config) any
		want        any
	}{
		{"SERVER_URL", "HTTPS://Chat.Example.org/", func(c Config) any { return c.ServerURL }, webURL("https://chat.example.org")},
		{"SERVER_URL", "https://chat.example.org:443", func(c Config) any { return c.ServerURL }, webURL("https://chat.example.org")},
		{"SERVER_URL", "http://[::1]:8080", func(c Config) any { return c.ServerURL }, webURL("http://[::1]:8080")},
		{"HOST", "localhost", func(c Config) any { return c.Host }, host("localhost")},
		{"HOST", "[::1]", func(c Config) any { return c.Host }, host("::1")},
		{"PORT", "0", func(c Config) any { return c.Port }, uint16(0)},
		{"LAN", "Yes", func(c Config) any { return c.LAN }, toggle(true)},
		{"DEBUG", "True", func(c Config) any { return c.level() }, slog.LevelDebug},
		{"TLS", "Self-Signed", func(c Config) any { return c.TLS }, tlsSelfSigned},
		{"LOG_LEVEL", "warning", func(c Config) any { return c.level() }, slog.LevelWarn},
		{"LOG_LEVEL", "CRITICAL", func(c Config) any { return c.level() }, logs.LevelCritical},
		{"STORAGE_LIMITER", "redis://u:p@127.0.0.1:1/2", func(c Config) any { return c.Storage }, secret("redis://u:p@127.0.0.1:1/2")},
		{"STORAGE_LIMITER", "unix:///run/redis.sock", func(c Config) any { return c.Storage }, secret("unix:///run/redis.sock")},
		{"TOTP_SECRET", "jbsw y3dp ehpk 3pxp jbsw y3dp eh", func(c Config) any { return c.TOTPSecret }, secret("jbsw y3dp ehpk 3pxp jbsw y3dp eh")},
		{"TRUSTED_PROXIES", "10.1.2.3, fd00::/8", func(c Config) any { return c.trusted() },
			[]netip.Prefix{netip.MustParsePrefix("10.1.2.3/32"), netip.MustParsePrefix("fd00::/8")}},
		{"ALLOWED_ORIGINS", "https://a.example, https://B.example:8443/", func(c Config) any { return c.Origins },
			origins{"https://a.example", "https://b.example:8443"}},
	}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			c, err := read(t, nil, map[string]string{tt.name: tt.value}, "")
			if err != nil {
				t.Fatalf("readConfig: %v", err)
			}
			if got := tt.got(c); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %#v, want %#v", got, tt.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	tests := []struct{ name, value string }{
		{"SERVER_URL", "chat.example.org"},
		{"SERVER_URL", "ftp://chat.example.org"},
		{"SERVER_URL", "https://chat.example.org/chat"},
		{"SERVER_URL", "https://u:p@chat.example.org"},
		{"SERVER_URL", "https://chat.example.org/?a"},
		{"SERVER_URL", "http://0.0.0.0:5000"},
		{"SERVER_URL", "https://"},
		{"HOST", "example.org"},
		{"PORT", "65536"},
		{"PORT", "-1"},
		{"PORT", "five"},
		{"LAN", "perhaps"},
		{"TLS", "yes"},
		{"LOG_LEVEL", "LOUD"},
		{"TELEGRAM_LOG_LEVEL", "3"},
		{"TELEGRAM_CHAT_ID", "my chat"},
		{"TRUSTED_PROXIES", "10.0.0.0/33"},
		{"TRUSTED_PROXIES", "proxy"},
		{"ALLOWED_ORIGINS", "*"},
		{"TOTP_USER", "a:b"},
		{"TOTP_ISSUER_NAME", strings.Repeat("x", 65)},
	}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			_, err := read(t, nil, nil, fmt.Sprintf("%s=%q", tt.name, tt.value))
			checkUsage(t, err)
			for _, part := range []string{tt.name, fmt.Sprintf("%q", tt.value), ".env", lookup(tt.name).Allowed} {
				if err != nil && !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not contain %q", err, part)
				}
			}
		})
	}
}

// An operator pastes a secret that is wrong by one character; the error lands
// in a log that others read.
func TestSecretsStayOutOfErrors(t *testing.T) {
	tests := []struct{ name, value, hidden string }{
		{"TOTP_SECRET", "HUNTER2", "HUNTER2"},
		{"TOTP_SECRET", "HUNTER2HUNTER2H1HUNTER2HUNTER2", "HUNTER"},
		{"STORAGE_LIMITER", "http://user:hunter2@host", "hunter2"},
		{"STORAGE_LIMITER", "redis://user:hunter2%zz@host:port", "hunter2"},
		{"TELEGRAM_BOT_TOKEN", "hunter2", "hunter2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(t, nil, map[string]string{tt.name: tt.value, "TELEGRAM_CHAT_ID": "1"}, "")
			checkUsage(t, err)
			if err != nil && strings.Contains(err.Error(), tt.hidden) {
				t.Errorf("error %q shows the secret", err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.name) {
				t.Errorf("error %q does not name %s", err, tt.name)
			}
		})
	}

	t.Run("broken .env", func(t *testing.T) {
		_, err := read(t, nil, nil, "TOTP_SECRET='hunter2\nwith no end")
		checkUsage(t, err)
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error %q quotes the file", err)
		}
	})

	t.Run("printed", func(t *testing.T) {
		c := Config{TOTPSecret: "hunter2", Storage: "hunter2", TelegramToken: "hunter2"}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, c); strings.Contains(text, "hunter2") {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	})
}

// A password with a $ in it is that password, or the operator hears of it before
// anybody is refused by Redis, or finds a backup that nothing opens.
func TestDollars(t *testing.T) {
	for dotenv, want := range map[string]string{
		`CHAT_BACKUP_PASSPHRASE='Pa$1word $HOME ${X} \$'`: `Pa$1word $HOME ${X} \$`,
		"CHAT_BACKUP_PASSPHRASE='two\nlines $A'":          "two\nlines $A",
		"CHAT_BACKUP_PASSPHRASE=plain # for $5":           "plain",
		"OTHERS=$HOME\nCHAT_BACKUP_PASSPHRASE=plain":      "plain",
		`CHAT_BACKUP_PASSPHRASE=Pa$1word`:                 "",
		`CHAT_BACKUP_PASSPHRASE=Pa$word`:                  "",
		`CHAT_BACKUP_PASSPHRASE=Paword$`:                  "",
		`CHAT_BACKUP_PASSPHRASE="Pa$1word"`:               "",
		`CHAT_BACKUP_PASSPHRASE="Pa\$1word"`:              "",
		`CHAT_BACKUP_PASSPHRASE=Pa\$1word`:                "",
		`CHAT_BACKUP_PASSPHRASE=${OTHER}`:                 "",
		`export CHAT_BACKUP_PASSPHRASE = Pa$(1)word`:      "",
	} {
		c, err := read(t, nil, nil, dotenv)
		if want != "" {
			if err != nil || string(c.BackupPassphrase) != want {
				t.Errorf("%s: got %q, %v, want %q", dotenv, string(c.BackupPassphrase), err, want)
			}
			continue
		}
		checkUsage(t, err)
		if err != nil && (!strings.Contains(err.Error(), "CHAT_BACKUP_PASSPHRASE='...'") || strings.Contains(err.Error(), "word")) {
			t.Errorf("%s: error %q does not say what to do, or shows the value", dotenv, err)
		}
	}
}

// checkSettings checks that variables are fine or, where refused is not empty,
// that the error says it where says looks.
func checkSettings(t *testing.T, env map[string]string, refused string, says func(text, part string) bool) {
	t.Helper()
	_, err := read(t, nil, env, "")
	if refused == "" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	checkUsage(t, err)
	if err != nil && !says(err.Error(), refused) {
		t.Errorf("error is %q, want %q", err, refused)
	}
}

func TestExposure(t *testing.T) {
	tests := []struct {
		name    string
		env     map[string]string
		refused string // what the error names; empty if it is fine
	}{
		{"this machine", map[string]string{"HOST": "::1"}, ""},
		{"all networks, plain", map[string]string{"HOST": "0.0.0.0"}, "HOST"},
		{"one network, plain", map[string]string{"HOST": "192.168.1.2"}, "HOST"},
		{"all networks, LAN", map[string]string{"HOST": "0.0.0.0", "LAN": "1"}, ""},
		{"all networks behind https", map[string]string{"HOST": "0.0.0.0", "SERVER_URL": "https://chat.example.org"}, ""},
		{"all networks, plain local name", map[string]string{"HOST": "0.0.0.0", "SERVER_URL": "http://localhost:5000"}, "HOST"},
		{"all networks, own https", map[string]string{"HOST": "0.0.0.0", "TLS": "self-signed"}, ""},
		{"plain name", map[string]string{"SERVER_URL": "http://chat.example.org"}, "SERVER_URL"},
		{"plain name, LAN", map[string]string{"SERVER_URL": "http://nas.lan", "LAN": "1"}, ""},
		{"plain local name", map[string]string{"SERVER_URL": "http://chat.localhost:5000"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkSettings(t, tt.env, tt.refused, strings.HasPrefix) })
	}
}

func TestTLSSettings(t *testing.T) {
	tests := []struct {
		name    string
		env     map[string]string
		refused string // what the error says; empty if it is fine
	}{
		{"self-signed", map[string]string{"TLS": "self-signed"}, ""},
		{"self-signed under a name", map[string]string{"TLS": "self-signed", "SERVER_URL": "https://nas.lan:5000"}, ""},
		{"links by http", map[string]string{"TLS": "self-signed", "SERVER_URL": "http://nas.lan"}, "begin it with https://"},
		{"files", map[string]string{"TLS": "files", "TLS_CERT": "a.pem", "TLS_KEY": "b.pem"}, ""},
		{"no key", map[string]string{"TLS": "files", "TLS_CERT": "a.pem"}, "set both"},
		{"no certificate", map[string]string{"TLS": "files", "TLS_KEY": "b.pem"}, "set both"},
		{"files of no use", map[string]string{"TLS_KEY": "b.pem"}, "add --tls files"},
		{"acme", map[string]string{"TLS": "acme", "SERVER_URL": "https://chat.example.org"}, ""},
		{"acme for nobody", map[string]string{"TLS": "acme"}, "SERVER_URL is not set"},
		{"acme for an address", map[string]string{"TLS": "acme", "SERVER_URL": "https://192.0.2.1"}, `no authority certifies "192.0.2.1"`},
		{"acme for IPv6", map[string]string{"TLS": "acme", "SERVER_URL": "https://[2001:db8::1]:8443"}, `no authority certifies "2001:db8::1"`},
		{"acme for this machine", map[string]string{"TLS": "acme", "SERVER_URL": "https://localhost"}, "no authority certifies"},
		{"acme for a host", map[string]string{"TLS": "acme", "SERVER_URL": "https://nas"}, "no authority certifies"},
		{"acme for a local name", map[string]string{"TLS": "acme", "SERVER_URL": "https://nas.local"}, "no authority certifies"},
		{"acme at home", map[string]string{"TLS": "acme", "SERVER_URL": "https://nas.home.arpa"}, "no authority certifies"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkSettings(t, tt.env, tt.refused, strings.Contains) })
	}
}

func TestTelegramNeedsBoth(t *testing.T) {
	const token = "123456:abcdefghijklmnopqrstuvwxyz0123456789"
	for _, env := range []map[string]string{
		{"TELEGRAM_BOT_TOKEN": token},
		{"TELEGRAM_CHAT_ID": "-100123"},
	} {
		_, err := read(t, nil, env, "")
		checkUsage(t, err)
	}
	if _, err := read(t, nil, map[string]string{"TELEGRAM_BOT_TOKEN": token, "TELEGRAM_CHAT_ID": "@alerts"}, ""); err != nil {
		t.Errorf("both together are refused: %v", err)
	}
}

func TestUserDataDir(t *testing.T) {
	tests := []struct {
		name, goos string
		env        map[string]string
		want       string // empty: refused
	}{
		{"linux", "linux", map[string]string{"HOME": "/home/ann"}, "/home/ann/.local/share/chat"},
		{"XDG", "linux", map[string]string{"HOME": "/home/ann", "XDG_DATA_HOME": "/data"}, "/data/chat"},
		{"relative XDG", "linux", map[string]string{"HOME": "/home/ann", "XDG_DATA_HOME": "data"}, "/home/ann/.local/share/chat"},
		{"mac", "darwin", map[string]string{"HOME": "/Users/ann"}, "/Users/ann/Library/Application Support/chat"},
		{"windows", "windows", map[string]string{"LocalAppData": "/Users/Ann/AppData/Local"}, "/Users/Ann/AppData/Local/chat"},
		{"no home", "linux", nil, ""},
		{"no home on a mac", "darwin", nil, ""},
		{"no home on windows", "windows", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := userDataDir(tt.goos, tt.env)
			if tt.want == "" {
				checkUsage(t, err)
				return
			}
			if err != nil || filepath.ToSlash(got) != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// checkUsage checks that err is a mistake in usage, not something else.
func checkUsage(t *testing.T, err error) {
	t.Helper()
	var f *failure
	if !errors.As(err, &f) || f.code != ExitUsage {
		t.Errorf("error is %v, want one with exit code %d", err, ExitUsage)
	}
}

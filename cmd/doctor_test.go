package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"chat/cmd/certificate"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// wellDoctor examines an empty folder on a machine whose clock is kept right.
func wellDoctor(t *testing.T) doctor {
	t.Helper()
	dir := t.TempDir()
	chmod(t, dir, 0o700)
	return doctor{
		config: Config{Host: "127.0.0.1", TLS: tlsOff, Storage: embeddedStorage, DataDir: dir, TOTPUser: "owner", TOTPIssuer: "chat"},
		now:    time.Now,
		synced: func() (bool, bool) { return true, true },
	}
}

// checkFinding checks a status and parts of the line that the operator reads.
func checkFinding(t *testing.T, got finding, status string, parts ...string) {
	t.Helper()
	if got.Status != status {
		t.Errorf("it finds %+v, want %s", got, status)
	}
	for _, part := range parts {
		if !strings.Contains(got.Text+"; "+got.Mend, part) {
			t.Errorf("it says %q, %q, want %q in it", got.Text, got.Mend, part)
		}
	}
	if got.Status != statusOK && got.Mend == "" {
		t.Errorf("it finds %q and does not say how to mend it", got.Text)
	}
}

func TestDoctorClock(t *testing.T) {
	d := wellDoctor(t)
	checkFinding(t, d.clock(t.Context()), statusOK, "kept right")
	d.synced = func() (bool, bool) { return false, true }
	checkFinding(t, d.clock(t.Context()), statusWarn, "nothing keeps it right", "NTP")
	d.synced = func() (bool, bool) { return false, false }
	checkFinding(t, d.clock(t.Context()), statusOK, "cannot be told")

	// A board without a battery starts in 1970, or at the time of its last stop.
	d.now = func() time.Time { return time.Unix(1000, 0) }
	checkFinding(t, d.clock(t.Context()), statusFail, "1970-01-01", "set it")
	writeFile(t, filepath.Join(d.config.DataDir, "secret.json"), "", 0o600)
	d.now = func() time.Time { return time.Now().Add(-time.Hour) }
	checkFinding(t, d.clock(t.Context()), statusFail, "the secret was written at", "set it")
}

func TestDoctorPort(t *testing.T) {
	d := wellDoctor(t)
	checkFinding(t, d.port(t.Context()), statusOK, "any")
	for _, kind := range []string{"off", "self-signed"} {
		p := start(t, options{env: map[string]string{"TLS": kind}})
		d.config.Port = portOf(t, p.base)
		checkFinding(t, d.port(t.Context()), statusOK, "chat answers on")
		p.stop(t)
		checkFinding(t, d.port(t.Context()), statusOK, "is free")
	}
	d.config.Port = portOf(t, "http://"+otherProgram(t))
	checkFinding(t, d.port(t.Context()), statusFail, "taken by another program", "--port")
}

// otherProgram has a port of this machine, and knows no HTTP.
func otherProgram(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	return ln.Addr().String()
}

func TestDoctorMetrics(t *testing.T) {
	d := wellDoctor(t)
	look := func(at, status string, parts ...string) {
		t.Helper()
		d.config.Metrics = endpoint(at)
		checkFinding(t, d.metrics(t.Context()), status, parts...)
	}
	look("", statusOK, "off")
	look("127.0.0.1:0", statusOK, "this machine only")
	look("localhost:0", statusOK, "this machine only")
	look("0.0.0.0:0", statusWarn, "nobody logs in at 0.0.0.0:0", "127.0.0.1")
	look(otherProgram(t), statusFail, "taken by another program", "another port")
	look("192.0.2.1:9464", statusFail, "192.0.2.1:9464", "address of this machine")

	// The server that runs has it, and shows what it should.
	p := start(t, options{env: map[string]string{"METRICS_ADDR": "127.0.0.1:0"}})
	at := p.metricsAt(t)
	look(at, statusOK, "this machine only")
	p.stop(t)

	// People and metrics cannot have one port.
	d.config.Port = portOf(t, "http://"+at)
	look(at, statusFail, "taken")
}

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	var port uint16
	if _, err := fmt.Sscanf(address[strings.LastIndex(address, ":"):], ":%d", &port); err != nil {
		t.Fatalf("reading the port of %s: %v", address, err)
	}
	return port
}

func TestDoctorFolder(t *testing.T) {
	d := wellDoctor(t)
	d.config.DataDir = filepath.Join(t.TempDir(), "none")
	checkFinding(t, d.folder(t.Context()), statusOK, "not there yet")
	checkFinding(t, d.files(t.Context()), statusOK, "none yet")
	if _, err := os.Stat(d.config.DataDir); err == nil {
		t.Error("looking made the folder")
	}
	if err := os.Mkdir(d.config.DataDir, 0o700); err != nil {
		t.Fatal(err)
	}
	checkFinding(t, d.folder(t.Context()), statusOK, "by nobody else")
	file := filepath.Join(d.config.DataDir, "secret.json")
	writeFile(t, file, "", 0o600)
	checkFinding(t, d.files(t.Context()), statusOK, "1,")
	if runtime.GOOS != "windows" {
		chmod(t, file, 0o640)
		checkFinding(t, d.files(t.Context()), statusWarn, "1 of 1", "secret.json", "chmod -R go= ")
		chmod(t, d.config.DataDir, 0o750)
		checkFinding(t, d.folder(t.Context()), statusFail, "chmod 700 ")
	}
	d.config.DataDir = file
	checkFinding(t, d.folder(t.Context()), statusFail, "not a folder", "--data-dir")
}

func TestDoctorSecret(t *testing.T) {
	d := wellDoctor(t)
	checkFinding(t, d.secret(t.Context()), statusWarn, "no authenticator", "chat setup-totp")
	p := &program{dir: d.config.DataDir, clock: &clock{}}
	p.enrol(t)
	checkFinding(t, d.secret(t.Context()), statusOK, "whole", "owner")
	file := filepath.Join(d.config.DataDir, "secret.json")
	if err := os.Truncate(file, 20); err != nil {
		t.Fatal(err)
	}
	if f := d.secret(t.Context()); f.Status != statusFail || !strings.Contains(f.Text, "damaged") || !strings.Contains(f.Text, "backup") {
		t.Errorf("a damaged secret is %+v, want a failure and the way out", f)
	}
	d.config.TOTPSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEH"
	checkFinding(t, d.secret(t.Context()), statusOK, "TOTP_SECRET")
}

func TestDoctorRedis(t *testing.T) {
	d := wellDoctor(t)
	checkFinding(t, d.redis(t.Context()), statusOK, "built in")

	p := start(t, options{})
	d.config.DataDir = p.dir
	checkFinding(t, d.redis(t.Context()), statusOK, "built in", "answers")

	d.config.Storage = "redis://user:hunter2@127.0.0.1:1"
	f := d.redis(t.Context())
	checkFinding(t, f, statusFail, "does not answer", "STORAGE_LIMITER")
	if strings.Contains(f.Text+f.Mend, "hunter2") {
		t.Errorf("it shows the password: %+v", f)
	}

	m := miniredis.RunT(t)
	d.config.Storage = secret("redis://" + m.Addr())
	checkFinding(t, d.redis(t.Context()), statusOK, "answers")

	for _, tt := range []struct{ info, status, part string }{
		{"redis_version:7.2.4\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction", statusOK, "7.2.4 answers"},
		{"redis_version:7.2.4\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru", statusOK, "7.2.4 answers"},
		{"redis_version:7.2.4\r\nmaxmemory:1000000\r\nmaxmemory_policy:allkeys-lru", statusWarn, "noeviction"},
		{"redis_version:5.0.14", statusWarn, "6.2 or later"},
		{"", statusOK, "of unknown version"},
	} {
		d.config.Storage = secret("redis://" + infoServer(t, tt.info))
		checkFinding(t, d.redis(t.Context()), tt.status, tt.part)
	}
}

// A Redis that hangs must not hang the doctor.
func TestDoctorHangingRedis(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	defer ln.Close()
	d := wellDoctor(t)
	d.config.Storage = secret("redis://" + ln.Addr().String())
	begin := time.Now()
	checkFinding(t, d.redis(t.Context()), statusFail, "does not answer within 500ms")
	if took := time.Since(begin); took > 2*redisLimit {
		t.Errorf("it took %v, want less than %v", took, 2*redisLimit)
	}
}

func TestPlainRedisAcrossTheNetwork(t *testing.T) {
	for address, want := range map[string]bool{
		"redis://127.0.0.1:6379":      false,
		"redis://[::1]:6379":          false,
		"redis://localhost":           false,
		"unix:///run/redis.sock":      false,
		"rediss://redis.example.org":  false,
		"redis://redis.example.org":   true,
		"redis://192.168.1.5:6379/2":  true,
		"redis://:hunter2@redis:6379": true,
	} {
		o, err := redis.ParseURL(address)
		if err != nil {
			t.Fatalf("reading %s: %v", address, err)
		}
		if got := plainAcross(o); got != want {
			t.Errorf("%s in the clear: %t, want %t", address, got, want)
		}
	}
}

// infoServer is a Redis that answers PING and INFO and knows nothing else.
func infoServer(t *testing.T, info string) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	t.Cleanup(func() { ln.Close() })
	serve := func(conn net.Conn) {
		defer conn.Close()
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			switch strings.ToUpper(lines.Text()) {
			case "PING":
				fmt.Fprint(conn, "+PONG\r\n")
			case "INFO":
				fmt.Fprintf(conn, "$%d\r\n%s\r\n", len(info), info)
			case "HELLO", "CLIENT":
				fmt.Fprint(conn, "-ERR unknown command\r\n")
			}
		}
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return ln.Addr().String()
}

func TestDoctorTelegram(t *testing.T) {
	d := wellDoctor(t)
	checkFinding(t, d.telegram(t.Context()), statusOK, "off")
	d.config.TelegramToken, d.config.TelegramChat = "123:hunter2", "1"
	if f := d.telegram(t.Context()); f.Status != statusOK || strings.Contains(f.Text, "hunter2") {
		t.Errorf("it finds %+v, want ok without the token", f)
	}

	fake := startTelegram(t)
	d.config.TelegramAPI, d.alert = webURL(fake.base), true
	checkFinding(t, d.telegram(t.Context()), statusOK, "a test message was sent to 1")
	if got := fake.text(); !strings.Contains(got, "This is a test message") {
		t.Errorf("Telegram got %q", got)
	}
	fake.status.Store(http.StatusForbidden)
	checkFinding(t, d.telegram(t.Context()), statusFail, "the test message was not sent: ")
	d.config.TelegramAPI = "http://127.0.0.1:1"
	if f := d.telegram(t.Context()); f.Status != statusFail || strings.Contains(f.Text, "hunter2") {
		t.Errorf("it finds %+v, want a failure without the token", f)
	}
}

func TestDoctorTLS(t *testing.T) {
	d := wellDoctor(t)
	look := func(status string, parts ...string) {
		t.Helper()
		checkFinding(t, d.tls(t.Context()), status, parts...)
	}
	look(statusOK, "this machine only")
	d.config.LAN = true
	look(statusWarn, "read along", "--tls self-signed")
	d.config.LAN, d.config.ServerURL = false, "https://chat.example.org"
	look(statusOK, "proxy")

	// Our own.
	d.config.TLS = tlsSelfSigned
	look(statusOK, "the first start makes")
	file := filepath.Join(d.config.DataDir, ownCertificate)
	own, err := certificate.OpenOwn(file, []string{"chat.example.org"}, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatalf("making a certificate: %v", err)
	}
	look(statusOK, own.Fingerprint())
	d.now = func() time.Time { return time.Now().AddDate(3, 0, 0) }
	look(statusFail, "ended on", "restart")
	d.now = time.Now

	// The operator's.
	d.config.TLS, d.config.TLSCert, d.config.TLSKey = tlsFiles, file, file
	look(statusOK, "for chat.example.org")
	if runtime.GOOS != "windows" {
		chmod(t, file, 0o644)
		look(statusWarn, "may read the key", "chmod 600 ")
		chmod(t, file, 0o600)
	}
	d.config.ServerURL = "https://other.example.org"
	look(statusFail, "not for other.example.org", "correct SERVER_URL")
	d.config.ServerURL = ""
	look(statusWarn, "set SERVER_URL")
	d.now = func() time.Time { return time.Now().AddDate(0, 0, 815) }
	look(statusWarn, "ends on", "get another soon")
	d.now = func() time.Time { return time.Now().AddDate(0, 0, -1) }
	look(statusFail, "valid from", "clock")
	d.now = time.Now
	d.config.TLSKey = filepath.Join(d.config.DataDir, "none")
	look(statusFail, "cannot be used")

	// A public one.
	d.config.TLS, d.config.ServerURL = tlsACME, "https://chat.example.org"
	look(statusWarn, "HOST is 127.0.0.1", "--host 0.0.0.0")
	d.config.Host = "0.0.0.0"
	look(statusWarn, "no certificate for chat.example.org yet", "port 443")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(d.config.DataDir, acmeFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(d.config.DataDir, acmeFolder, "chat.example.org"), string(text), 0o600)
	look(statusOK, "for chat.example.org, until")
}

func TestDoctorProxy(t *testing.T) {
	d := wellDoctor(t)
	checkFinding(t, d.proxy(t.Context()), statusOK)
	d.config.ServerURL = "https://chat.example.org"
	checkFinding(t, d.proxy(t.Context()), statusWarn, "TRUSTED_PROXIES")
	d.config.Proxies = prefixes{}
	if err := d.config.Proxies.UnmarshalText([]byte("127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	checkFinding(t, d.proxy(t.Context()), statusOK)
}

// A script reads the report; each check is in it, whatever the others found.
func TestReport(t *testing.T) {
	d := wellDoctor(t)
	d.config.Storage = "redis://127.0.0.1:1"
	r := d.examine(context.Background())
	if r.Failed != 1 || r.Warned != 1 || len(r.Checks) != 11 {
		t.Errorf("it has %d checks, %d failed, %d warned, want 11, 1 (redis), 1 (secret)", len(r.Checks), r.Failed, r.Warned)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `{"check":"redis","status":"fail","text":"`) || !strings.Contains(string(b), `"mend":"`) {
		t.Errorf("as JSON it is %s, %v", b, err)
	}
	var plain, coloured strings.Builder
	if err := r.print(&plain, false); err != nil {
		t.Fatalf("printing: %v", err)
	}
	if err := r.print(&coloured, true); err != nil {
		t.Fatalf("printing: %v", err)
	}
	if strings.Contains(plain.String(), "\x1b") || !strings.Contains(coloured.String(), "\x1b[31mfail\x1b[0m  redis") {
		t.Errorf("it prints\n%s\nand in colour\n%s", &plain, &coloured)
	}
}

func writeFile(t testing.TB, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatalf("writing: %v", err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatalf("changing a mode: %v", err)
	}
}

package cmd

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"chat/cmd/certificate"
)

// Somebody on the same network reads along: a login without a proxy and with
// no more set-up than a flag travels by https, cookies and sockets with it.
func TestOwnHTTPS(t *testing.T) {
	p := start(t, options{env: map[string]string{"TLS": "self-signed"}})
	if !strings.HasPrefix(p.base, "https://127.0.0.1:") {
		t.Fatalf("it is opened at %s, want https", p.base)
	}
	b := p.browser(t)
	r := b.post(t, "/auth", url.Values{"code": {p.code(t)}})
	if r.status != http.StatusSeeOther {
		t.Fatalf("login answers %d, want 303\nlog:\n%s", r.status, p.log)
	}
	session := false
	for _, line := range r.header.Values("Set-Cookie") {
		if strings.Contains(line, "Max-Age=0") {
			continue
		}
		session = session || strings.HasPrefix(line, "__Host-chat=")
		for _, want := range []string{"__Host-", "Secure", "HttpOnly", "SameSite=", "Path=/"} {
			if !strings.Contains(line, want) {
				t.Errorf("the cookie %q lacks %s", regexp.MustCompile(`=[^;]+`).ReplaceAllString(line, "=..."), want)
			}
		}
	}
	if !session {
		t.Error("no cookie __Host-chat was set")
	}
	home := b.get(t, "/")
	if home.status != http.StatusOK || home.header.Get("Strict-Transport-Security") == "" {
		t.Errorf("home answers %d with Strict-Transport-Security %q, want 200 and a year", home.status, home.header.Get("Strict-Transport-Security"))
	}
	b.dial(t)
}

// The owner compares what the terminal said with what the browser shows, once:
// a restart must not ask again.
func TestOwnCertificateStays(t *testing.T) {
	env := map[string]string{"TLS": "self-signed"}
	p := start(t, options{env: env})
	shown := handshake(t, p, tls.VersionTLS13)
	if print := certificate.Fingerprint(shown.PeerCertificates[0]); !strings.Contains(p.out.String(), "\n  "+print+"\n") {
		t.Errorf("the fingerprint %s was not printed:\n%s", print, p.out)
	}
	if strings.Contains(p.out.String(), "plain http") {
		t.Errorf("it warns of plain http:\n%s", p.out)
	}
	if info, err := os.Stat(filepath.Join(p.dir, ownCertificate)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the certificate's file has mode %v, %v, want 0600", info.Mode(), err)
	}
	p.stop(t)
	again := handshake(t, start(t, options{dir: p.dir, env: env}), tls.VersionTLS13)
	if !again.PeerCertificates[0].Equal(shown.PeerCertificates[0]) {
		t.Error("after a restart there is another certificate")
	}
}

// An attacker in between talks a browser down to a version with known holes.
func TestOldTLSIsRefused(t *testing.T) {
	p := start(t, options{env: map[string]string{"TLS": "self-signed"}})
	handshake(t, p, tls.VersionTLS12)
	config := p.trust(t)
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if conn, err := tls.Dial("tcp", strings.TrimPrefix(p.base, "https://"), config); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is accepted")
	}
}

// A browser that offers HTTP/2 must end at HTTP/1.1, where websockets are.
func TestHTTP2IsNotOffered(t *testing.T) {
	p := start(t, options{env: map[string]string{"TLS": "self-signed"}})
	if got := handshake(t, p, tls.VersionTLS13).NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("a browser gets the protocol %q, want http/1.1", got)
	}
}

// Whoever types the address without https:// is told.
func TestPlainHTTPToTLS(t *testing.T) {
	p := start(t, options{env: map[string]string{"TLS": "self-signed"}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "https://"))
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatalf("asking: %v", err)
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "HTTPS") || err != nil {
		t.Errorf("it answers %d %q, %v, want 400 and a word on HTTPS", r.StatusCode, body, err)
	}
	checkHeaders(t, r.Header)
	if got := r.Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("over plain http it says Strict-Transport-Security %q", got)
	}
}

// handshake connects as a browser of that TLS version does.
func handshake(t *testing.T, p *program, version uint16) tls.ConnectionState {
	t.Helper()
	config := p.trust(t)
	config.NextProtos, config.MaxVersion = []string{"h2", "http/1.1"}, version
	conn, err := tls.Dial("tcp", strings.TrimPrefix(p.base, "https://"), config)
	if err != nil {
		t.Fatalf("handshake: %v\nlog:\n%s", err, p.log)
	}
	defer conn.Close()
	return conn.ConnectionState()
}

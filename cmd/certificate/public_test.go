package certificate_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chat/cmd/certificate"
)

// authority is one that is out of order, and counts who comes.
func authority(t *testing.T) (address string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		http.Error(w, "out of order", http.StatusNotFound)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

// hello is what a browser says that wants to go to name.
func hello(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName:       name,
		SupportedProtos:  []string{"h2", "http/1.1"},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
		SupportedCurves:  []tls.CurveID{tls.CurveP256},
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	}
}

// A certificate that was got before is shown, also after a restart, and nobody
// is asked for another.
func TestPublicFromItsFolder(t *testing.T) {
	address, asked := authority(t)
	made, folder := t.TempDir(), t.TempDir()
	own(t, made, time.Now(), "chat.example.org")
	b, err := os.ReadFile(filepath.Join(made, "tls.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "chat.example.org"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	p := certificate.NewPublic("chat.example.org", folder, address, quiet)
	p.Fetch(t.Context())
	for _, name := range []string{"chat.example.org", "Chat.Example.ORG"} {
		if shown, err := p.Get(hello(name)); err != nil || shown.Leaf.VerifyHostname("chat.example.org") != nil {
			t.Errorf("a client for %s gets %v, want the certificate", name, err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the authority was asked %d times, want none", n)
	}
}

// A scanner asks for names that are not ours. If each cost a request, whoever
// likes could use up what the authority allows us.
func TestPublicForOtherNames(t *testing.T) {
	address, asked := authority(t)
	p := certificate.NewPublic("chat.example.org", t.TempDir(), address, quiet)
	for _, name := range []string{"", "evil.example.org", "org", "192.0.2.1", "x.chat.example.org"} {
		if _, err := p.Get(hello(name)); err == nil {
			t.Errorf("a client for %q gets a certificate", name)
		}
	}
	challenge := hello("chat.example.org")
	challenge.SupportedProtos = []string{"acme-tls/1"}
	if _, err := p.Get(challenge); err == nil {
		t.Error("a challenge that nobody asked for is answered")
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the authority was asked %d times, want none", n)
	}
}

// The name does not lead here yet, and visitors come all the time. The operator
// is told once, and the authority is left alone for a while.
func TestPublicFailure(t *testing.T) {
	address, asked := authority(t)
	var log bytes.Buffer
	p := certificate.NewPublic("chat.example.org", t.TempDir(), address, slog.New(slog.NewTextHandler(&log, nil)))
	p.Fetch(t.Context())
	once := asked.Load()
	for range 20 {
		if _, err := p.Get(hello("chat.example.org")); err == nil {
			t.Fatal("there is a certificate")
		}
	}
	if n := asked.Load(); once == 0 || n != once {
		t.Errorf("the authority was asked %d times, and %d times after 20 visitors, want no more", once, n)
	}
	if n := strings.Count(log.String(), "no certificate"); n != 1 {
		t.Errorf("the log says so %d times, want once:\n%s", n, &log)
	}
}

// The operator interrupts while an authority takes its time.
func TestFetchEndsWithItsContext(t *testing.T) {
	asked, release := make(chan struct{}, 1), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-release
	}))
	defer s.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		certificate.NewPublic("chat.example.org", t.TempDir(), s.URL, quiet).Fetch(ctx)
	}()
	<-asked
	cancel()
	<-ended
}

package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chat/cmd/certificate"
)

var quiet = slog.New(slog.DiscardHandler)

// own opens our own certificate in dir at a time.
func own(t *testing.T, dir string, now time.Time, names ...string) *certificate.Own {
	t.Helper()
	o, err := certificate.OpenOwn(filepath.Join(dir, "tls.pem"), names, quiet, func() time.Time { return now })
	if err != nil {
		t.Fatalf("OpenOwn: %v", err)
	}
	return o
}

// leafOf is the certificate that a client is shown.
func leafOf(t *testing.T, get certificate.Get) *x509.Certificate {
	t.Helper()
	shown, err := get(nil)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return shown.Leaf
}

func TestOwnIsWhatBrowsersAccept(t *testing.T) {
	now := time.Now()
	leaf := leafOf(t, own(t, t.TempDir(), now, "localhost", "127.0.0.1", "::1", "nas.lan").Get)
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "nas.lan"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Errorf("it is not for %s: %v", name, err)
		}
	}
	if key, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("its key is a %T, want ECDSA on P-256", leaf.PublicKey)
	}
	if leaf.IsCA {
		t.Error("it may sign others")
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 825*24*time.Hour {
		t.Errorf("it is valid for %v, which Apple's systems refuse", life)
	}
	if leaf.NotBefore.After(now.Add(-time.Minute)) {
		t.Error("a phone whose clock is a minute behind refuses it")
	}
}

func TestOwnIsReplaced(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name  string
		later time.Duration
		names []string
		same  bool
	}{
		{"next day", day, []string{"localhost", "10.0.0.1"}, true},
		{"fewer names", day, []string{"localhost"}, true},
		{"another network", day, []string{"localhost", "10.0.0.2"}, false},
		{"near its end", 800 * day, []string{"localhost"}, false},
		{"after its end", 1000 * day, []string{"localhost"}, false},
		{"made while the clock was ahead", -2 * day, []string{"localhost"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, now := t.TempDir(), time.Now()
			before := own(t, dir, now, "localhost", "10.0.0.1")
			after := own(t, dir, now.Add(tt.later), tt.names...)
			if same := before.Fingerprint() == after.Fingerprint(); same != tt.same {
				t.Errorf("it is the same certificate: %t, want %t", same, tt.same)
			}
			for _, name := range append(tt.names, "10.0.0.1") {
				if err := leafOf(t, after.Get).VerifyHostname(name); err != nil {
					t.Errorf("it is not for %s: %v", name, err)
				}
			}
			if again := own(t, dir, now.Add(tt.later), "localhost", "10.0.0.1"); again.Fingerprint() != after.Fingerprint() {
				t.Error("back at the first network it is replaced again")
			}
		})
	}
}

// A server that runs for years must not end up with a dead certificate.
func TestOwnRenewsWhileRunning(t *testing.T) {
	now := time.Now()
	o, err := certificate.OpenOwn(filepath.Join(t.TempDir(), "tls.pem"), []string{"localhost"}, quiet, func() time.Time { return now })
	if err != nil {
		t.Fatalf("OpenOwn: %v", err)
	}
	first := leafOf(t, o.Get)
	if !leafOf(t, o.Get).Equal(first) {
		t.Error("the second client sees another certificate")
	}
	now = now.Add(800 * 24 * time.Hour)
	if second := leafOf(t, o.Get); second.Equal(first) || !second.NotAfter.After(first.NotAfter) {
		t.Errorf("20 days before its end it is still in use, until %v", second.NotAfter)
	}
}

// The folder cannot be written to when the time has come: people get the old
// certificate, as long as it lasts, and not an error.
func TestOwnOutlivesAFailedRenewal(t *testing.T) {
	now := time.Now()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	o, err := certificate.OpenOwn(filepath.Join(dir, "tls.pem"), []string{"localhost"}, quiet, func() time.Time { return now })
	if err != nil {
		t.Fatalf("OpenOwn: %v", err)
	}
	first := leafOf(t, o.Get)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	now = now.Add(800 * 24 * time.Hour)
	if !leafOf(t, o.Get).Equal(first) {
		t.Error("without a folder it shows a certificate that it cannot have kept")
	}
}

func TestOwnDamaged(t *testing.T) {
	for _, text := range []string{"", "rubbish", "-----BEGIN CERTIFICATE-----\n"} {
		t.Run(fmt.Sprintf("%.10q", text), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "tls.pem"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			leafOf(t, own(t, dir, time.Now(), "localhost").Get)
		})
	}
}

func TestFingerprint(t *testing.T) {
	o := own(t, t.TempDir(), time.Now(), "localhost")
	if print := o.Fingerprint(); len(strings.Split(print, ":")) != 32 || print != strings.ToUpper(print) {
		t.Errorf("fingerprint is %s, want 32 pairs of upper-case digits", print)
	}
}

// A server with a certificate of its own: the file is made by the first call
// and found by the next ones.
func ExampleOpenOwn() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	o, err := certificate.OpenOwn(filepath.Join(dir, "tls.pem"), []string{"localhost", "192.168.1.7"}, slog.Default(), time.Now)
	if err != nil {
		fmt.Println(err)
		return
	}
	config := certificate.Config(o.Get)
	fmt.Println(config.NextProtos[0], len(o.Fingerprint()))
	// Output: http/1.1 95
}

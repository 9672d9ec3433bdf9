package certificate_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chat/cmd/certificate"
)

// pair is the text of a key with its certificate.
func pair(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	own(t, dir, time.Now(), "localhost")
	b, err := os.ReadFile(filepath.Join(dir, "tls.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The operator's tool renews the certificate: first the one file, then the
// other, while people come in. The new one is shown without a restart, and
// between the two writes the old one is.
func TestFilesAreReloaded(t *testing.T) {
	var log bytes.Buffer
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	put := func(path string, b []byte) {
		t.Helper()
		// As certbot does: a new file under the old name.
		if err := os.WriteFile(path+".new", b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	first, second := pair(t), pair(t)
	put(cert, first)
	put(key, first)
	f, err := certificate.OpenFiles(cert, key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatalf("OpenFiles: %v", err)
	}
	old := leafOf(t, f.Get)

	put(cert, second)
	for range 3 {
		if !leafOf(t, f.Get).Equal(old) {
			t.Error("half of a new pair is in use")
		}
	}
	if n := strings.Count(log.String(), "cannot be read"); n != 1 {
		t.Errorf("the log says %d times that the pair does not fit, want once:\n%s", n, &log)
	}
	put(key, second)
	renewed := leafOf(t, f.Get)
	if renewed.Equal(old) {
		t.Error("the new pair is not in use")
	}

	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if !leafOf(t, f.Get).Equal(renewed) {
		t.Error("without its file the last good pair is not in use")
	}
	if strings.Contains(log.String(), "PRIVATE") {
		t.Errorf("the log shows a key:\n%s", &log)
	}
}

func TestFilesThatDoNotFit(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, b := range map[string][]byte{cert: pair(t), key: pair(t)} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := certificate.OpenFiles(cert, key, quiet); err == nil {
		t.Error("a certificate with the key of another is accepted")
	}
	if _, err := certificate.OpenFiles(cert, filepath.Join(dir, "none"), quiet); err == nil {
		t.Error("a certificate without a key is accepted")
	}
}

func TestLeaf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, pair(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if leaf, err := certificate.Leaf(path); err != nil || leaf.VerifyHostname("localhost") != nil {
		t.Errorf("Leaf returns %v, want the certificate that follows the key", err)
	}
	if err := os.WriteFile(path, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := certificate.Leaf(path); err == nil {
		t.Error("a file without a certificate has one")
	}
}

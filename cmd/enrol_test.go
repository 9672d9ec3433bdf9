package cmd

import (
	"bytes"
	"encoding/base32"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// setUp runs setup-totp until it asks for the first code, and returns what it
// showed: the text of the QR code and the secret to type in.
func setUp(t *testing.T, dir string, flags ...string) (scanned, typed string) {
	t.Helper()
	var out, log bytes.Buffer
	code := Execute(t.Context(), Program{
		Assets: os.DirFS(".."),
		Args:   append([]string{"setup-totp", "--force", "--data-dir", dir}, flags...),
		Stdin:  strings.NewReader(""),
		Stdout: &out,
		Stderr: &log,
	})
	if code != ExitFailure || !strings.Contains(log.String(), "the input ended") {
		t.Fatalf("setup-totp ends with %d and\n%s", code, &log)
	}
	m := shownSecret.FindSubmatch(out.Bytes())
	if m == nil {
		t.Fatalf("it shows no secret:\n%s", &out)
	}
	return scanTerminal(t, out.String()), strings.ReplaceAll(string(m[1]), " ", "")
}

// Somebody who saw many secrets of ours tries to guess the next: there is
// nothing to go by, and 160 bits to guess.
func TestSecretsHaveNothingInCommon(t *testing.T) {
	dir, seen := t.TempDir(), make(map[string]bool)
	columns := make([]map[byte]bool, 32)
	for i := range columns {
		columns[i] = make(map[byte]bool)
	}
	for range 200 {
		scanned, typed := setUp(t, dir)
		u, err := url.Parse(scanned)
		if err != nil || u.Query().Get("secret") != typed {
			t.Fatalf("the QR code holds another secret than the text, or %v", err)
		}
		key, err := base32.StdEncoding.DecodeString(typed)
		if err != nil || len(key)*8 < 160 {
			t.Fatalf("a secret has %d bits, %v, want at least 160", len(key)*8, err)
		}
		if seen[typed] {
			t.Fatal("a secret came twice")
		}
		seen[typed] = true
		for i := range columns {
			columns[i][typed[i]] = true
		}
	}
	// Of 32 letters 200 draws miss more than 8 with a chance below 1e-9.
	for i, letters := range columns {
		if len(letters) < 24 {
			t.Errorf("letter %d of 200 secrets is one of %d only", i, len(letters))
		}
	}
}

// An issuer that says &secret=... must not become another secret in the app.
func TestScannedNames(t *testing.T) {
	for _, tt := range []struct{ issuer, account string }{
		{"chat", "owner"},
		{"My chat", "ann@example.org"},
		{"a&secret=AAAA#?", "100% +1/2"},
		{"Café ☕", "Zoë"},
	} {
		scanned, typed := setUp(t, t.TempDir(), "--totp-issuer-name", tt.issuer, "--totp-user", tt.account)
		u, err := url.Parse(scanned)
		if err != nil {
			t.Errorf("%s: the QR code holds no address: %v", tt.issuer, err)
			continue
		}
		q := u.Query()
		if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/"+tt.issuer+":"+tt.account ||
			q.Get("issuer") != tt.issuer || len(q["secret"]) != 1 || q.Get("secret") != typed {
			t.Errorf("%s, %s: an app reads issuer %q, path %q and %d secrets", tt.issuer, tt.account, q.Get("issuer"), u.Path, len(q["secret"]))
		}
		if strings.Contains(scanned, "+") {
			t.Errorf("%s: apps show a plus in %s", tt.issuer, regexp.MustCompile(`secret=\w+`).ReplaceAllString(scanned, "secret=..."))
		}
	}
}

package cmd

import (
	"bytes"
	"encoding/base32"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"rsc.io/qr/coding"
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

// scanTerminal reads the QR code in a terminal's output, as a phone's camera
// does. Light is what is drawn; dark is the terminal.
func scanTerminal(t *testing.T, text string) string {
	t.Helper()
	var rows [][]bool // true is dark
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.Trim(line, "█▀▄ ") != "" {
			continue
		}
		var upper, lower []bool
		for _, r := range line {
			upper = append(upper, r == ' ' || r == '▄')
			lower = append(lower, r == ' ' || r == '▀')
		}
		rows = append(rows, upper, lower)
	}
	const quiet = 2
	size := len(rows[0]) - 2*quiet
	grid := make([][]bool, size)
	for y := range grid {
		grid[y] = rows[y+quiet][quiet : quiet+size]
	}
	for mask := range coding.Mask(8) {
		if got, ok := readGrid(t, grid, mask); ok {
			return got
		}
	}
	t.Fatalf("no QR code can be read in\n%s", text)
	return ""
}

// readGrid reads the text of a QR code under one of the eight masks, and
// reports whether that is its mask: under another there is no text in it.
func readGrid(t *testing.T, grid [][]bool, mask coding.Mask) (string, bool) {
	t.Helper()
	version := coding.Version((len(grid) - 17) / 4)
	plan, err := coding.NewPlan(version, coding.L, mask)
	if err != nil {
		t.Fatalf("no QR code has %d modules: %v", len(grid), err)
	}
	data := make([]byte, plan.DataBytes)
	for y, row := range plan.Pixel {
		for x, p := range row {
			if o := p.Offset(); p.Role() == coding.Data && grid[y][x] != (p&coding.Black != 0) {
				data[o/8] |= 1 << (7 - o%8)
			}
		}
	}
	const bytesMode = 4
	if version > 9 || data[0]>>4 != bytesMode {
		return "", false
	}
	n := int(data[0]<<4 | data[1]>>4)
	if n+2 > len(data) {
		return "", false
	}
	var b strings.Builder
	for i := range n {
		b.WriteByte(data[i+1]<<4 | data[i+2]>>4)
	}
	return b.String(), strings.Contains(b.String(), "://")
}

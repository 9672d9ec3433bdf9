package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/pquerna/otp"
)

// rfcKey is the key of the test vectors in RFC 4226 and RFC 6238.
const rfcKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func mustParse(t testing.TB, key string) Secret {
	t.Helper()
	s, err := ParseSecret(key, "chat", "owner")
	if err != nil {
		t.Fatalf("ParseSecret: got %v", err)
	}
	return s
}

func TestNewSecretsAreLongAndDifferent(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s, err := NewSecret("chat", "owner")
		if err != nil {
			t.Fatalf("NewSecret: got %v", err)
		}
		if got := len(s.text()) * 5; got < 160 {
			t.Errorf("bits: got %d, want at least 160", got)
		}
		seen[s.text()] = true
	}
	if len(seen) != 200 {
		t.Errorf("different secrets: got %d, want 200", len(seen))
	}
}

func TestParseSecret(t *testing.T) {
	tests := []struct {
		name, key, issuer, account string
		ok                         bool
	}{
		{"20 bytes", rfcKey, "chat", "owner", true},
		{"lower case with spaces", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "chat", "owner", true},
		{"16 bytes, padded", "GEZDGNBVGY3TQOJQGEZDGNBVGY======", "chat", "owner", true},
		{"not ASCII names", rfcKey, "Käse & Co", "jürgen@example.org", true},
		{"one character", "A", "chat", "owner", false},
		{"80 bits", "GEZDGNBVGY3TQOJQ", "chat", "owner", false},
		{"no base32", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "chat", "owner", false},
		{"empty", "", "chat", "owner", false},
		{"too long", strings.Repeat(rfcKey, 7), "chat", "owner", false},
		{"colon in the issuer", rfcKey, "a:b", "owner", false},
		{"line break in the account", rfcKey, "chat", "a\nb", false},
		{"no account", rfcKey, "chat", " ", false},
		{"long issuer", rfcKey, strings.Repeat("x", 65), "owner", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := ParseSecret(tt.key, tt.issuer, tt.account)
			if (err == nil) != tt.ok {
				t.Fatalf("ParseSecret(%q): got %v, want ok %v", tt.key, err, tt.ok)
			}
			if err != nil && len(tt.key) > 1 && strings.Contains(err.Error(), tt.key) {
				t.Errorf("the error quotes the secret: %v", err)
			}
			if err == nil && strings.Contains(s.text(), "=") {
				t.Errorf("key: got %q, want no padding", s.text())
			}
		})
	}
}

func TestURIIsReadByOthers(t *testing.T) {
	s, err := ParseSecret(rfcKey, "Käse & Co?", "a b+c/d@example.org")
	if err != nil {
		t.Fatal(err)
	}
	k, err := otp.NewKeyFromURL(s.URI())
	if err != nil {
		t.Fatalf("reading %s: %v", s.URI(), err)
	}
	got := []string{k.Type(), k.Issuer(), k.AccountName(), k.Secret(), fmt.Sprint(k.Digits()), fmt.Sprint(k.Period()), fmt.Sprint(k.Algorithm())}
	want := []string{"totp", "Käse & Co?", "a b+c/d@example.org", rfcKey, "6", "30", "SHA1"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("URI: got %q, want %q", got, want)
	}
	if strings.ContainsAny(s.URI(), "+ ") {
		t.Errorf("URI: got %s, want spaces as %%20", s.URI())
	}
}

func TestGroups(t *testing.T) {
	if got, want := mustParse(t, rfcKey).Groups(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"; got != want {
		t.Errorf("Groups: got %q, want %q", got, want)
	}
}

// The attack: read the secret in a log or a crash report.
func TestPrintedSecretIsHidden(t *testing.T) {
	s := mustParse(t, rfcKey)
	inside := struct {
		name  string
		s     Secret
		p     *Secret
		Open  Secret
		vault *Vault
	}{"x", s, &s, s, FixedVault(s)}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+" "+verb+" "+verb+"\n", s, &s, inside)
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
		slog.New(h).Info("x", "s", s, "p", &s, "in", inside, "vault", inside.vault)
	}
	if err := json.NewEncoder(&b).Encode(inside); err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{rfcKey, "1234567890", fmt.Sprintf("%x", rfcKey)} {
		if strings.Contains(b.String(), leak) {
			t.Errorf("output holds %s:\n%s", leak, b.String())
		}
	}
}

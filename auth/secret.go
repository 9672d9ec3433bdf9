package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"unicode"
)

// Lengths of a secret in bytes. RFC 4226 section 4 demands 16 and recommends 20.
const (
	newSecretLen = 20
	minSecretLen = 16
	maxSecretLen = 128
)

// Secret is what the server and the owner's authenticator share. It is a value:
// methods that change it return the changed one. However it is printed or
// logged, its key does not show; only URI and Groups reveal it.
type Secret struct {
	// key is behind a pointer so that fmt, which calls no methods on unexported
	// fields, prints an address for any struct that a Secret is part of.
	key             *string // base32, upper case, no padding
	issuer, account string
	epoch           int64
	used            int64 // step of the first code; 0 before Activate
}

var unpadded = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewSecret makes a secret of 20 random bytes. Issuer and account are what the
// authenticator shows; see ParseSecret for what they may be.
func NewSecret(issuer, account string) (Secret, error) {
	b := make([]byte, newSecretLen)
	_, _ = rand.Read(b) // It never fails.
	return ParseSecret(unpadded.EncodeToString(b), issuer, account)
}

// ParseSecret reads a base32 secret of 16 to 128 bytes. Lower case, spaces and
// padding are accepted. Issuer and account must have 1 to 64 characters, none
// of them a colon or a control character. An error never quotes the secret.
//
// The epoch of a parsed secret is 32 bits of a hash of its key, so that
// sessions end when the operator changes TOTP_SECRET and Redis, which sees the
// epoch, learns nothing of use about the key.
func ParseSecret(text, issuer, account string) (Secret, error) {
	if err := errors.Join(checkLabel("issuer", issuer), checkLabel("account", account)); err != nil {
		return Secret{}, err
	}
	text = strings.ToUpper(strings.Join(strings.Fields(text), ""))
	text = strings.TrimRight(text, "=")
	b, err := unpadded.DecodeString(text)
	if err != nil {
		return Secret{}, fmt.Errorf("reading TOTP secret: it must be base32 (letters A to Z, digits 2 to 7)")
	}
	if len(b) < minSecretLen || len(b) > maxSecretLen {
		return Secret{}, fmt.Errorf("reading TOTP secret: it has %d bytes, it must have %d to %d", len(b), minSecretLen, maxSecretLen)
	}
	key := unpadded.EncodeToString(b)
	return Secret{
		key:     &key,
		issuer:  issuer,
		account: account,
		epoch:   shortHash(b),
	}, nil
}

// shortHash is 32 bits of a hash of a key. Of any 2^96 keys with 128 bits one has
// the same.
func shortHash(key []byte) int64 {
	sum := sha256.Sum256(key)
	return int64(binary.BigEndian.Uint32(sum[:]))
}

// checkLabel accepts what the otpauth format and every authenticator accept: a
// colon would separate issuer and account.
func checkLabel(what, s string) error {
	n := 0
	for _, r := range s {
		if r == ':' || r == unicode.ReplacementChar || unicode.IsControl(r) {
			return fmt.Errorf("%s %q: it must not contain a colon or control characters", what, s)
		}
		n++
	}
	if strings.TrimSpace(s) == "" || n > 64 {
		return fmt.Errorf("%s %q: it must have 1 to 64 characters", what, s)
	}
	return nil
}

// Epoch tells one secret from the next: a rotation raises it. A session
// of another epoch is no session, and its sockets must be closed.
func (s Secret) Epoch() int64 { return s.epoch }

// Issuer is the name of the service in the authenticator.
func (s Secret) Issuer() string { return s.issuer }

// Account is the name of the account in the authenticator.
func (s Secret) Account() string { return s.account }

// URI returns the otpauth URI that authenticators read from a QR code. It holds
// the key: show it to the owner only.
func (s Secret) URI() string {
	q := url.Values{
		"secret":    {s.text()},
		"issuer":    {s.issuer},
		"algorithm": {"SHA1"},
		"digits":    {"6"},
		"period":    {"30"},
	}
	// Authenticators show a plus as a plus, so a space must be %20.
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return "otpauth://totp/" + escape(s.issuer) + ":" + escape(s.account) +
		"?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// Groups returns the key in base32, in groups of four, for typing it in. Show
// it to the owner only.
func (s Secret) Groups() string {
	var b strings.Builder
	for i, r := range s.text() {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// text is the key in base32; empty for the zero Secret.
func (s Secret) text() string {
	if s.key == nil {
		return ""
	}
	return *s.key
}

const redacted = "auth.Secret(redacted)"

// String hides the key.
func (s Secret) String() string { return redacted }

// GoString hides the key.
func (s Secret) GoString() string { return redacted }

// LogValue hides the key.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

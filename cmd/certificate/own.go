package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"chat/cmd/private"
)

const (
	// ownLife is as long as Apple's systems accept (825 days), less a little:
	// each new certificate is a new warning in every browser.
	ownLife = 820 * 24 * time.Hour
	// renewBefore is how long before its end a certificate is replaced.
	renewBefore = 30 * 24 * time.Hour
	// maxNames bounds the names that pile up in a laptop's certificate.
	maxNames = 32
)

// Own is a certificate that this server signed itself. It is safe for
// concurrent use.
type Own struct {
	path  string
	names []string
	log   *slog.Logger
	now   func() time.Time

	mu      sync.Mutex
	current *tls.Certificate // guarded by mu
	retry   time.Time        // guarded by mu: when a renewal that failed is tried again
}

// OpenOwn opens the certificate in the file path, key included, or makes one
// for names, which are host names and IP addresses. One that lacks a name, is
// damaged or near its end is replaced by another.
//
// A replacement keeps the names of the one before: a laptop that goes from one
// network to the next and back would else show a new certificate each time.
func OpenOwn(path string, names []string, log *slog.Logger, now func() time.Time) (*Own, error) {
	o := &Own{path: path, names: names, log: log, now: now}
	current, err := readOwn(path)
	switch {
	case err == nil && o.serves(current.Leaf):
		o.current = current
		return o, nil
	case err == nil:
		o.names = union(names, namesOf(current.Leaf))
	case errors.Is(err, errDamaged):
		log.Warn("certificate is damaged; making another", "path", path, "error", err)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if o.current, err = o.make(); err != nil {
		return nil, err
	}
	return o, nil
}

// Get returns the certificate, whatever name the client asks for. A server that
// runs for years makes itself a new one in time.
func (o *Own) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fresh(o.current.Leaf) || o.now().Before(o.retry) {
		return o.current, nil
	}
	renewed, err := o.make()
	if err != nil { // Better an old one than none.
		o.retry = o.now().Add(time.Hour)
		o.log.Warn("certificate cannot be renewed; the old one stays in use", "error", err)
		return o.current, nil
	}
	o.current = renewed
	o.log.Warn("certificate renewed; browsers ask about it again", "fingerprint", Fingerprint(renewed.Leaf))
	return o.current, nil
}

// Fingerprint is what the owner compares with what the browser shows.
func (o *Own) Fingerprint() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return Fingerprint(o.current.Leaf)
}

// serves reports whether the certificate can be shown for all our names.
func (o *Own) serves(leaf *x509.Certificate) bool {
	return o.fresh(leaf) && !slices.ContainsFunc(o.names, func(name string) bool {
		return leaf.VerifyHostname(name) != nil
	})
}

// fresh reports whether the certificate is valid and will be for a while.
func (o *Own) fresh(leaf *x509.Certificate) bool {
	now := o.now()
	return now.After(leaf.NotBefore) && now.Before(leaf.NotAfter.Add(-renewBefore))
}

// make makes a key and a certificate and keeps both.
func (o *Own) make() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, o.template(), o.template(), key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding the key: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := private.WriteFile(o.path, text); err != nil {
		return nil, fmt.Errorf("keeping the certificate: %w", err)
	}
	return readOwn(o.path)
}

// template is what the certificate says. It is no authority's: Firefox refuses
// an authority's certificate on a server, and whoever trusts this one must not
// trust what its key could sign.
func (o *Own) template() *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail.
	}
	c := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "chat, signed by itself"},
		NotBefore:             o.now().Add(-time.Hour), // for phones whose clock is behind
		NotAfter:              o.now().Add(ownLife),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range o.names {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	return c
}

// errDamaged means a file that is there and is no key with its certificate.
// Unlike the secret it may be made anew: browsers show a warning, which is what
// somebody who put a certificate of theirs here would have to avoid.
var errDamaged = errors.New("the certificate is damaged")

func readOwn(path string) (*tls.Certificate, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	pair, err := tls.X509KeyPair(b, b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	// A restored backup, or a copy, may have come with another mode.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("closing the certificate: %w", err)
	}
	return &pair, nil
}

func namesOf(leaf *x509.Certificate) []string {
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// union is names, followed by those of older that are not among them.
func union(names, older []string) []string {
	all := slices.Clone(names)
	for _, name := range older {
		if len(all) < maxNames && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

package cmd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"chat/cmd/certificate"
)

// soonExpires is how long before its end a certificate is worth a warning. The
// tools that renew one do so a month before.
const soonExpires = 14 * 24 * time.Hour

// tls tells whether browsers will take the certificate, or why there is none.
func (d doctor) tls(context.Context) finding {
	switch c := d.config; c.TLS {
	case tlsSelfSigned:
		return d.ownCertificate()
	case tlsFiles:
		return d.certificateFiles()
	case tlsACME:
		return d.publicCertificate()
	default:
		switch {
		case c.ServerURL.secure():
			return fine("left to the proxy of %s", c.ServerURL)
		case bool(c.LAN):
			return warning("add --tls self-signed", "off: others on your network could read along")
		}
		return fine("off, and reached from this machine only")
	}
}

// ownCertificate looks at the one that we sign. The next start mends whatever
// is wrong with it.
func (d doctor) ownCertificate() finding {
	leaf, err := certificate.Leaf(filepath.Join(d.config.DataDir, ownCertificate))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fine("the first start makes a certificate")
	case err != nil:
		return warning("restart; browsers will ask again", "our own certificate cannot be read: %s", err)
	}
	if f := d.expiry(leaf); f.Status != statusOK {
		f.Mend = "restart, which makes another; browsers will ask again"
		return f
	}
	return fine("our own, until %s, fingerprint %s", leaf.NotAfter.Format(time.DateOnly), certificate.Fingerprint(leaf))
}

func (d doctor) certificateFiles() finding {
	c := d.config
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return broken("TLS_CERT and TLS_KEY must be PEM files that belong together", "the certificate cannot be used: %s", err)
	}
	if f := d.expiry(pair.Leaf); f.Status != statusOK {
		return f
	}
	if name := c.ServerURL.hostname(); name != "" && pair.Leaf.VerifyHostname(name) != nil {
		return broken("get one for that name, or correct SERVER_URL", "the certificate is not for %s, the host of SERVER_URL", name)
	}
	if c.ServerURL == "" {
		return warning("set SERVER_URL to an address that the certificate is for", "links show an address of this machine")
	}
	if info, err := os.Stat(c.TLSKey); err == nil && readable(info) {
		return warning("run: chmod 600 "+quoted(c.TLSKey), "everybody on this machine may read the key %s", c.TLSKey)
	}
	return fine("for %s, until %s", c.ServerURL.hostname(), pair.Leaf.NotAfter.Format(time.DateOnly))
}

// publicCertificate looks at the one that was got by ACME. Nobody is asked for
// another.
func (d doctor) publicCertificate() finding {
	name := d.config.ServerURL.hostname()
	if d.config.Host.loopback() && !bool(d.config.LAN) {
		return warning("add --host 0.0.0.0 --port 443, unless another program forwards that port here",
			"HOST is %s, where Let's Encrypt cannot see that %s is yours", d.config.Host, name)
	}
	leaf, err := certificate.Leaf(filepath.Join(d.config.DataDir, acmeFolder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return warning("start, with port 443 of that name leading here", "there is no certificate for %s yet", name)
	}
	if err != nil {
		return broken("delete it and start again", "the certificate for %s cannot be read: %s", name, err)
	}
	if f := d.expiry(leaf); f.Status != statusOK {
		f.Mend = "see the log for why it is not renewed; port 443 of " + name + " must lead here"
		return f
	}
	return fine("for %s, until %s", name, leaf.NotAfter.Format(time.DateOnly))
}

// expiry is what the certificate's dates are worth.
func (d doctor) expiry(leaf *x509.Certificate) finding {
	now := d.now()
	switch {
	case now.Before(leaf.NotBefore):
		return broken("check the clock, or get another", "the certificate is valid from %s only", leaf.NotBefore.Format(time.DateOnly))
	case now.After(leaf.NotAfter):
		return broken("get another", "the certificate ended on %s", leaf.NotAfter.Format(time.DateOnly))
	case now.After(leaf.NotAfter.Add(-soonExpires)):
		return warning("get another soon", "the certificate ends on %s", leaf.NotAfter.Format(time.DateOnly))
	}
	return fine("valid")
}

package cmd

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"chat/cmd/certificate"
)

// The places in the data folder that certificates are kept in.
const (
	ownCertificate = "tls.pem" // key and certificate in one, so that they change in one step
	acmeFolder     = "acme"
)

// shownCertificate is how the server shows itself to browsers. The zero value
// is plain http.
type shownCertificate struct {
	get         certificate.Get
	fetch       func(context.Context) // asks for what is not there yet; may be nil
	fingerprint string                // of one that no browser knows; else ""
}

// openCertificate makes ready what TLS asks for.
func openCertificate(c Config, where place, log *slog.Logger) (shownCertificate, error) {
	switch c.TLS {
	case tlsSelfSigned:
		own, err := certificate.OpenOwn(filepath.Join(c.DataDir, ownCertificate), where.names(), log, time.Now)
		if err != nil {
			return shownCertificate{}, failf("", "making the server's own certificate: %w", err)
		}
		return shownCertificate{get: own.Get, fingerprint: own.Fingerprint()}, nil
	case tlsFiles:
		files, err := certificate.OpenFiles(c.TLSCert, c.TLSKey, log)
		if err != nil {
			return shownCertificate{}, failf("TLS_CERT and TLS_KEY must be PEM files that belong together", "reading the certificate: %w", err)
		}
		return shownCertificate{get: files.Get}, nil
	case tlsACME:
		public := certificate.NewPublic(c.ServerURL.hostname(), filepath.Join(c.DataDir, acmeFolder), "", log)
		return shownCertificate{get: public.Get, fetch: public.Fetch}, nil
	}
	return shownCertificate{}, nil
}

// wrap makes ln speak TLS if there is a certificate.
func (s shownCertificate) wrap(ln net.Listener) net.Listener {
	if s.get == nil {
		return ln
	}
	return tls.NewListener(ln, certificate.Config(s.get))
}

package certificate

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// retryAfter is how long no certificate is asked for after that failed. Let's
// Encrypt allows five failures an hour for a name, and then none for an hour.
const retryAfter = 15 * time.Minute

// Public is a certificate of Let's Encrypt for one name. The authority connects
// to port 443 of that name to see that it is ours. By using it the operator
// agrees to the authority's terms. It is safe for concurrent use.
type Public struct {
	name    string
	manager *autocert.Manager
	log     *slog.Logger
	now     func() time.Time

	mu     sync.Mutex
	failed error     // guarded by mu: why the last try failed
	retry  time.Time // guarded by mu: when the next try may be
}

// NewPublic returns the certificate for name, kept in folder once there is one.
// It asks for none yet. Directory is the address of another authority; empty is
// Let's Encrypt's.
func NewPublic(name, folder, directory string, log *slog.Logger) *Public {
	return &Public{
		name: name,
		manager: &autocert.Manager{
			Prompt:     autocert.AcceptTOS,
			Cache:      autocert.DirCache(folder),
			HostPolicy: autocert.HostWhitelist(name),
			Client: &acme.Client{
				DirectoryURL: cmp.Or(directory, autocert.DefaultACMEDirectory),
				HTTPClient:   &http.Client{Timeout: 30 * time.Second},
				UserAgent:    "chat",
			},
		},
		log: log,
		now: time.Now,
	}
}

// Get returns the certificate, and asks for one if there is none. Clients that
// ask for another name, as scanners do, are refused and cost nothing.
func (p *Public) Get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	ours := strings.EqualFold(strings.TrimSuffix(hello.ServerName, "."), p.name)
	if !ours || slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		return p.manager.GetCertificate(hello)
	}
	if err := p.waiting(); err != nil {
		return nil, err
	}
	cert, err := p.manager.GetCertificate(hello)
	if err != nil {
		p.fail(err)
	}
	return cert, err
}

// waiting returns why the last try failed, as long as the next one is not due.
func (p *Public) waiting() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now().Before(p.retry) {
		return p.failed
	}
	return nil
}

// fail remembers and logs a failure, once for all the clients that waited for
// the same try.
func (p *Public) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now().Before(p.retry) {
		return
	}
	p.failed, p.retry = err, p.now().Add(retryAfter)
	p.log.Warn("no certificate; the name must lead to this server on port 443",
		"host", p.name, "error", err, "retry_after", int(retryAfter.Seconds()))
}

// Fetch asks for the certificate if there is none, so that the first visitor
// need not wait and the operator sees at once what is wrong. The server must
// answer already, since the authority comes to look. What is under way when ctx
// ends cannot be called off; it ends by itself, after five minutes at most, or
// with the process.
func (p *Public) Fetch(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = p.Get(&tls.ClientHelloInfo{ // It logged what failed.
			ServerName:       p.name,
			SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
			SupportedCurves:  []tls.CurveID{tls.CurveP256},
			CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		})
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Package certificate answers the question: which certificate does this server
// show when it speaks TLS itself, without a proxy? There are three answers, and
// each is a Get for [Config]:
//
//   - [Own] signs one by itself and keeps it. It stops people on the network
//     from reading along; against somebody who stands in between, the owner
//     compares the fingerprint once.
//   - [Files] takes one that the operator brings, and takes the next one up
//     when the files change, so that a renewal needs no restart.
//   - [Public] gets one from Let's Encrypt by the ACME protocol (RFC 8555) for
//     a name that the whole internet knows.
//
// Keys are written with mode 0600 and are in no error and no log.
package certificate

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/crypto/acme"
)

// Get finds the certificate for a client that says hello.
type Get func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// Config is how this server speaks TLS.
//
// The lowest version is 1.2, which every browser of the last ten years knows;
// what is below has known attacks. The cipher suites are Go's, which lists no
// broken one.
//
// HTTP/2 is not offered. A websocket takes over the connection of its HTTP/1.1
// request, and the deadlines of package cmd are set on connections; HTTP/2 has
// many requests on one. A browser that is offered only HTTP/1.1 opens its
// websocket like any other, and what HTTP/2 would speed up, many small files,
// a chat page does not have.
//
// acme-tls/1 is what an authority asks for to see that the name is ours (RFC
// 8737). Only Public has an answer; the others show their certificate, which
// proves nothing.
func Config(get Get) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1", acme.ALPNProto},
		GetCertificate: get,
	}
}

// Fingerprint is the SHA-256 of a certificate as browsers and openssl show it:
// pairs of hex digits between colons.
func Fingerprint(leaf *x509.Certificate) string {
	sum := sha256.Sum256(leaf.Raw)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}

// Leaf reads the first certificate of a PEM file, which is the server's own
// whatever follows it.
func Leaf(path string) (*x509.Certificate, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			return nil, errors.New("it holds no certificate")
		}
		if block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
	}
}

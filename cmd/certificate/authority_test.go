package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"
)

// ca is a certificate authority as small as RFC 8555 allows: one account, one
// order, one name. It proves the name by tls-alpn-01 (RFC 8737), at the address
// that the test says the name leads to.
type ca struct {
	web    *httptest.Server
	leads  string // where the name leads
	key    *ecdsa.PrivateKey
	root   *x509.Certificate
	nonces chan string

	mu      sync.Mutex // guards all below
	account *ecdsa.PublicKey
	name    string
	proved  error  // why not; nil once it is
	leaf    []byte // PEM; empty until it is issued
	issued  int
}

var errNotProved = errors.New("nobody asked for the proof yet")

func newCA(t *testing.T, leads string) *ca {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &ca{leads: leads, key: key, nonces: make(chan string, 100), proved: errNotProved}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /directory", c.directory)
	mux.HandleFunc("HEAD /nonce", func(http.ResponseWriter, *http.Request) {})
	for path, act := range map[string]func(payload []byte) (status int, location string, answer any, err error){
		"/account": c.register, "/order": c.order, "/order/1": c.order, "/proof": c.proof,
		"/challenge": c.challenge, "/finalize": c.finalize, "/certificate": c.certificate,
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { c.signed(w, r, act) })
	}
	c.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		c.nonces <- nonce
		w.Header().Set("Replay-Nonce", nonce)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(c.web.Close)
	return c
}

func (c *ca) directory(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(map[string]string{
		"newNonce": c.web.URL + "/nonce", "newAccount": c.web.URL + "/account", "newOrder": c.web.URL + "/order",
	})
}

// signed opens a request, does what it asks for and answers it.
func (c *ca) signed(w http.ResponseWriter, r *http.Request, act func([]byte) (int, string, any, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	payload, err := c.open(r)
	status, location, answer := http.StatusBadRequest, "", any(nil)
	if err == nil {
		status, location, answer, err = act(payload)
	}
	if err != nil {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"type": "urn:ietf:params:acme:error:malformed", "detail": err.Error()})
		return
	}
	if location != "" {
		w.Header().Set("Location", c.web.URL+location)
	}
	if chain, ok := answer.([]byte); ok {
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(chain)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// open checks nonce, address and signature (RFC 8555 section 6) and returns what
// was signed.
func (c *ca) open(r *http.Request) ([]byte, error) {
	var body struct{ Protected, Payload, Signature string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	var head struct {
		Nonce, URL string
		JWK        *struct{ X, Y string }
	}
	if err := json.Unmarshal(decode(body.Protected), &head); err != nil {
		return nil, err
	}
	if head.JWK != nil {
		point := slices.Concat([]byte{4}, decode(head.JWK.X), decode(head.JWK.Y)) // uncompressed, as SEC 1 writes it
		account, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		if err != nil {
			return nil, err
		}
		c.account = account
	}
	sum, signature := sha256.Sum256([]byte(body.Protected+"."+body.Payload)), decode(body.Signature)
	switch {
	case head.URL != c.web.URL+r.URL.Path:
		return nil, fmt.Errorf("signed for %s", head.URL)
	case !c.known(head.Nonce):
		return nil, errors.New("the nonce is none of ours")
	case c.account == nil, len(signature) != 64,
		!ecdsa.Verify(c.account, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])):
		return nil, errors.New("the signature does not fit")
	}
	return decode(body.Payload), nil
}

// known uses a nonce up.
func (c *ca) known(nonce string) bool {
	for range len(c.nonces) {
		one := <-c.nonces
		if one == nonce {
			return true
		}
		c.nonces <- one
	}
	return false
}

func (c *ca) register([]byte) (int, string, any, error) {
	return http.StatusCreated, "/account/1", map[string]string{"status": "valid"}, nil
}

// order takes a new order, or tells how it stands.
func (c *ca) order(payload []byte) (int, string, any, error) {
	status := http.StatusOK
	if len(payload) > 0 {
		var asked struct{ Identifiers []acme.AuthzID }
		if err := json.Unmarshal(payload, &asked); err != nil || len(asked.Identifiers) != 1 {
			return 0, "", nil, fmt.Errorf("an order of %s: %v", payload, err)
		}
		status, c.name, c.proved = http.StatusCreated, asked.Identifiers[0].Value, errNotProved
	}
	answer := map[string]any{
		"status": "pending", "identifiers": c.identifiers(),
		"authorizations": []string{c.web.URL + "/proof"}, "finalize": c.web.URL + "/finalize",
	}
	switch {
	case len(c.leaf) > 0:
		answer["status"], answer["certificate"] = "valid", c.web.URL+"/certificate"
	case c.proved == nil:
		answer["status"] = "ready"
	case c.proved != errNotProved:
		answer["status"] = "invalid"
	}
	return status, "/order/1", answer, nil
}

func (c *ca) identifiers() []map[string]string {
	return []map[string]string{{"type": "dns", "value": c.name}}
}

const challengeToken = "a-token-of-the-authority"

func (c *ca) proof([]byte) (int, string, any, error) {
	status := "pending"
	switch c.proved {
	case errNotProved:
	case nil:
		status = "valid"
	default:
		status = "invalid"
	}
	return http.StatusOK, "", map[string]any{
		"status": status, "identifier": c.identifiers()[0],
		"challenges": []map[string]string{c.challengeNow(status)},
	}, nil
}

func (c *ca) challengeNow(status string) map[string]string {
	return map[string]string{"type": "tls-alpn-01", "url": c.web.URL + "/challenge", "token": challengeToken, "status": status}
}

// challenge looks at the server that the name leads to.
func (c *ca) challenge([]byte) (int, string, any, error) {
	c.proved = c.look()
	return http.StatusOK, "", c.challengeNow("processing"), nil
}

var proofExtension = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}

func (c *ca) look() error {
	thumb, err := acme.JWKThumbprint(c.account)
	if err != nil {
		return err
	}
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", c.leads, &tls.Config{
		ServerName: c.name, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true, // it proves the name, not itself
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	sum := sha256.Sum256([]byte(challengeToken + "." + thumb))
	want, err := asn1.Marshal(sum[:])
	if err != nil {
		return err
	}
	shown := conn.ConnectionState().PeerCertificates[0]
	if !slices.ContainsFunc(shown.Extensions, func(e pkix.Extension) bool {
		return e.Id.Equal(proofExtension) && e.Critical && slices.Equal(e.Value, want)
	}) {
		return errors.New("the server shows no proof")
	}
	return shown.VerifyHostname(c.name)
}

// finalize issues what a request asks for.
func (c *ca) finalize(payload []byte) (int, string, any, error) {
	var asked struct{ CSR string }
	if err := json.Unmarshal(payload, &asked); err != nil {
		return 0, "", nil, err
	}
	csr, err := x509.ParseCertificateRequest(decode(asked.CSR))
	if err != nil {
		return 0, "", nil, err
	}
	if c.proved != nil || csr.CheckSignature() != nil || !slices.Equal(csr.DNSNames, []string{c.name}) {
		return 0, "", nil, fmt.Errorf("a certificate for %q, proved: %v", csr.DNSNames, c.proved)
	}
	c.issued++
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: csr.DNSNames, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
	}, c.root, csr.PublicKey, c.key)
	if err != nil {
		return 0, "", nil, err
	}
	c.leaf = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return c.order(nil)
}

func (c *ca) certificate([]byte) (int, string, any, error) { return http.StatusOK, "", c.leaf, nil }

// decode is base64url; what is none decodes to something that fits nothing.
func decode(s string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(s)
	return b
}

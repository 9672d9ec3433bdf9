package certificate_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"chat/cmd/certificate"
)

// serveTLS shakes hands at ln with whoever comes, until the test ends.
func serveTLS(t *testing.T, ln net.Listener, get certificate.Get) {
	t.Helper()
	secure := tls.NewListener(ln, certificate.Config(get))
	t.Cleanup(func() { _ = secure.Close() })
	go func() {
		for {
			conn, err := secure.Accept()
			if err != nil {
				return
			}
			go func() {
				_ = conn.(*tls.Conn).Handshake() // The client says what is wrong.
				_ = conn.Close()
			}()
		}
	}()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// The operator starts with --tls acme for the first time: the authority comes to
// see that the name leads here, and from then on every browser is content. The
// next start asks for nothing.
func TestPublicFromAnAuthority(t *testing.T) {
	const name = "chat.example.org"
	ln, folder := listen(t), t.TempDir()
	ca := newCA(t, ln.Addr().String())
	var log bytes.Buffer
	p := certificate.NewPublic(name, folder, ca.web.URL+"/directory", slog.New(slog.NewTextHandler(&log, nil)))
	serveTLS(t, ln, p.Get)
	p.Fetch(t.Context())
	if log.Len() > 0 {
		t.Fatalf("the authority and the server do not agree:\n%s", &log)
	}

	roots := x509.NewCertPool()
	roots.AddCert(ca.root)
	again := listen(t)
	restarted := certificate.NewPublic(name, folder, ca.web.URL+"/directory", quiet)
	serveTLS(t, again, restarted.Get)
	restarted.Fetch(t.Context())
	for _, address := range []string{ln.Addr().String(), again.Addr().String()} {
		conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: name})
		if err != nil {
			t.Fatalf("a browser at %s gets %v, want the certificate", address, err)
		}
		_ = conn.Close()
	}
	if ca.issued != 1 {
		t.Errorf("the authority issued %d certificates, want 1", ca.issued)
	}
}

// The name leads to somebody else's server, which shows no proof. No certificate
// comes of it, and the operator is told.
func TestPublicOfANameThatLeadsElsewhere(t *testing.T) {
	elsewhere := listen(t)
	own, err := certificate.OpenOwn(t.TempDir()+"/tls.pem", []string{"chat.example.org"}, quiet, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	serveTLS(t, elsewhere, own.Get)
	ca := newCA(t, elsewhere.Addr().String())
	var log bytes.Buffer
	p := certificate.NewPublic("chat.example.org", t.TempDir(), ca.web.URL+"/directory", slog.New(slog.NewTextHandler(&log, nil)))
	p.Fetch(t.Context())
	if ca.issued != 0 || !strings.Contains(log.String(), "the name must lead to this server") {
		t.Errorf("%d certificates were issued, and the log says\n%s", ca.issued, &log)
	}
}

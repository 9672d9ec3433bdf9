package cmd

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/cmd/certificate"
)

const (
	stranger = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	member   = "GET /?session HTTP/1.1\r\nHost: x\r\n\r\n"
	half     = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
)

// An entrance is a door that somebody serves behind.
type entrance struct {
	*door
	trust *tls.Config   // nil over plain http
	posts chan struct{} // gets one for each POST that a handler sees
}

// atDoor runs a test at a door that lets two strangers in at a time, and has
// room for five: over plain http, and over TLS. A request for ?session shows one.
func atDoor(t *testing.T, patience time.Duration, proxies []netip.Prefix, f func(*testing.T, entrance)) {
	t.Run("http", func(t *testing.T) {
		d := newTestDoor(t, patience, proxies)
		f(t, entrance{d, nil, serveAt(t, d)})
	})
	t.Run("TLS", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), ownCertificate)
		own, err := certificate.OpenOwn(path, []string{"127.0.0.1"}, slog.New(slog.DiscardHandler), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := certificate.Leaf(path)
		if err != nil {
			t.Fatal(err)
		}
		d := newTestDoor(t, patience, proxies)
		posts := serveAt(t, shownCertificate{get: own.Get}.wrap(d))
		trust := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "127.0.0.1"}
		trust.RootCAs.AddCert(leaf)
		f(t, entrance{d, trust, posts})
	})
}

func newTestDoor(t *testing.T, patience time.Duration, proxies []netip.Prefix) *door {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(ln, proxies, 50)
	d.served, d.waiting, d.patience = 2, 5, patience
	return d
}

// policyBounds are those of the policy, which are the defaults.
var policyBounds = bounds{header: 16 << 10, headerWait: 5 * time.Second, idle: time.Minute}

func serveAt(t *testing.T, ln net.Listener) (posts chan struct{}) {
	t.Helper()
	posts = make(chan struct{}, 10)
	server := newHTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "session" {
			recognise(r.Context())
		}
		if r.Method == http.MethodPost {
			posts <- struct{}{}
			_, _ = io.Copy(io.Discard, r.Body)
		}
		_, _ = io.WriteString(w, "hello")
	}), policyBounds, slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(edges{ln, false, policyBounds.headerWait, slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return posts
}

// come connects and says something, if only once it is let in: a handshake waits
// as a request does.
func come(t *testing.T, d entrance, says string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if d.trust != nil {
		conn = tls.Client(conn, d.trust)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if says != "" {
		go func() { _, _ = io.WriteString(conn, says) }() // Whoever waits for an answer notices.
	}
	return conn
}

func wantAnswer(t *testing.T, conn net.Conn) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
}

func wantTurnedAway(t *testing.T, conn net.Conn) {
	t.Helper()
	if got, err := io.ReadAll(conn); len(got) > 0 {
		t.Errorf("got %q and %v, want the connection closed", got, err)
	}
}

// Who fills the places for strangers with requests that never end delays the
// others from there, and no more.
func TestStrangersWaitForEachOther(t *testing.T) {
	atDoor(t, time.Minute, nil, func(t *testing.T, d entrance) {
		silent := come(t, d, stranger[:10])
		come(t, d, stranger[:10])
		until(t, d, 2)
		third := come(t, d, stranger)
		_ = silent.Close()
		wantAnswer(t, third)
	})
}

func TestStrangersWaitOnlySoLong(t *testing.T) {
	atDoor(t, time.Millisecond, nil, func(t *testing.T, d entrance) {
		come(t, d, stranger[:10])
		come(t, d, stranger[:10])
		until(t, d, 2)
		wantTurnedAway(t, come(t, d, stranger))
	})
}

// until waits for so many places to be taken.
func until(t *testing.T, d entrance, places int) {
	t.Helper()
	for taken(d) != places {
		if t.Context().Err() != nil {
			t.Fatal("it never came to that")
		}
	}
}

func taken(d entrance) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sources[netip.MustParsePrefix("127.0.0.1/32")]
	if s == nil {
		return 0
	}
	return len(s.serving)
}

func TestTooManyStrangersAreTurnedAway(t *testing.T) {
	atDoor(t, time.Minute, nil, func(t *testing.T, d entrance) {
		for range d.waiting {
			come(t, d, "")
		}
		wantTurnedAway(t, come(t, d, ""))
	})
}

// An office behind one address, with a connection or more for each who is in it.
func TestMembersDoNotCount(t *testing.T) {
	atDoor(t, time.Minute, nil, func(t *testing.T, d entrance) {
		for range 3 * d.waiting {
			wantAnswer(t, come(t, d, member))
		}
		wantAnswer(t, come(t, d, stranger))
	})
}

// The same with the whole program, whose certificate encrypts above the door:
// more people than it serves strangers keep their connections.
func TestMembersOverTLS(t *testing.T) {
	p := start(t, options{env: map[string]string{"TLS": "self-signed"}})
	owner := p.login(t)
	for i := range 60 {
		b := p.browser(t) // with a connection of its own
		b.http.Jar = owner.http.Jar
		if r := b.get(t, "/"); r.status != http.StatusOK {
			t.Fatalf("member %d gets %d, want 200", i, r.status)
		}
	}
}

// A browser on the login page keeps its connections; they take no place.
func TestIdleStrangersTakeNoPlace(t *testing.T) {
	atDoor(t, time.Minute, nil, func(t *testing.T, d entrance) {
		for range d.waiting - 1 {
			wantAnswer(t, come(t, d, stranger))
		}
		wantAnswer(t, come(t, d, stranger))
	})
}

// The attack: connections that were answered once, and hold no place any more,
// come back together, each with a request that never ends.
func TestAReturningStrangerTakesAPlace(t *testing.T) {
	atDoor(t, time.Millisecond, nil, func(t *testing.T, d entrance) {
		var all []net.Conn
		for range 5 {
			conn := come(t, d, stranger)
			wantAnswer(t, conn)
			until(t, d, 0)
			all = append(all, conn)
		}
		for i, conn := range all {
			go func() { _, _ = io.WriteString(conn, half) }()
			if i < 2 {
				<-d.posts
				continue
			}
			away := make(chan struct{})
			go func() { defer close(away); _, _ = conn.Read(make([]byte, 1)) }()
			select {
			case <-d.posts:
				t.Fatal("more requests are served than there are places")
			case <-away:
			}
		}
	})
}

// The attack: the request that never ends comes along with one that is answered,
// so that nothing is left to read when the place is given back.
func TestARequestBehindAnotherTakesAPlace(t *testing.T) {
	atDoor(t, time.Minute, nil, func(t *testing.T, d entrance) {
		for i := range 2 {
			come(t, d, stranger+half)
			<-d.posts
			if got := taken(d); got != i+1 {
				t.Errorf("%d requests hold %d places", i+1, got)
			}
		}
	})
}

func TestAProxyIsNotCounted(t *testing.T) {
	atDoor(t, time.Minute, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, func(t *testing.T, d entrance) {
		for range 3 * d.waiting {
			come(t, d, stranger[:10])
		}
		wantAnswer(t, come(t, d, stranger))
	})
}

// Nothing stays behind of the connections that ended.
func TestTheDoorForgets(t *testing.T) {
	atDoor(t, time.Minute, nil, func(t *testing.T, d entrance) {
		for _, says := range []string{stranger, member, stranger[:10], ""} {
			conn := come(t, d, says)
			if strings.HasSuffix(says, "\r\n\r\n") {
				wantAnswer(t, conn)
			}
			_ = conn.Close()
		}
		for forgotten := false; !forgotten; {
			d.mu.Lock()
			forgotten = len(d.sources) == 0
			d.mu.Unlock()
			if t.Context().Err() != nil {
				t.Fatal("the door remembers")
			}
		}
	})
}

// pipes is a network in memory, for tests on synctest's clock.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func TestARequestsHeaderIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		send  string
		after time.Duration
		want  string
	}{
		"slow":  {"GET / HTTP/1.1\r\nHost: x\r\n", 5 * time.Second, ""},
		"fits":  {"GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("x", 15<<10) + "\r\n\r\n", 0, "HTTP/1.1 200 OK"},
		"large": {"GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("x", 16<<10) + "\r\n\r\n", 0, "HTTP/1.1 431 Request Header Fields Too Large"},

		"2,000 fields":         {"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: xxxxxx\r\n", 2000) + "\r\n", 0, "HTTP/1.1 431 Request Header Fields Too Large"},
		"nothing but spaces":   {"GET / HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Protocol: x," + strings.Repeat(" ", 32<<10) + "\r\n\r\n", 0, "HTTP/1.1 431 Request Header Fields Too Large"},
		"an upgrade to HTTP/2": {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", 0, "HTTP/1.1 200 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := make(pipes)
				fine := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
				server := newHTTPServer(http.HandlerFunc(fine), policyBounds, slog.New(slog.DiscardHandler))
				go func() { _ = server.Serve(network) }()
				client, theirs := net.Pipe()
				network <- theirs
				start := time.Now()
				go func() { _, _ = io.WriteString(client, test.send) }()
				line, _ := bufio.NewReader(client).ReadString('\n')
				if got := strings.TrimSpace(line); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if got := time.Since(start); got != test.after {
					t.Errorf("it took %v, want %v", got, test.after)
				}
				_ = client.Close()
				close(network)
				_ = server.Close()
				time.Sleep(time.Second) // net/http lingers on a connection that it gives up
			})
		})
	}
}

package cmd

import (
	"bufio"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"chat/cmd/certificate"
)

// bareAnswers are requests that net/http answers before a handler sees them. HOST
// stands for the host of the program.
var bareAnswers = map[string]struct {
	request string
	status  int
}{
	"no host":                     {"GET / HTTP/1.1\r\n\r\n", 400},
	"no request":                  {"junk\r\n\r\n", 400},
	"no value of a header":        {"GET / HTTP/1.1\r\nHost: HOST\r\nA: \x01\r\n\r\n", 400},
	"a header that is too large":  {"GET / HTTP/1.1\r\nHost: HOST\r\nA: " + strings.Repeat("x", 16<<10) + "\r\n\r\n", 431},
	"an expectation":              {"GET / HTTP/1.1\r\nHost: HOST\r\nExpect: tea\r\n\r\n", 417},
	"a coding of nobody":          {"POST /auth HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: tea\r\n\r\n", 501},
	"another version":             {"GET / HTTP/2.0\r\nHost: HOST\r\n\r\n", 505},
	"a question for no path":      {"OPTIONS * HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n", 404},
	"one behind a good request":   {"GET /health HTTP/1.1\r\nHost: HOST\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400},
	"one behind a bad method":     {"PUT /auth HTTP/1.1\r\nHost: HOST\r\n\r\njunk\r\n\r\n", 400},
	"a HEAD with an expectation":  {"HEAD / HTTP/1.0\r\nHost: HOST\r\nExpect: tea\r\n\r\n", 417},
	"one that awaits a go-ahead":  {"POST /setup HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\nclaim=x", 410},
	"another host with a version": {"GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n", 421},
}

// rawly sends a request byte for byte and returns the answers, until the server
// ends the connection.
func rawly(t *testing.T, p *program, request string) (answers []reply) {
	t.Helper()
	conn := p.connect(t)
	defer conn.Close()
	_, host, _ := strings.Cut(p.base, "://")
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "HOST", host)); err != nil {
		t.Fatalf("asking: %v", err)
	}
	method, _, _ := strings.Cut(request, " ")
	in := bufio.NewReader(conn)
	for {
		if _, err := in.Peek(1); err != nil && len(answers) > 0 {
			return answers
		}
		r, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%.40q: reading answer %d: %v", request, len(answers)+1, err)
		}
		body, _ := io.ReadAll(r.Body) // What net/http writes by itself has no length.
		_ = r.Body.Close()
		answers = append(answers, reply{r.StatusCode, "", r.Header, string(body)})
	}
}

// connect opens a connection to where a program listens, whatever it is called.
func (p *program) connect(t *testing.T) net.Conn {
	t.Helper()
	local := regexp.MustCompile(`Local +(https?)://(\S+)`).FindStringSubmatch(p.out.String())
	if local == nil {
		t.Fatalf("it does not say where it listens:\n%s", p.out)
	}
	conn, err := net.Dial("tcp", local[2])
	if err == nil && local[1] == "https" {
		config := p.trust(t)
		config.ServerName = "127.0.0.1"
		conn = tls.Client(conn, config)
	}
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	return conn
}

// The attack: a file whose every line looks like the begin of an answer. If one
// were taken for it, what came behind would be an answer of the attacker's.
func TestAFileThatLooksLikeAnswers(t *testing.T) {
	for _, kind := range []string{"off", "self-signed"} {
		p := start(t, options{env: map[string]string{"TLS": kind}})
		owner := p.login(t)
		owner.join(t, "tea")
		lines := strings.Repeat("HTTP/1.1 400 Bad Request\r\n\r\n", 10_000)
		upload := owner.request(t, http.MethodPost, "/chat/tea/files", lines)
		upload.Header.Set("Origin", p.base)
		file := regexp.MustCompile(`/chat/tea/files/\w+`).FindString(owner.do(t, upload).body)
		if got := owner.get(t, file); got.body != lines {
			t.Errorf("TLS %s: the file comes back changed", kind)
		}
	}
}

// What websockets write without waiting and files without copying needs what is
// below plain http, and must not get at what is below TLS.
func TestEdgesAreWhatTheyWere(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	own, err := certificate.OpenOwn(filepath.Join(t.TempDir(), ownCertificate), nil, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []shownCertificate{{}, {get: own.Get}} {
		client, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		conn, err := edges{Listener: shown.wrap(newDoor(newCeiling(ln, 1), nil, 50))}.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, plain := conn.(stream)
		_, raw := conn.(syscall.Conn)
		_, closes := conn.(interface{ CloseWrite() error })
		if want := shown.get == nil; plain != want || raw != want || !closes || edgeOf(conn).guest == nil {
			t.Errorf("got a %T of guest %v: stream %t, raw %t, closes %t", conn, edgeOf(conn).guest, plain, raw, closes)
		}
	}
}

//go:build e2e

package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestClients runs unmodified clients that others wrote against the test server:
// what they see is what counts. Their checks are in testdata/clients.
func TestClients(t *testing.T) {
	url := serveWithCuts(t)
	for _, transports := range []string{"polling", "websocket", "polling,websocket"} {
		for _, client := range []string{"socket.io-client", "socket.io-client-v40", "socket.io-client-v31"} {
			t.Run(client+" over "+transports, func(t *testing.T) {
				runClient(t, "node", "testdata/clients/client.mjs", client, url, transports)
			})
		}
		t.Run("python-socketio over "+transports, func(t *testing.T) {
			// Debian's own, which has the module; another may come first in PATH.
			runClient(t, "/usr/bin/python3", "testdata/clients/client.py", url, transports)
		})
	}
	t.Run("the protocol before ours is refused", func(t *testing.T) {
		runClient(t, "node", "testdata/clients/refused.mjs", url)
	})
}

func runClient(t *testing.T, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	t.Logf("%s", out)
}

// serveWithCuts starts the test server on a port of this machine, with a knife
// at /cut.
func serveWithCuts(t *testing.T) (url string) {
	cfg, err := config("client")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Log = slog.New(slog.DiscardHandler)
	wire := newServer(cfg, extrasOf("client"))
	k := &knife{}
	mux := http.NewServeMux()
	mux.Handle("/cut", k)
	mux.Handle("/", k.over(wire))
	server := httptest.NewUnstartedServer(mux)
	server.Listener = &cuttable{server.Listener.(*net.TCPListener), k}
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	server.Start()
	t.Cleanup(func() { wire.drop(); server.Close() })
	return server.URL
}

// A knife breaks one connection in the phase that it is told by /cut?phase=x,
// and tells which one it still waits for.
type knife struct {
	mu    sync.Mutex
	phase string // guarded by mu
}

func (k *knife) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, _ = io.WriteString(w, k.phase)
	if phase := r.FormValue("phase"); phase != "" {
		k.phase = phase
	}
}

// cuts reports whether now is the time, once.
func (k *knife) cuts(phase string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.phase != phase {
		return false
	}
	k.phase = ""
	return true
}

// over breaks requests: a handshake and a POST when they were carried out, so
// that it is the answer that is lost.
func (k *knife) over(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		phase := "poll"
		switch {
		case r.Header.Get("Upgrade") != "":
			phase = "websocket"
			r.Context().Value(connKey{}).(*cuttableConn).watch()
		case r.Method == http.MethodPost:
			phase = "post"
		case !r.URL.Query().Has("sid"):
			phase = "handshake"
		}
		if k.cuts(phase) {
			if phase == "handshake" || phase == "post" {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}

type connKey struct{}

// A cuttable listener makes connections that the knife can break.
type cuttable struct {
	*net.TCPListener
	knife *knife
}

func (l *cuttable) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return &cuttableConn{TCPConn: c, knife: l.knife}, nil
}

// A cuttableConn counts the reads of a websocket.
type cuttableConn struct {
	*net.TCPConn
	knife *knife

	mu      sync.Mutex
	watched bool // guarded by mu
	reads   int  // since it is watched; guarded by mu
}

func (c *cuttableConn) watch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watched = true
}

// Read breaks the connection at the first read, in the phase "probe", or at the
// twentieth.
func (c *cuttableConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watched && n > 0 {
		c.reads++
	}
	if c.reads == 1 && c.knife.cuts("probe") || c.reads == 20 && c.knife.cuts("frames") {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	return n, err
}

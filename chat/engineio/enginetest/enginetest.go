// Package enginetest answers: how does a test speak to a server of the wire
// without a network?
//
// It is for tests only: a World is an http.Handler and clients of it that are
// joined by pipes, so that all of it fits into a synctest bubble, where a
// heartbeat of 25 s takes no time. Failures end the test.
package enginetest

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// A pipeListener is a network in memory.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A World is a server and the HTTP client that reaches it.
type World struct {
	t    testing.TB
	pipe *pipeListener
	// Client reaches the server whatever host it is asked for.
	Client *http.Client
	base   string
}

// New starts a server at path, which ends with a slash, and stops it with the
// test. Whatever of the handler outlives its requests, the test has to end
// before that, in a cleanup that it registers later.
func New(t testing.TB, path string, handler http.Handler) *World {
	t.Helper()
	pipe := newPipeListener()
	server := &http.Server{Handler: handler, MaxHeaderBytes: 12 << 10} // as the real one has it
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(pipe) }()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return pipe.dial(ctx) },
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-served
	})
	return &World{t: t, pipe: pipe, Client: &http.Client{Transport: transport}, base: "http://engine.test" + path + "?EIO=4&transport="}
}

// URL is the address of a query, such as "polling&sid=x".
func (w *World) URL(query string) string { return w.base + query }

// Get polls and returns status and body.
func (w *World) Get(query string) (int, string) {
	w.t.Helper()
	return w.Do(http.MethodGet, query, "")
}

// Post sends a payload and returns status and body.
func (w *World) Post(query, body string) (int, string) {
	w.t.Helper()
	return w.Do(http.MethodPost, query, body)
}

// Do makes a request and returns status and body.
func (w *World) Do(method, query, body string) (int, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.base+query, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := w.Client.Do(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, query, err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, query, err)
	}
	return res.StatusCode, string(got)
}

// Dial opens a websocket.
func (w *World) Dial(query string) *Websocket {
	w.t.Helper()
	return w.DialWith(query, nil)
}

// DialWith opens a websocket with more headers in its request.
func (w *World) DialWith(query string, header http.Header) *Websocket {
	w.t.Helper()
	conn, _, err := websocket.Dial(context.Background(), w.base+query, &websocket.DialOptions{HTTPClient: w.Client, HTTPHeader: header})
	if err != nil {
		w.t.Fatalf("dialing %s: %v", query, err)
	}
	conn.SetReadLimit(-1)
	w.t.Cleanup(func() { _ = conn.CloseNow() })
	return &Websocket{w.t, conn}
}

// DialRaw opens a connection for a test that speaks bytes, and ends it with the
// test.
func (w *World) DialRaw() net.Conn {
	w.t.Helper()
	conn, err := w.pipe.dial(w.t.Context())
	if err != nil {
		w.t.Fatalf("dialing: %v", err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// SID takes the session id out of an open packet.
func SID(t testing.TB, open string) string {
	t.Helper()
	_, rest, ok := strings.Cut(open, `"sid":"`)
	id, _, ok2 := strings.Cut(rest, `"`)
	if !ok || !ok2 || open[0] != '0' {
		t.Fatalf("got %q, want an open packet", open)
	}
	return id
}

// OpenPolling does the handshake and returns the query of the session.
func (w *World) OpenPolling() string {
	w.t.Helper()
	status, open := w.Get("polling")
	if status != http.StatusOK {
		w.t.Fatalf("handshake: got %d %s, want 200", status, open)
	}
	return "polling&sid=" + SID(w.t, open)
}

// A Websocket is a client on a websocket.
type Websocket struct {
	t    testing.TB
	Conn *websocket.Conn
}

// Send sends a text message.
func (c *Websocket) Send(text string) {
	c.t.Helper()
	if err := c.Conn.Write(context.Background(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatalf("sending %q: %v", text, err)
	}
}

// SendBinary sends a binary message.
func (c *Websocket) SendBinary(data string) {
	c.t.Helper()
	if err := c.Conn.Write(context.Background(), websocket.MessageBinary, []byte(data)); err != nil {
		c.t.Fatalf("sending %d bytes: %v", len(data), err)
	}
}

// Read returns the next message.
func (c *Websocket) Read() string {
	c.t.Helper()
	_, data, err := c.Conn.Read(context.Background())
	if err != nil {
		c.t.Fatalf("reading: %v", err)
	}
	return string(data)
}

// Want reads a message and checks it.
func (c *Websocket) Want(text string) {
	c.t.Helper()
	if got := c.Read(); got != text {
		c.t.Fatalf("got %q, want %q", got, text)
	}
}

// WantClosed reads until the server closes and checks the code, where -1 is a
// connection that ends without one.
func (c *Websocket) WantClosed(code websocket.StatusCode) {
	c.t.Helper()
	for {
		_, _, err := c.Conn.Read(context.Background())
		if err == nil {
			continue
		}
		if got := websocket.CloseStatus(err); got != code {
			c.t.Fatalf("closed with %v (%v), want %v", got, err, code)
		}
		return
	}
}

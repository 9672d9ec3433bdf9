package cmd

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"chat/ui"
)

// edges makes connections such that nothing goes out without the security
// headers. What is malformed, too large or of another version net/http refuses by
// itself, before a handler sees it and with no hook to add a header, so the
// connection does.
type edges struct {
	net.Listener
	https bool          // people come by https, ours or a proxy's
	wait  time.Duration // for a TLS handshake
	log   *slog.Logger
}

// Accept returns the next connection. One that is no stream, which no listener
// of ours has, stays as it is.
func (l edges) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	e := &edge{headers: headerLines(l.https), wait: l.wait, log: l.log}
	switch c := conn.(type) {
	case *tls.Conn:
		e.guest, _ = c.NetConn().(*guest)
		return &tlsConn{c, e}, nil
	case stream:
		e.guest, _ = c.(*guest)
		return &plainConn{c, e}, nil
	}
	return conn, nil
}

// headerLines are the security headers as they go over the wire.
func headerLines(https bool) []byte {
	var b bytes.Buffer
	_ = ui.SecurityHeaders(https).Write(&b) // a Buffer takes everything
	return b.Bytes()
}

// An edge is what lies between a connection and net/http.
type edge struct {
	guest   *guest // nil if no door counts it
	headers []byte
	wait    time.Duration
	log     *slog.Logger

	// handled is set from when a handler sees a request until all of its answer is
	// written, or for ever if it took the connection over. What is written at other
	// times is net/http's own, and begins an answer.
	handled atomic.Bool
}

// A plainConn is a connection without TLS. Whatever writes in other ways than
// Write, such as websockets and files, does so for a handler.
type plainConn struct {
	stream
	*edge
}

func (c *plainConn) Write(p []byte) (int, error) { return c.complete(c.stream, p) }

// A tlsConn is a connection with TLS.
type tlsConn struct {
	*tls.Conn
	*edge
}

func (c *tlsConn) Write(p []byte) (int, error) { return c.complete(c.Conn, p) }

// ConnectionState shakes hands first. net/http asks for the state before it reads,
// and shakes hands itself only with what is a tls.Conn and nothing more.
func (c *tlsConn) ConnectionState() tls.ConnectionState {
	if state := c.Conn.ConnectionState(); state.HandshakeComplete {
		return state
	}
	_ = c.SetDeadline(time.Now().Add(c.wait))
	if err := c.Handshake(); err != nil { // and so will the first Read fail
		c.log.Debug("TLS handshake", "addr", c.RemoteAddr().String(), "error", err)
		c.answerPlain(err)
	}
	_ = c.SetDeadline(time.Time{})
	return c.Conn.ConnectionState()
}

// answerPlain tells who typed the address without https:// what is wrong.
func (c *tlsConn) answerPlain(err error) {
	bad, ok := errors.AsType[tls.RecordHeaderError](err)
	if !ok || bad.Conn == nil {
		return
	}
	switch string(bad.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		_, _ = io.WriteString(bad.Conn, "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"+
			string(headerLines(false))+"\r\nThis is plain http, and the server speaks HTTPS. Begin the address with https://\n")
	}
}

// complete writes p, with the security headers if it is an answer of net/http's
// own.
func (e *edge) complete(w io.Writer, p []byte) (int, error) {
	if e.handled.Load() {
		return w.Write(p)
	}
	status, rest, ok := bytes.Cut(p, []byte("\r\n"))
	if !ok || !bytes.HasPrefix(status, []byte("HTTP/1.")) {
		return w.Write(p)
	}
	n, err := w.Write(slices.Concat(status, []byte("\r\n"), e.headers, rest))
	return min(n, len(p)), err
}

type edgeKey struct{}

// edgeOf is the edge of a connection as net/http has it; nil if there is none.
func edgeOf(c net.Conn) *edge {
	switch c := c.(type) {
	case *plainConn:
		return c.edge
	case *tlsConn:
		return c.edge
	}
	return nil
}

// remember lets a request find the edge of its connection.
func remember(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, edgeKey{}, edgeOf(c))
}

// remembered is the edge of the connection that a request came by, or nil.
func remembered(ctx context.Context) *edge {
	e, _ := ctx.Value(edgeKey{}).(*edge)
	return e
}

// atRest is the server's hook for the states of a connection.
func atRest(c net.Conn, state http.ConnState) {
	e := edgeOf(c)
	if e == nil || state != http.StateIdle {
		return
	}
	e.handled.Store(false)
	if e.guest != nil {
		e.guest.rest()
	}
}

// admitted has each request wait for the place of its connection, if that needs
// one and has none. From then on what is written is a handler's.
func admitted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e := remembered(r.Context()); e != nil {
			if e.guest != nil && !e.guest.enter() {
				panic(http.ErrAbortHandler) // net/http's way to let go of a connection
			}
			e.handled.Store(true)
		}
		next.ServeHTTP(w, r)
	})
}

// recognise notes that the connection of a request has shown a session.
func recognise(ctx context.Context) {
	if e := remembered(ctx); e != nil && e.guest != nil {
		e.guest.known()
	}
}

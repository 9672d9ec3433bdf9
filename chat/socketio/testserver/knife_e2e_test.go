//go:build e2e

package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// A knife breaks one connection in the phase that it is told by /cut?phase=x,
// and tells which one it still waits for. Between /hold and /release it keeps
// websockets from being opened.
type knife struct {
	mu    sync.Mutex
	phase string        // guarded by mu
	held  chan struct{} // closed by release; nil when nothing is held; guarded by mu
}

func (k *knife) hold(http.ResponseWriter, *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held == nil {
		k.held = make(chan struct{})
	}
}

func (k *knife) release(http.ResponseWriter, *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held != nil {
		close(k.held)
		k.held = nil
	}
}

// wait has a websocket wait while it is held.
func (k *knife) wait(r *http.Request) {
	k.mu.Lock()
	held := k.held
	k.mu.Unlock()
	if held == nil {
		return
	}
	select {
	case <-held:
	case <-r.Context().Done():
	}
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
// that it is the answer that is lost, or, in the phase "answer", half of it.
func (k *knife) over(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		phase := "poll"
		switch {
		case r.Header.Get("Upgrade") != "":
			phase = "websocket"
			k.wait(r)
			r.Context().Value(connKey{}).(*cuttableConn).watch()
		case r.Method == http.MethodPost:
			phase = "post"
		case !r.URL.Query().Has("sid"):
			phase = "handshake"
		}
		half := phase == "post" && k.cuts("answer")
		if !half && !k.cuts(phase) {
			next.ServeHTTP(w, r)
			return
		}
		if phase == "handshake" || phase == "post" {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		if half {
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "o")
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
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

// Read breaks the connection at the first read, in the phase "probe", at the
// second, in "confirm", or at the twentieth.
func (c *cuttableConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watched && n > 0 {
		c.reads++
	}
	if c.reads == 1 && c.knife.cuts("probe") || c.reads == 2 && c.knife.cuts("confirm") || c.reads == 20 && c.knife.cuts("frames") {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	return n, err
}

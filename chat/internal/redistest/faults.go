package redistest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// Faults are what can happen to the connections of a client that dials with
// them.
type Faults struct {
	mu    sync.Mutex
	lose  int                      // answers that are still to be lost; guarded by mu
	out   bool                     // there is no way to Redis; guarded by mu
	conns map[*faultyConn]struct{} // guarded by mu
}

// LoseAnswers has the next n answers lost: each is read, so that what was asked
// has been done, and then its connection breaks.
func (f *Faults) LoseAnswers(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose = n
}

// Break breaks all connections there are.
func (f *Faults) Break() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		_ = c.Conn.Close()
	}
}

// Unplug breaks all connections, and there will be no other until Plug.
func (f *Faults) Unplug() {
	f.mu.Lock()
	f.out = true
	f.mu.Unlock()
	f.Break()
}

// Plug ends Unplug.
func (f *Faults) Plug() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = false
}

var errUnplugged = errors.New("there is no way to Redis")

// Dial is for [Redis.Through].
func (f *Faults) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c := &faultyConn{Conn: conn, faults: f}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.out {
		_ = conn.Close()
		return nil, errUnplugged
	}
	if f.conns == nil {
		f.conns = make(map[*faultyConn]struct{})
	}
	f.conns[c] = struct{}{}
	return c, nil
}

type faultyConn struct {
	net.Conn
	faults *Faults
}

func (c *faultyConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		return n, err
	}
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	if c.faults.lose > 0 {
		c.faults.lose--
		_ = c.Conn.Close()
		return 0, io.EOF
	}
	return n, nil
}

func (c *faultyConn) Close() error {
	c.faults.mu.Lock()
	delete(c.faults.conns, c)
	c.faults.mu.Unlock()
	return c.Conn.Close()
}

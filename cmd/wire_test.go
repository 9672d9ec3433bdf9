package cmd

import (
	"net"
	"sync"
	"testing"
	"time"
)

// A wire stands between the program and its Redis and can be made bad.
type wire struct {
	ln net.Listener

	mu      sync.Mutex // guards all below
	target  string
	mode    mode
	changed chan struct{} // closed when the mode changes
	conns   map[net.Conn]bool
}

// mode is what becomes of what comes through.
type mode struct {
	cut   bool          // connections are closed, and new ones at once
	hang  bool          // what comes is lost
	delay time.Duration // each piece comes so much later
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	w := &wire{ln: ln, target: target, changed: make(chan struct{}), conns: make(map[net.Conn]bool)}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { w.serve(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		w.set(mode{cut: true})
		all.Wait()
	})
	return w
}

func (w *wire) addr() string { return w.ln.Addr().String() }

// set changes what becomes of everything from now on.
func (w *wire) set(m mode) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mode = m
	close(w.changed)
	w.changed = make(chan struct{})
	if m.cut {
		for c := range w.conns {
			c.Close()
		}
	}
}

// lead has it lead to another Redis, as a name does after a failover. What was
// connected is cut off.
func (w *wire) lead(target string) {
	w.set(mode{cut: true})
	w.mu.Lock()
	w.target = target
	w.mu.Unlock()
	w.set(mode{})
}

func (w *wire) leadsTo() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.target
}

// add notes a connection, unless the wire is cut.
func (w *wire) add(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns[c] = true
	return !w.mode.cut
}

func (w *wire) remove(c net.Conn) {
	c.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, c)
}

func (w *wire) serve(conn net.Conn) {
	defer w.remove(conn)
	if !w.add(conn) {
		return
	}
	redis, err := net.Dial("tcp", w.leadsTo())
	if err != nil {
		return
	}
	defer w.remove(redis)
	if !w.add(redis) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { w.copy(redis, conn) })
	both.Go(func() { w.copy(conn, redis) })
	both.Wait()
}

// copy passes on what it reads, as the mode has it.
func (w *wire) copy(to, from net.Conn) {
	defer to.Close()
	for b := make([]byte, 64<<10); ; {
		n, err := from.Read(b)
		if n > 0 && w.pass() {
			_, err = to.Write(b[:n])
		}
		if err != nil {
			return // io.EOF, or whoever closed the other end
		}
	}
}

// pass waits until a piece may go on. It reports false when it is lost.
func (w *wire) pass() bool {
	w.mu.Lock()
	m, changed := w.mode, w.changed
	w.mu.Unlock()
	switch {
	case m.cut, m.hang:
		return false
	case m.delay > 0:
		late := time.NewTimer(m.delay)
		defer late.Stop()
		select {
		case <-late.C:
		case <-changed:
			return w.pass()
		}
	}
	return true
}

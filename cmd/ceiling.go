package cmd

import (
	"io"
	"net"
	"sync"
	"syscall"
)

// A stream is a TCP connection, or one that knows more. What it has beside
// net.Conn is used for writes that do not wait, files and orderly ends.
type stream interface {
	net.Conn
	syscall.Conn
	io.ReaderFrom
	CloseWrite() error
}

// A ceiling bounds how many connections there are at once, from wherever they
// come. Each takes one of the files that the system allows the program; the
// history, uploads and Redis need some as well. Who comes when all places are
// taken waits in the system's queue until somebody leaves.
//
// It is what netutil.LimitListener is, but its connections are streams still.
type ceiling struct {
	net.Listener
	places chan struct{} // holds one for each connection
	closed chan struct{}
	close  sync.Once
}

func newCeiling(ln net.Listener, most int) *ceiling {
	return &ceiling{Listener: ln, places: make(chan struct{}, most), closed: make(chan struct{})}
}

// Accept returns the next connection once there is a place for it.
func (c *ceiling) Accept() (net.Conn, error) {
	select {
	case c.places <- struct{}{}:
	case <-c.closed:
		return nil, net.ErrClosed
	}
	conn, err := c.Listener.Accept()
	if err != nil {
		<-c.places
		return nil, err
	}
	s, ok := conn.(stream)
	if !ok { // No listener of ours has such.
		<-c.places
		return conn, nil
	}
	return &placed{stream: s, leave: sync.OnceFunc(func() { <-c.places })}, nil
}

// Close ends the listener, and with it whoever waits in Accept.
func (c *ceiling) Close() error {
	c.close.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

// placed is a connection that has a place.
type placed struct {
	stream
	leave func()
}

func (p *placed) Close() error {
	err := p.stream.Close()
	p.leave()
	return err
}

// mostConnections is how many connections there may be where the system allows
// so many files: all but 256, or half of few.
func mostConnections(files uint64) int {
	files = min(files, 1<<20)
	return int(files - min(files/2, 256))
}

//go:build unix

package engineio

import (
	"errors"
	"net"
	"syscall"
)

// A nonblocking is a connection that takes what it can at once. It writes to
// the file descriptor, which Go keeps in non-blocking mode, without the wait in
// net's own Write.
type nonblocking struct{ raw syscall.RawConn }

// newNonblocking returns nil where there is no descriptor, as under TLS.
func newNonblocking(conn net.Conn) *nonblocking {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	return &nonblocking{raw}
}

// awaitInput waits until there is something to read, or the connection ended. It
// has to look for itself, because something may have come before it was called,
// and it looks with as little stack as it can; see quietness.
func (c *nonblocking) awaitInput() {
	_ = c.raw.Read(func(fd uintptr) bool {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK)
		return !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR)
	})
}

// write returns how much was taken, which may be nothing. It never waits.
func (c *nonblocking) write(data []byte) (n int, err error) {
	failed := c.raw.Write(func(fd uintptr) bool {
		n, err = syscall.Write(int(fd), data)
		return true // do not wait until it can take more
	})
	n = max(n, 0)
	switch {
	case failed != nil:
		return n, failed
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return n, nil
	}
	return n, err
}

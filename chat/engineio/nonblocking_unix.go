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
type nonblocking struct {
	raw syscall.RawConn

	// What write asks of the descriptor, and what came of it. They stand here
	// because a function made for each call, and what it shares with its caller,
	// would be allocated each time. Guarded by outbox.writing.
	try  func(fd uintptr) bool
	data []byte
	n    int
	err  error
}

// newNonblocking returns nil where there is no descriptor, as under TLS.
func newNonblocking(conn net.Conn) *nonblocking {
	below, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := below.SyscallConn()
	if err != nil {
		return nil
	}
	c := &nonblocking{raw: raw}
	c.try = c.writeOnce
	return c
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

// write returns how much was taken, which may be nothing. It never waits. The
// caller holds outbox.writing.
func (c *nonblocking) write(data []byte) (n int, err error) {
	c.data = data
	failed := c.raw.Write(c.try)
	n, err = max(c.n, 0), c.err
	c.data, c.n, c.err = nil, 0, nil
	switch {
	case failed != nil:
		return n, failed
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return n, nil
	}
	return n, err
}

// writeOnce does not wait until the connection can take more.
func (c *nonblocking) writeOnce(fd uintptr) bool {
	c.n, c.err = syscall.Write(int(fd), c.data)
	return true
}

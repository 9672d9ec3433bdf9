//go:build !unix

package engineio

import "net"

// A nonblocking is a connection that takes what it can at once. There is none
// here: a goroutine writes instead.
type nonblocking struct{}

func newNonblocking(net.Conn) *nonblocking { return nil }

func (*nonblocking) write([]byte) (int, error) { return 0, nil }

func (*nonblocking) awaitInput() {}

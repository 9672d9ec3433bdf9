//go:build unix

package engineio

import (
	"encoding/binary"
	"net"
	"syscall"
	"testing"
	"time"
)

// A busyConn is a connection to which somebody has something to say after each of
// its writes, so often.
type busyConn struct {
	*net.TCPConn
	after func()
}

func (c *busyConn) SyscallConn() (syscall.RawConn, error) {
	raw, err := c.TCPConn.SyscallConn()
	return &busyRaw{raw, c}, err
}

type busyRaw struct {
	syscall.RawConn
	conn *busyConn
}

func (r *busyRaw) Write(f func(fd uintptr) bool) error {
	defer r.conn.after()
	return r.RawConn.Write(f)
}

// Whoever flushes leaves to another goroutine what the network does not take at
// once, and what others queue again and again. It is sent without anybody's doing.
func TestFlushLeavesTheRestToDrain(t *testing.T) {
	for _, test := range []struct {
		name           string
		frames, length int
	}{
		{"a frame that the network does not take at once", 1, 4 << 20},
		{"more rounds than anybody has to write for others", maxRounds + 1, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			ours, theirs := tcp(t)
			conn := &busyConn{TCPConn: ours}
			o := newOutbox(conn, Config{MaxQueue: 64 << 20}.withDefaults())
			next := 0
			conn.after = func() {
				if next < test.frames {
					o.enqueue(numbered(next, test.length))
					next++
				}
			}
			conn.after()
			o.flush()
			_ = theirs.SetReadDeadline(time.Now().Add(time.Minute)) // or a fault would hang
			for want := range test.frames {
				_, payload, err := readFrame(theirs)
				if err != nil || int(binary.BigEndian.Uint32(payload)) != want {
					t.Fatalf("got %.8q and %v, want frame %d", payload, err, want)
				}
			}
		})
	}
}

package engineio

import (
	"net"
	"sync"
	"time"
)

// An outbox is the net.Conn below a websocket of coder/websocket, and the queue
// of what we send to it. Broadcasts do not pass through the library, which
// makes a system call a message: they go in as frames that are encoded once,
// and whoever writes takes along all that is queued.
//
// The contract between the two writers:
//
//  1. Every Write of the library is one whole control frame (it writes nothing
//     else here) and goes out behind the frames that were queued before it.
//  2. After a close frame nothing is written.
//  3. A write that takes longer than the timeout breaks the connection, and with
//     it the reader, who ends the socket.
//  4. enqueue never blocks and never writes.
type outbox struct {
	net.Conn
	timeout  time.Duration
	maxBytes int

	write sync.Mutex // held while the connection is written to

	mu       sync.Mutex
	queue    [][]byte // guarded by mu
	bytes    int      // in queue and in a write that has not ended; guarded by mu
	flushing bool     // a flusher runs and will see what is queued; guarded by mu
	shut     bool     // a close frame went out, or a write failed; guarded by mu
}

func newOutbox(conn net.Conn, cfg Config) *outbox {
	return &outbox{Conn: conn, timeout: cfg.WriteTimeout, maxBytes: cfg.MaxQueue}
}

// enqueue queues frames and sees to it that somebody writes them. It reports
// false if that is more than the client may leave unread.
func (o *outbox) enqueue(frames ...Frame) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut {
		return true
	}
	for _, f := range frames {
		o.queue = append(o.queue, f.wire)
		o.bytes += len(f.wire)
	}
	if o.bytes > o.maxBytes {
		o.queue, o.shut = nil, true
		return false
	}
	if !o.flushing {
		o.flushing = true
		go o.flush()
	}
	return true
}

// flush is the flusher: it writes until the queue is empty.
func (o *outbox) flush() {
	o.write.Lock()
	defer o.write.Unlock()
	for {
		frames := o.take()
		if len(frames) == 0 {
			return
		}
		o.send(frames)
	}
}

// take empties the queue. When it was empty the flusher's work is done.
func (o *outbox) take() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames := o.queue
	o.queue = nil
	if len(frames) == 0 {
		o.flushing = false
	}
	return frames
}

// send writes frames with as few system calls as it can. The caller holds
// o.write.
func (o *outbox) send(frames net.Buffers) {
	size := 0
	for _, f := range frames {
		size += len(f)
	}
	_ = o.SetWriteDeadline(time.Now().Add(o.timeout))
	_, err := frames.WriteTo(o.Conn)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes -= size
	if err != nil {
		o.queue, o.shut = nil, true
		_ = o.Conn.Close() // the reader notices and ends the socket
	}
}

// drain returns when all that was queued before is written or lost.
func (o *outbox) drain() {
	o.flush()
}

// Write is the library's way out, for control frames only.
func (o *outbox) Write(frame []byte) (int, error) {
	o.write.Lock()
	defer o.write.Unlock()
	if frames := o.takeBefore(isCloseFrame(frame)); len(frames) > 0 {
		o.send(frames)
	}
	_ = o.SetWriteDeadline(time.Now().Add(o.timeout))
	return o.Conn.Write(frame)
}

// takeBefore empties the queue ahead of a control frame, and shuts it ahead of
// a close frame.
func (o *outbox) takeBefore(closing bool) [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames := o.queue
	o.queue = nil
	o.shut = o.shut || closing
	return frames
}

func isCloseFrame(frame []byte) bool {
	return len(frame) > 0 && frame[0]&0x0f == 0x8
}

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
// The contract between the writers:
//
//  1. enqueue never blocks and never writes. If it reports that a flush is due,
//     the caller owes one, by flush or by a Batch.
//  2. flush never waits either: what the network does not take at once is left
//     to a goroutine, with a deadline.
//  3. Every Write of the library is one whole control frame (it writes nothing
//     else here) and goes out behind the frames that were queued before it.
//  4. After a close frame nothing is written.
//  5. A write that takes longer than the timeout breaks the connection, and with
//     it the reader, who ends the socket.
type outbox struct {
	net.Conn
	now      *nonblocking // writes without waiting; nil where the connection cannot
	timeout  time.Duration
	maxBytes int

	write sync.Mutex // held while the connection is written to
	rest  []byte     // of a frame that the network took in part; guarded by write

	mu       sync.Mutex
	queue    [][]byte // guarded by mu
	bytes    int      // in queue and in a write that has not ended; guarded by mu
	flushing bool     // somebody will see what is queued; guarded by mu
	shut     bool     // a close frame went out, or a write failed; guarded by mu
}

func newOutbox(conn net.Conn, cfg Config) *outbox {
	return &outbox{Conn: conn, now: newNonblocking(conn), timeout: cfg.WriteTimeout, maxBytes: cfg.MaxQueue}
}

// enqueue queues frames. Due says that the caller has to see to a flush; full,
// that this is more than the client may leave unread.
func (o *outbox) enqueue(frames ...Frame) (due, full bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut {
		return false, false
	}
	for _, f := range frames {
		o.queue = append(o.queue, f.wire)
		o.bytes += len(f.wire)
	}
	if o.bytes > o.maxBytes {
		o.queue, o.shut = nil, true
		return false, true
	}
	due = !o.flushing
	o.flushing = true
	return due, false
}

// flush writes what is queued, as far as the network takes it without waiting,
// and leaves the rest to a goroutine.
func (o *outbox) flush() {
	if o.now == nil || !o.write.TryLock() {
		go o.drain()
		return
	}
	defer o.write.Unlock()
	for range maxRounds {
		frames := o.take()
		if len(frames) == 0 {
			return
		}
		if !o.sendNow(frames) {
			break
		}
	}
	go o.drain()
}

// maxRounds is how often a caller of flush writes what others queued meanwhile,
// before it may go on with its own work.
const maxRounds = 4

// sendNow writes frames as far as the network takes them at once and reports
// whether that was all. The caller holds o.write.
func (o *outbox) sendNow(frames [][]byte) bool {
	if len(o.rest) > 0 {
		frames = append([][]byte{o.rest}, frames...)
	}
	buffer := gatherers.Get().(*[]byte)
	defer gatherers.Put(buffer)
	data := gather(frames, buffer)
	n, err := o.now.write(data)
	o.settle(n, err)
	o.rest = nil
	if err == nil && n < len(data) {
		o.rest = append([]byte(nil), data[n:]...)
	}
	return len(o.rest) == 0
}

// drain returns when all that was queued before is written or lost. It waits for
// the network, up to the timeout a write.
func (o *outbox) drain() {
	o.write.Lock()
	defer o.write.Unlock()
	for {
		frames := o.take()
		if len(o.rest) > 0 {
			frames = append([][]byte{o.rest}, frames...)
			o.rest = nil
		}
		if len(frames) == 0 {
			return
		}
		o.send(frames)
	}
}

// take empties the queue. When it was empty nobody is flushing any more.
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

// send writes frames with as few system calls as it can, waiting for the
// network. The caller holds o.write.
func (o *outbox) send(frames net.Buffers) {
	_ = o.SetWriteDeadline(time.Now().Add(o.timeout))
	n, err := frames.WriteTo(o.Conn)
	o.settle(int(n), err)
}

// settle counts what was written. After an error nothing more is.
func (o *outbox) settle(n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes -= n
	if err != nil {
		o.queue, o.shut = nil, true
		_ = o.Conn.Close() // the reader notices and ends the socket
	}
}

// Write is the library's way out, for control frames only.
func (o *outbox) Write(frame []byte) (int, error) {
	o.write.Lock()
	defer o.write.Unlock()
	frames := o.takeBefore(isCloseFrame(frame))
	if len(o.rest) > 0 {
		frames = append([][]byte{o.rest}, frames...)
		o.rest = nil
	}
	if len(frames) > 0 {
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

// gather makes one piece of many, so that one system call writes them. A single
// frame is not copied.
func gather(frames [][]byte, buffer *[]byte) []byte {
	if len(frames) == 1 {
		return frames[0]
	}
	data := (*buffer)[:0]
	for _, f := range frames {
		data = append(data, f...)
	}
	if cap(data) <= maxKeptBuffer {
		*buffer = data
	}
	return data
}

var gatherers = sync.Pool{New: func() any { return new([]byte) }}

// A Batch is sockets that have something to write. Sending to a room in two
// steps, first queueing under the room's lock, then writing without it, gives
// everybody one order without making anybody wait for a system call. The zero
// Batch is ready; it is for one goroutine at a time.
type Batch struct {
	due []*outbox
}

// Empty reports whether there is nothing to write.
func (b *Batch) Empty() bool { return len(b.due) == 0 }

// Flush writes what the sockets of the batch have queued and empties the batch.
// It does not wait for clients that do not read.
func (b *Batch) Flush() {
	for i, o := range b.due {
		o.flush()
		b.due[i] = nil
	}
	b.due = b.due[:0]
}

package engineio

import (
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// An outbox is the net.Conn below a websocket of coder/websocket, and the queue
// of what we send to it. Broadcasts do not pass through the library, which
// makes a system call a message: they go in as frames that are encoded once,
// and whoever writes takes along all that is queued.
//
// Four ways lead to the network, and only one at a time (writing):
//
//	flush   by whoever sent       what the network takes at once
//	drain   by a goroutine        the rest, waiting for the network
//	Write   by the library        one control frame, behind what was queued
//	Close   by anybody            nothing more
//
// The contract between them:
//
//  1. enqueue never blocks and never writes. If it reports that a flush is due,
//     the caller owes one, by flush or by a Batch.
//  2. flush never waits: what the network does not take is left to drain.
//  3. Frames go out in the order of enqueue, and each whole before the next.
//  4. After a close frame nothing is written.
//  5. A client that takes nothing for the time of a timeout breaks the
//     connection, and with it the reader, who ends the socket as Slow. One that
//     reads slowly does not.
type outbox struct {
	net.Conn
	raw      *nonblocking // Conn without waiting; nil where that cannot be had
	timeout  time.Duration
	maxBytes int

	writing sync.Mutex // held while the connection is written to
	rest    [][]byte   // what the network did not take, of the first frame maybe a part; guarded by writing

	mu       sync.Mutex
	queue    [][]byte // guarded by mu
	bytes    int      // in queue and in a write that has not ended; guarded by mu
	flushing bool     // somebody will see what is queued; guarded by mu
	shut     bool     // a close frame went out, or a write failed; guarded by mu
	slow     bool     // a write failed because it took too long; guarded by mu
}

func newOutbox(conn net.Conn, cfg Config) *outbox {
	return &outbox{Conn: conn, raw: newNonblocking(conn), timeout: cfg.WriteTimeout, maxBytes: cfg.MaxQueue}
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

// maxRounds is how often a caller of flush writes what others queued meanwhile,
// before it may go on with its own work.
const maxRounds = 4

// flush writes what is queued, as far as the network takes it without waiting,
// and leaves the rest to a goroutine.
func (o *outbox) flush() {
	if o.raw == nil || !o.writing.TryLock() {
		go o.drain()
		return
	}
	defer o.writing.Unlock()
	var few [keptQueue][]byte // most often it is one
	for range maxRounds {
		frames := o.take(few[:0])
		if len(frames) == 0 {
			return
		}
		if !o.sendNow(frames) {
			break
		}
	}
	go o.drain()
}

// drain returns when all that was queued before is written or lost. It waits for
// the network.
func (o *outbox) drain() {
	o.writing.Lock()
	defer o.writing.Unlock()
	for frames := o.take(nil); len(frames) > 0; frames = o.take(nil) {
		o.send(frames)
	}
}

// keptQueue is how long a queue may be that is filled again, so that a message
// now and then allocates nothing and an idle socket keeps little.
const keptQueue = 4

// take empties the queue into an empty slice, behind what is left of what was
// taken before. When there was nothing, nobody is flushing any more. The caller
// holds o.writing.
func (o *outbox) take(into [][]byte) [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.shut {
		into = append(into, o.rest...)
	}
	into = append(into, o.queue...)
	clear(o.queue) // so that no frame is kept longer than it waits
	if o.queue = o.queue[:0]; cap(o.queue) > keptQueue {
		o.queue = nil
	}
	o.rest = nil
	if len(into) == 0 {
		o.flushing = false
	}
	return into
}

// sendNow writes frames as far as the network takes them at once and reports
// whether that was all. The caller holds o.writing.
func (o *outbox) sendNow(frames [][]byte) bool {
	buffer := gatherers.Get().(*[]byte)
	defer gatherers.Put(buffer)
	for len(frames) > 0 {
		data := gather(frames, buffer)
		n, err := o.raw.write(data)
		o.settle(n, err)
		if err != nil {
			return true
		}
		frames = skip(frames, n)
		if n < len(data) {
			o.rest = slices.Clone(frames)
			return false
		}
	}
	return true
}

// skip takes the first so many bytes off frames.
func skip(frames [][]byte, bytes int) [][]byte {
	for len(frames) > 0 && bytes >= len(frames[0]) {
		bytes -= len(frames[0])
		frames = frames[1:]
	}
	if bytes > 0 {
		frames[0] = frames[0][bytes:]
	}
	return frames
}

// chunk is how many bytes a client has one timeout for, and how many are copied
// to be written at once.
const chunk = 64 << 10

// send writes frames with as few system calls as it can, waiting for the
// network. The caller holds o.writing.
func (o *outbox) send(frames net.Buffers) {
	for len(frames) > 0 {
		var part net.Buffers
		part, frames = cut(frames, chunk)
		_ = o.SetWriteDeadline(time.Now().Add(o.timeout))
		n, err := part.WriteTo(o.Conn)
		o.settle(int(n), err)
		if err != nil {
			return
		}
	}
	_ = o.SetWriteDeadline(time.Time{}) // it would hold for the raw writes too
}

// cut takes the first so many bytes off frames.
func cut(frames net.Buffers, bytes int) (part, rest net.Buffers) {
	for i, f := range frames {
		if len(f) > bytes {
			part = append(slices.Clone(frames[:i]), f[:bytes])
			frames[i] = f[bytes:]
			return part, frames[i:]
		}
		bytes -= len(f)
	}
	return frames, nil
}

// settle counts what was written. After an error nothing more is.
func (o *outbox) settle(n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes -= n
	if err != nil {
		o.queue, o.shut = nil, true
		o.slow = errors.Is(err, os.ErrDeadlineExceeded)
		_ = o.Conn.Close() // the reader notices and ends the socket
	}
}

// isSlow reports whether the connection broke because the client did not read.
func (o *outbox) isSlow() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.slow
}

// Write is the library's way out. It writes whole control frames and nothing
// else.
func (o *outbox) Write(frame []byte) (int, error) {
	o.writing.Lock()
	defer o.writing.Unlock()
	if frames := o.takeBefore(isCloseFrame(frame)); len(frames) > 0 {
		o.send(frames)
	}
	_ = o.SetWriteDeadline(time.Now().Add(o.timeout))
	defer func() { _ = o.SetWriteDeadline(time.Time{}) }()
	return o.Conn.Write(frame)
}

// takeBefore empties the queue ahead of a control frame, and shuts it ahead of
// a close frame. Whoever is flushing finds nothing and ends.
func (o *outbox) takeBefore(closing bool) [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames := append(o.rest, o.queue...)
	o.queue, o.rest = nil, nil
	o.shut = o.shut || closing
	return frames
}

func isCloseFrame(frame []byte) bool {
	return len(frame) > 0 && frame[0]&0x0f == 0x8
}

// gather makes one piece of the first frames, as many as make up a chunk, so that
// one system call writes them. A single frame is not copied, nor is one that is
// large: it is worth a call of its own.
func gather(frames [][]byte, buffer *[]byte) []byte {
	if len(frames) == 1 || len(frames[0])+len(frames[1]) > chunk {
		return frames[0]
	}
	data := (*buffer)[:0]
	for _, f := range frames {
		if len(data)+len(f) > chunk {
			break
		}
		data = append(data, f...)
	}
	*buffer = data
	return data
}

var gatherers = sync.Pool{New: func() any { return new([]byte) }}

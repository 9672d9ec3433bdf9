package history

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Options are those of a Disk.
type Options struct {
	// Dir is a folder of the log's own, which OpenDisk makes. A file in it that
	// is not of the log is left alone.
	Dir       string
	Retention Retention
	// Dropped is told that no entry of a room refers to a file any more. It is
	// called by the log's goroutine, which others wait for. It is not told what
	// went before the log was opened: see Disk.Files.
	Dropped func(room, file string)
	Log     *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now

	segmentBytes int64                // for tests; 0: as Retention.Bytes has it
	sync         func(*os.File) error // for tests; nil: as the system does it
}

// A Disk is the log of all rooms of one server. Its methods may be called by any
// goroutine, and by deliver and done, but for Close.
type Disk struct {
	options Options // fixed
	queue   queue
	ended   chan struct{} // closed by the log's goroutine when it ends

	writing sync.Mutex  // held by the writer
	files   *files      // the writer's; nil in memory
	firsts  map[key]int // the writer's: of a batch, the first item with a key
	spare   []item      // the writer's: an empty array for the queue
	looks   time.Time   // when the log's goroutine looks by itself; guarded by writing

	background sync.WaitGroup // goroutines that rewrite segments, one at a time

	mu        sync.Mutex
	index     index     // guarded by mu
	rewriting bool      // there is such a goroutine; guarded by mu
	rewriteAt time.Time // not before, because it failed, or zero; guarded by mu
	// rewriteFailed is set after a failure that the log was told; guarded by mu.
	rewriteFailed bool
}

// OpenMemory opens a log that forgets everything when it is closed.
func OpenMemory(o Options) *Disk {
	o.Dir = ""
	d := newDisk(o)
	go d.run()
	return d
}

// OpenDisk opens the log in a folder. What was half written in a crash is cut
// off, and what is damaged is passed over; the log says so. It is an error if
// the folder cannot be used, or if a newer version of chat wrote it.
func OpenDisk(o Options) (*Disk, error) {
	if o.Dir == "" {
		return OpenMemory(o), nil
	}
	d := newDisk(o)
	d.files = newFiles(d.options)
	d.index.segments.most = d.files.segmentBytes
	if err := d.load(); err != nil {
		return nil, fmt.Errorf("opening the log of messages in %s: %w", o.Dir, err)
	}
	d.queue.signal() // There may be something to drop.
	go d.run()
	return d, nil
}

func newDisk(o Options) *Disk {
	if o.Dropped == nil {
		o.Dropped = func(string, string) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Disk{options: o, queue: newQueue(o.Dir != ""), firsts: make(map[key]int), looks: o.Now().Add(maxIdle), ended: make(chan struct{}), index: newIndex(o.Retention, o.Dir == "")}
}

// Close stores what waits and ends the log. Whoever appends afterwards is told
// ErrClosed. If ctx ends first, the rest is still stored, but nobody waits for
// it.
func (d *Disk) Close(ctx context.Context) error {
	d.queue.close()
	select {
	case <-d.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

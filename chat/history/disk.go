package history

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Options are those of a Disk.
type Options struct {
	// Dir is a folder of the log's own.
	Dir       string
	Retention Retention
	// Dropped is told that no entry of a room refers to a file any more. It is
	// called by the log's goroutine, which others wait for; it must not call the
	// log. It is not told what went before the log was opened: see Disk.Files.
	Dropped func(room, file string)
	Log     *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
}

// A Disk is the log of all rooms of one server. Its methods may be called by any
// goroutine, and by deliver and done, but for Close.
type Disk struct {
	options Options // fixed
	queue   queue
	ended   chan struct{} // closed by the writer when it ends

	mu    sync.Mutex
	index index // guarded by mu
}

// OpenMemory opens a log that forgets everything when it is closed.
func OpenMemory(o Options) *Disk {
	d := newDisk(o)
	go d.run()
	return d
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
	return &Disk{options: o, queue: newQueue(), ended: make(chan struct{}), index: newIndex(o.Retention)}
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

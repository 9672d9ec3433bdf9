package history

import (
	"sync"
	"time"
)

// A posting is an append on its way to Redis.
type posting struct {
	room    string
	key     string // of the sender's choice, or none
	wireKey string // the same, or one of ours
	file    string
	body    string
	blanks  []Blank
	pin     bool
	since   time.Time
	done    func(stored Entry, again bool, err error)
}

// An outbox holds what waits to be sent to Redis.
type outbox struct {
	wake chan struct{} // there may be something to take

	mu     sync.Mutex
	items  []posting // guarded by mu
	bytes  int       // of items; guarded by mu
	closed bool      // guarded by mu
}

// What is sent at once: so much that even a busy Redis answers within callTime.
// More in a batch would not be faster.
const (
	maxBatchEntries = 100
	maxBatchBytes   = 1 << 20
)

func newOutbox() outbox { return outbox{wake: make(chan struct{}, 1)} }

// add never waits.
func (o *outbox) add(p posting) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return ErrClosed
	case len(o.items) >= maxWaitingEntries, o.bytes+len(p.body) > maxWaitingBytes:
		return ErrUnavailable
	}
	o.items = append(o.items, p)
	o.bytes += len(p.body)
	o.signal()
	return nil
}

// take returns what is to be sent next. Ended says that nothing will come any
// more.
func (o *outbox) take() (batch []posting, ended bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, bytes := 0, 0
	for n < len(o.items) && n < maxBatchEntries && (n == 0 || bytes+len(o.items[n].body) <= maxBatchBytes) {
		bytes += len(o.items[n].body)
		n++
	}
	batch = append(batch, o.items[:n]...)
	clear(o.items[:n]) // The array behind the slice keeps nothing alive.
	o.items = o.items[n:]
	o.bytes -= bytes
	if len(o.items) == 0 {
		o.items = nil
	}
	if len(o.items) > 0 || o.closed {
		o.signal()
	}
	return batch, o.closed && len(batch) == 0
}

func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.signal()
}

func (o *outbox) isClosed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// signal never waits: one signal tells all.
func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

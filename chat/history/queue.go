package history

import (
	"sync"
	"time"
)

// What may wait to be written, and how large one entry may be.
const (
	maxWaitingBytes   = 16 << 20
	maxWaitingEntries = 10_000
	maxEntryBytes     = 8 << 20
	maxNameBytes      = 1<<16 - 1 // of a room, a key and a file
)

// Append stores an entry at the end of a room's log and returns at once. Nobody
// may change e.Data from then on: the log keeps it, and gives it to others.
//
//  1. done is called exactly once, by a goroutine of the log, or in memory by
//     whoever appends: by Append itself, if nobody else is about to. So the caller
//     holds no lock that done, deliver or Options.Dropped take. None of them may
//     block: other rooms wait for it.
//  2. Without an error, stored is safe. If again, it was there before: it is the
//     first entry with this Key, and was delivered then. When the log has dropped
//     it meanwhile, stored has no more than its ID and its Key.
//  3. In one room, calls of done and of deliver come in the order of the log, and
//     an entry is delivered before its own done. Errors have no place in it.
//  4. When too much waits, the error is ErrUnavailable. It is as well when the
//     entry is stored, but what it blanks or pins could not be: that is done when
//     the same entry is tried again.
func (d *Disk) Append(room string, e Entry, done func(stored Entry, again bool, err error)) {
	if max(len(room), len(e.Key), len(e.File)) > maxNameBytes || len(e.Data) > maxEntryBytes {
		go done(e, false, ErrTooLarge)
		return
	}
	one := item{room: room, done: done, blanks: e.Blanks, pin: e.Pin}
	e.Blanks, e.Pin = nil, false
	one.entry = e
	if err := d.queue.add(one); err != nil {
		go done(e, false, err)
		return
	}
	if d.files == nil {
		d.writeHere()
	}
}

// An item is an append on its way.
type item struct {
	room  string
	entry Entry
	done  func(Entry, bool, error)

	blanks []Blank // of the entry
	pin    bool

	// The writer's.
	key      key
	target   *room
	place    place     // of the new entry
	prev     place     // of the one before it in the room
	at, size uint32    // of its record
	first    int       // the item of the same batch that has the same key, or -1
	again    bool      // it was there before
	err      error     // it is not stored
	follower *follower // at the time it was stored
}

func (i *item) bytes() int {
	return len(i.room) + len(i.entry.Key) + len(i.entry.File) + len(i.entry.Data)
}

// A queue holds what waits to be written.
type queue struct {
	wake  chan struct{} // there may be something to take
	wakes bool          // add wakes the log's goroutine; fixed

	mu     sync.Mutex
	items  []item // guarded by mu
	bytes  int    // of items; guarded by mu
	want   int    // at how many items await ends; guarded by mu
	closed bool   // guarded by mu
}

func newQueue(wakes bool) queue { return queue{wake: make(chan struct{}, 1), wakes: wakes} }

// add never waits.
func (q *queue) add(i item) error {
	size := i.bytes()
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return ErrClosed
	case len(q.items) >= maxWaitingEntries, q.bytes+size > maxWaitingBytes:
		return ErrUnavailable
	}
	q.items = append(q.items, i)
	q.bytes += size
	if q.wakes && (len(q.items) == 1 || len(q.items) == q.want) {
		q.signal()
	}
	return nil
}

// await returns when so many wait, or after a time.
func (q *queue) await(n int, longest *time.Timer) {
	if !q.expect(n) {
		return
	}
	select {
	case <-q.wake:
	case <-longest.C:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.want = 0
}

// expect has the queue signal when so many wait, unless they do already.
func (q *queue) expect(n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.want = n
	return len(q.items) < n && !q.closed
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// take returns all that waits, and gives the queue an empty slice to fill.
func (q *queue) take(empty []item) (items []item, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	items, q.items, q.bytes = q.items, empty, 0
	return items, q.closed
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}

// signal never waits: one signal tells all.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

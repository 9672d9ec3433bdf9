package engineio

// A Batch is sockets that have something to write. Sending to a room in two
// steps, first queueing under the room's lock, then writing without it, gives
// everybody one order without making anybody wait for a system call. The zero
// Batch is ready; it is for one goroutine at a time, and must be flushed.
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

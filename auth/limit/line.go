package limit

import "context"

// strangersAtOnce is how many tries of strangers ask Redis at the same time. A
// flood that begins while the first code of everybody is still looked at would
// else be before Redis all at once, and whoever comes after it waits for longer
// than a command may take.
const strangersAtOnce = 4

// A line lets as many in at once as it has room for, and the others in the order
// in which they came.
type line chan struct{}

// enter waits for a place, until ctx ends.
func (l line) enter(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave gives the place to the next.
func (l line) leave() { <-l }

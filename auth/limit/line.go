package limit

import (
	"context"
	"slices"
	"sync"
)

// strangersAtOnce is how many tries of strangers ask Redis at the same time. A
// flood that begins while the first code of everybody is still looked at would
// else be before Redis all at once, and whoever comes after it waits for longer
// than a command may take.
const strangersAtOnce = 4

// A line lets as many in at once as it has room for. The others wait: those of one
// network in the order in which they came, and the networks take turns. So whoever
// fills the line from one network makes that one wait, and nobody else.
type line struct {
	mu      sync.Mutex // guards all below
	room    int        // places that are free; none while somebody waits
	waiting map[string][]chan struct{}
	turns   []string // networks of those who wait, the next one first
}

func newLine(room int) *line {
	return &line{room: room, waiting: make(map[string][]chan struct{})}
}

// enter waits for a place, until ctx ends.
func (l *line) enter(ctx context.Context, network string) error {
	turn := l.join(network)
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.quit(network, turn)
		return ctx.Err()
	}
}

// join returns what is closed when there is a place.
func (l *line) join(network string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	turn := make(chan struct{})
	if l.room > 0 {
		l.room--
		close(turn)
		return turn
	}
	if l.waiting[network] == nil {
		l.turns = append(l.turns, network)
	}
	l.waiting[network] = append(l.waiting[network], turn)
	return turn
}

// leave gives the place to the next.
func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.turns) == 0 {
		l.room++
		return
	}
	network := l.turns[0]
	l.turns = l.turns[1:]
	close(l.waiting[network][0])
	if l.drop(network, 0); l.waiting[network] != nil {
		l.turns = append(l.turns, network)
	}
}

// quit takes one who waits no longer out of the line. The place that came too late
// goes to the next.
func (l *line) quit(network string, turn chan struct{}) {
	l.mu.Lock()
	i := slices.Index(l.waiting[network], turn)
	if i < 0 {
		l.mu.Unlock()
		l.leave()
		return
	}
	defer l.mu.Unlock()
	if l.drop(network, i); l.waiting[network] == nil {
		l.turns = slices.DeleteFunc(l.turns, func(one string) bool { return one == network })
	}
}

// drop takes one of a network off the list, and the list away when it is empty.
// The caller holds mu.
func (l *line) drop(network string, i int) {
	rest := slices.Delete(l.waiting[network], i, i+1)
	if len(rest) == 0 {
		delete(l.waiting, network)
		return
	}
	l.waiting[network] = rest
}

package bus

import (
	"context"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"
)

// A Listener hears what is published on any number of channels. It has one
// connection to each node that has one of them.
//
// Its callbacks come from the goroutines that read: one at a time for a channel,
// and they must not block.
type Listener struct {
	bus   *Bus
	log   *slog.Logger
	heard func(channel, payload string)
	back  func(channel string)

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	lines  sync.WaitGroup

	mu     sync.Mutex
	subs   map[string]*subscription // by channel; guarded by mu
	byNode map[string]*line         // by address; guarded by mu
	closed bool                     // guarded by mu
}

// A subscription is one to one channel. Its fields are guarded by Listener.mu.
type subscription struct {
	line  *line
	ready chan struct{} // closed when it is confirmed for the first time
	once  bool          // it has been
}

// Listen returns a Listener without channels. It calls heard for each message,
// and back when a channel is heard again after a break, in which messages may
// have been missed.
func (b *Bus) Listen(log *slog.Logger, heard func(channel, payload string), back func(channel string)) *Listener {
	l := &Listener{bus: b, log: log, heard: heard, back: back,
		subs: make(map[string]*subscription), byNode: make(map[string]*line)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// Add listens to a channel, too. It returns when Redis has confirmed that, or
// with an error, and then the channel is not listened to.
func (l *Listener) Add(ctx context.Context, channel string) error {
	node, err := l.bus.node(ctx, channel)
	if err != nil {
		return err
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return context.Canceled
	}
	s := &subscription{ready: make(chan struct{})}
	l.subs[channel] = s
	l.assign(channel, s, node)
	l.mu.Unlock()

	select {
	case <-s.ready:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-l.ctx.Done():
		err = l.ctx.Err()
	}
	l.Remove(channel)
	return err
}

// Remove ends the listening to a channel. A call of heard that is under way is
// the last.
func (l *Listener) Remove(channel string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.subs[channel]
	if s == nil {
		return
	}
	delete(l.subs, channel)
	s.line.order(channel, false)
}

// Reset makes all connections anew, for when another server has taken the place
// of this one.
func (l *Listener) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.byNode {
		one.hangUp()
	}
}

// Close ends all connections and waits for the goroutines.
func (l *Listener) Close() {
	l.mu.Lock()
	l.closed = true
	l.cancel()
	for _, one := range l.byNode {
		one.hangUp()
	}
	l.mu.Unlock()
	l.lines.Wait()
}

// node is the client of the node that has a channel.
func (b *Bus) node(ctx context.Context, channel string) (*redis.Client, error) {
	if b.cluster != nil {
		return b.cluster.MasterForKey(ctx, channel)
	}
	return b.Client.(*redis.Client), nil // New has looked.
}

// assign gives a channel to the line of its node. The caller holds l.mu.
func (l *Listener) assign(channel string, s *subscription, node *redis.Client) {
	addr := node.Options().Addr
	one := l.byNode[addr]
	if one == nil {
		one = newLine(l, node)
		l.byNode[addr] = one
		l.lines.Go(one.run)
	}
	s.line = one
	one.order(channel, true)
}

// wanted lists the channels of a line. The caller holds l.mu.
func (l *Listener) wanted(of *line) []string {
	var list []string
	for channel, s := range l.subs {
		if s.line == of {
			list = append(list, channel)
		}
	}
	return list
}

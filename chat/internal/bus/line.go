package bus

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Times of a line. A Redis that is back after a break is heard again within
// silence, longestPause and a moment.
const (
	pingEvery    = 1500 * time.Millisecond
	silence      = 3 * time.Second // without even an answer to a ping: it is dead
	writeTime    = 500 * time.Millisecond
	firstPause   = 50 * time.Millisecond // before another connection is tried
	longestPause = time.Second
	subscribeMax = 200 // channels in one command
)

// A line is a connection to one node, made again when it breaks. It has two
// goroutines: one reads, and one writes what was ordered.
type line struct {
	of   *Listener
	node *redis.Client
	poke chan struct{} // there are orders

	// Guarded by Listener.mu:
	conn   *redis.PubSub
	orders []order
	open   map[string]int // subscriptions that were sent and not yet confirmed
}

// An order is to subscribe to a channel, or to end that.
type order struct {
	channel   string
	subscribe bool
}

func newLine(l *Listener, node *redis.Client) *line {
	return &line{of: l, node: node, poke: make(chan struct{}, 1)}
}

// order adds an order. The caller holds Listener.mu.
func (n *line) order(channel string, subscribe bool) {
	n.orders = append(n.orders, order{channel, subscribe})
	select {
	case n.poke <- struct{}{}:
	default:
	}
}

// hangUp ends the connection there is. The caller holds Listener.mu.
func (n *line) hangUp() {
	if n.conn != nil {
		_ = n.conn.Close() // What reads and writes there is told so.
	}
}

// run keeps the line connected until no channel needs it.
func (n *line) run() {
	pause, broken := firstPause, false
	for {
		err := n.serve(func() {
			if broken {
				n.of.log.Info("redis is back; catching up on what was said")
			}
			pause, broken = firstPause, false
		})
		if n.of.ctx.Err() != nil {
			return
		}
		if !broken {
			broken = true
			n.of.log.Warn("lost the connection to redis; other servers are not heard until it is back", "error", err)
		}
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-n.of.ctx.Done():
			return
		}
		pause = min(2*pause, longestPause)
		if n.reroute() {
			return
		}
	}
}

// serve makes one connection and reads from it until it breaks.
func (n *line) serve(connected func()) error {
	ctx, cancel := context.WithCancel(n.of.ctx)
	defer cancel()
	conn := n.node.Subscribe(ctx)
	defer conn.Close()
	if err := n.connect(ctx, conn); err != nil {
		return err
	}
	connected()
	written := make(chan struct{})
	go func() {
		defer close(written)
		n.write(ctx, conn)
		_ = conn.Close() // The reader, which may wait, ends as well.
	}()
	defer func() { <-written }()
	defer cancel()
	for {
		message, err := conn.ReceiveTimeout(ctx, silence)
		if err != nil {
			return err
		}
		if err := n.receive(message); err != nil {
			return err
		}
	}
}

// connect dials, and orders all channels anew.
func (n *line) connect(ctx context.Context, conn *redis.PubSub) error {
	first, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	if err := conn.Ping(first); err != nil { // It makes the connection.
		return err
	}
	n.of.mu.Lock()
	defer n.of.mu.Unlock()
	n.conn = conn
	n.open = make(map[string]int)
	n.orders = nil
	for _, channel := range n.of.wanted(n) {
		n.order(channel, true)
	}
	return ctx.Err()
}

// receive deals with what Redis sent.
func (n *line) receive(message any) error {
	switch m := message.(type) {
	case *redis.Message:
		n.of.heard(m.Channel, m.Payload)
	case *redis.Subscription:
		if strings.HasSuffix(m.Kind, "unsubscribe") {
			return n.ended(m.Channel)
		}
		n.confirmed(m.Channel)
	}
	return nil
}

// confirmed is called when the node has confirmed a subscription.
func (n *line) confirmed(channel string) {
	l := n.of
	l.mu.Lock()
	n.open[channel]--
	s := l.subs[channel]
	if n.open[channel] > 0 || s == nil || s.line != n {
		l.mu.Unlock()
		return // There is a later one under way, or none is wanted.
	}
	delete(n.open, channel)
	again := s.once
	if !again {
		s.once = true
		close(s.ready)
	}
	l.mu.Unlock()
	if again {
		l.back(channel)
	}
}

// ended is called when a subscription has ended. If nobody asked for that, the
// channel has gone to another node of the cluster.
func (n *line) ended(channel string) error {
	n.of.mu.Lock()
	defer n.of.mu.Unlock()
	s := n.of.subs[channel]
	if s == nil || s.line != n || n.open[channel] > 0 {
		return nil
	}
	for _, o := range n.orders {
		if o.channel == channel {
			return nil // It was asked for, and the channel is wanted again since.
		}
	}
	return errMoved
}

// reroute gives the channels of a broken line to the nodes that have them now.
// It reports whether none needs this line any more, which is gone then.
func (n *line) reroute() bool {
	l := n.of
	l.mu.Lock()
	channels := l.wanted(n)
	l.mu.Unlock()
	nodes := make(map[string]*redis.Client)
	if l.bus.cluster != nil {
		ctx, cancel := context.WithTimeout(l.ctx, writeTime)
		defer cancel()
		l.bus.cluster.ReloadState(ctx)
		for _, channel := range channels {
			if node, err := l.bus.node(ctx, channel); err == nil {
				nodes[channel] = node
			}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for channel, node := range nodes {
		switch s := l.subs[channel]; {
		case node.Options().Addr == n.node.Options().Addr:
			n.node = node // The client may have made it anew.
		case s != nil && s.line == n:
			l.assign(channel, s, node)
		}
	}
	if len(l.wanted(n)) > 0 {
		return false
	}
	delete(l.byNode, n.node.Options().Addr)
	return true
}

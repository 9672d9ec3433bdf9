package telegram

import (
	"context"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Messages of the records that tell of alerts that do not get through, and that
// they do again. Of these there is no alert.
const (
	Silent = "alerts do not reach Telegram"
	Again  = "alerts reach Telegram again"
)

const (
	perKind  = time.Minute // between two messages of a kind
	maxQueue = 100         // messages that wait
	farewell = time.Second // that Close waits for the last ones
)

// Options say where alerts go. Token and Chat are required.
type Options struct {
	Token, Chat string
	Least       slog.Level
	// Name of the server, which begins each message.
	Name string
	// APIBase is where the bot API is; empty is Telegram's own.
	APIBase string
	// Proxy leads there; nil is that of the environment, if any.
	Proxy *url.URL
	// Failing is called when messages begin not to get through, with the reason,
	// and with nil when they do again. It may be nil.
	Failing func(error)

	dial func(ctx context.Context, network, address string) (net.Conn, error) // of tests; nil is the network
}

// Alerts sends records to a chat until it is closed.
type Alerts struct {
	least   slog.Level
	name    string
	courier *courier
	failing func(error)

	wake chan struct{} // holds a value when there is something new to send
	stop chan struct{} // closed by Close
	done chan struct{} // closed when the sender has ended
	once sync.Once     // closes stop

	mu    sync.Mutex
	queue []*digest            // guarded by mu; the longest waiting first
	next  map[string]time.Time // when a kind may be sent again; guarded by mu
	lost  int                  // records that found the queue full; guarded by mu
}

// New begins to send. It does not look whether Telegram is there.
func New(o Options) (*Alerts, error) {
	c, err := newCourier(o)
	if err != nil {
		return nil, err
	}
	if o.Failing == nil {
		o.Failing = func(error) {}
	}
	a := &Alerts{
		least: o.Least, name: o.Name, courier: c, failing: o.Failing,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
		next: make(map[string]time.Time),
	}
	go a.send()
	return a, nil
}

// Handler is what takes the records.
func (a *Alerts) Handler() slog.Handler { return handler{a, nil} }

// Close sends what waits, if that takes no more than a second, and ends. What is
// not sent now never is, so this does not wait for the minute of a kind.
func (a *Alerts) Close() {
	a.once.Do(func() { close(a.stop) })
	enough := time.NewTimer(farewell)
	defer enough.Stop()
	select {
	case <-a.done:
	case <-enough.C:
		a.courier.cancel()
		<-a.done
	}
}

// add counts a record with those of its kind that wait.
func (a *Alerts) add(e event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.queue, func(d *digest) bool { return d.kind == e.kind })
	switch {
	case i >= 0:
		a.queue[i].add(e)
		return
	case len(a.queue) >= maxQueue:
		a.lost++
		return
	}
	a.queue = append(a.queue, newDigest(e))
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// take returns the next message that is due, or any if all are, or how long it
// takes until one is; below 0 is until something new comes.
func (a *Alerts) take(now time.Time, all bool) (d *digest, lost int, wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	wait = -1
	for i, d := range a.queue {
		left := a.next[d.kind].Sub(now)
		if left <= 0 || all {
			a.queue = slices.Delete(a.queue, i, i+1)
			lost, a.lost = a.lost, 0
			return d, lost, 0
		}
		if wait < 0 || left < wait {
			wait = left
		}
	}
	return nil, 0, wait
}

// sent notes when the kind of a message may be sent again.
func (a *Alerts) sent(d *digest, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for kind, at := range a.next {
		if !at.After(now) {
			delete(a.next, kind)
		}
	}
	a.next[d.kind] = now.Add(perKind)
}

// putBack lets a message that did not get through wait on, first of all, with
// what came of its kind meanwhile.
func (a *Alerts) putBack(d *digest, lost int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lost += lost
	if i := slices.IndexFunc(a.queue, func(o *digest) bool { return o.kind == d.kind }); i >= 0 {
		d.merge(a.queue[i])
		a.queue = slices.Delete(a.queue, i, i+1)
	}
	a.queue = slices.Insert(a.queue, 0, d)
}

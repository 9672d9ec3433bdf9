package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A result is one measurement.
type result struct {
	deliveries int64
	lost       int64
	cpu        time.Duration // of the server
	elapsed    time.Duration
	latencies  latencies
	control    latencies // of the tool itself
}

// perDelivery is the server's CPU time for one delivery.
func (r result) perDelivery() time.Duration {
	return r.cpu / time.Duration(max(1, r.deliveries))
}

// latencies are sorted.
type latencies []time.Duration

func (l latencies) at(quantile float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	return l[int(quantile*float64(len(l)-1))].Round(10 * time.Microsecond)
}

// measure fills a room of a server and lets it talk for a while.
func measure(ctx context.Context, o options, server string, members int) (result, error) {
	s, err := start(ctx, o, server)
	if err != nil {
		return result{}, err
	}
	defer s.stop()
	room, err := fill(s.addr, members)
	if err != nil {
		return result{}, err
	}
	defer room.close()
	return room.talk(ctx, o, s)
}

// A crowd is the members of one room and what they count.
type crowd struct {
	clients   []*client
	delivered atomic.Int64
	running   sync.WaitGroup

	mu        sync.Mutex
	latencies latencies // guarded by mu
}

func fill(addr string, members int) (*crowd, error) {
	c := &crowd{}
	for i := range members {
		one, err := connect(addr, i)
		if err != nil {
			c.close()
			return nil, err
		}
		c.clients = append(c.clients, one)
	}
	for i, one := range c.clients {
		if err := one.join("load"); err != nil {
			c.close()
			return nil, fmt.Errorf("joining as member %d: %w", i, err)
		}
	}
	return c, nil
}

func (c *crowd) close() {
	for _, one := range c.clients {
		_ = one.conn.Close()
	}
	c.running.Wait()
}

// talk lets the first members speak. Each speaks again when the member next to
// it has heard it, so that the room is as fast as the server, or at the pace of
// the rate.
func (c *crowd) talk(ctx context.Context, o options, s *server) (result, error) {
	senders := min(o.senders, len(c.clients))
	heard := make([]chan struct{}, senders)
	for i := range heard {
		heard[i] = make(chan struct{}, 1)
	}
	for i, one := range c.clients {
		c.running.Go(func() { c.listen(one, i, heard) })
	}
	ctx, cancel := context.WithTimeout(ctx, o.duration)
	defer cancel()
	control, err := startControl()
	if err != nil {
		return result{}, err
	}
	before, err := s.cpu()
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	var sent atomic.Int64
	var talking sync.WaitGroup
	for i := range senders {
		talking.Go(func() { sent.Add(c.speak(ctx, i, o, heard[i], senders)) })
	}
	talking.Wait()
	own := control.stop()
	want := sent.Load() * int64(len(c.clients)-1)
	c.settle(want)
	elapsed := time.Since(began)
	after, err := s.cpu()
	if err != nil {
		return result{}, err
	}
	got := c.delivered.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.Sort(c.latencies)
	return result{deliveries: got, lost: want - got, cpu: after - before, elapsed: elapsed, latencies: c.latencies, control: own}, nil
}

// settle waits until all was delivered that was sent, or nothing more comes.
func (c *crowd) settle(want int64) {
	for last := int64(-1); c.delivered.Load() < want && c.delivered.Load() != last; {
		last = c.delivered.Load()
		time.Sleep(500 * time.Millisecond)
	}
}

// speak sends messages until ctx ends and returns how many.
func (c *crowd) speak(ctx context.Context, i int, o options, heard <-chan struct{}, senders int) (sent int64) {
	pace := newPace(o.rate, i, senders)
	for pace.wait(ctx) {
		if err := c.clients[i].say("load", i, o.bytes); err != nil {
			return sent
		}
		sent++
		if pace != nil {
			continue
		}
		select {
		case <-heard:
		case <-ctx.Done():
		}
	}
	return sent
}

// listen counts what one member hears, and tells the one before it that it was
// heard.
func (c *crowd) listen(one *client, i int, heard []chan struct{}) {
	for {
		from, at, err := one.hear()
		if err != nil {
			return
		}
		c.delivered.Add(1)
		if (from+1)%len(c.clients) != i {
			continue
		}
		c.mu.Lock()
		c.latencies = append(c.latencies, time.Since(at))
		c.mu.Unlock()
		select {
		case heard[from] <- struct{}{}:
		default: // paced senders do not wait
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// measureStorm connects clients in rooms of so many members, breaks all
// connections at once, and measures how long it takes until everybody is in
// their room again. Everybody comes back at once, as after a restart.
func measureStorm(ctx context.Context, o options, server string, members int) (result, error) {
	s, err := start(ctx, o, server)
	if err != nil {
		return result{}, err
	}
	defer s.stop()
	clients, err := storm(s.addr, o.storm, members)
	if err != nil {
		return result{}, err
	}
	time.Sleep(time.Second) // until the server has told everybody who came
	before, err := s.cpu()
	if err != nil {
		return result{}, err
	}
	for _, c := range clients {
		_ = c.conn.Close()
	}
	began := time.Now()
	clients, err = storm(s.addr, o.storm, members)
	elapsed := time.Since(began)
	if err != nil {
		return result{}, err
	}
	after, err := s.cpu()
	for _, c := range clients {
		_ = c.conn.Close()
	}
	return result{deliveries: int64(o.storm), cpu: after - before, elapsed: elapsed}, err
}

// storm connects clients all at once, each to its room, and leaves them
// listening.
func storm(addr string, n, members int) ([]*client, error) {
	clients, errs := make([]*client, n), make([]error, n)
	var coming sync.WaitGroup
	for i := range clients {
		coming.Go(func() { clients[i], errs[i] = enter(addr, i, fmt.Sprint("storm", i/members)) })
	}
	coming.Wait()
	return clients, errors.Join(errs...)
}

func enter(addr string, visitor int, room string) (*client, error) {
	c, err := connect(addr, visitor)
	if err != nil {
		return nil, err
	}
	if err := c.join(room); err != nil {
		return nil, errors.Join(fmt.Errorf("joining as visitor %d: %w", visitor, err), c.conn.Close())
	}
	go c.listen()
	return c, nil
}

// listen reads and answers heartbeats until the connection ends.
func (c *client) listen() {
	for {
		if _, err := c.read(); err != nil {
			return
		}
	}
}

// reportStorm prints a line a server: the median over the rounds.
func reportStorm(o options, members int, results map[string][]result) {
	for _, server := range o.servers {
		all := results[server]
		slices.SortFunc(all, func(a, b result) int { return int(a.elapsed - b.elapsed) })
		r := all[len(all)/2]
		fmt.Printf("%-6s %5d connections in rooms of %d back in %-8v  %v CPU of the server each\n",
			server, o.storm, members, r.elapsed.Round(time.Millisecond), r.perDelivery().Round(time.Microsecond))
	}
}

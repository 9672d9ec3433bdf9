package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// report prints a line a server: the median over the rounds.
func report(o options, members int, results map[string][]result) {
	for _, server := range o.servers {
		all := results[server]
		slices.SortFunc(all, func(a, b result) int { return cmp.Compare(a.perDelivery(), b.perDelivery()) })
		r := all[len(all)/2]
		fmt.Printf("%-6s %5d members  %7.2f us CPU a delivery  %8.0f deliveries/s  p50 %-8v p99 %-8v (the tool itself %v, %v)  lost %d\n",
			server, members, float64(r.perDelivery().Nanoseconds())/1000, float64(r.deliveries)/r.elapsed.Seconds(),
			r.latencies.at(0.5), r.latencies.at(0.99), r.control.at(0.5), r.control.at(0.99), r.lost)
	}
}

// measureIdle opens connections that say nothing and prints the memory of each.
func measureIdle(ctx context.Context, o options) error {
	for _, which := range o.servers {
		s, err := start(ctx, o, which)
		if err != nil {
			return err
		}
		before, err := s.rss()
		if err != nil {
			s.stop()
			return err
		}
		began := time.Now()
		clients := make([]*client, 0, o.idle)
		for i := range o.idle {
			c, err := connect(s.addr, i)
			if err != nil {
				s.stop()
				return err
			}
			clients = append(clients, c)
		}
		took := time.Since(began)
		for _, c := range clients {
			go c.listen() // for heartbeats
		}
		time.Sleep(o.after) // until the server's garbage is collected
		after, err := s.rss()
		fmt.Printf("%-6s %d idle connections  %.1f KB each  set up in %v each\n",
			which, o.idle, float64(after-before)/1024/float64(o.idle), took/time.Duration(o.idle))
		s.stop() // before the clients, for the profile of the heap
		for _, c := range clients {
			_ = c.conn.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

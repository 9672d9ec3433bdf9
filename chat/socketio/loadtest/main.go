// Command loadtest answers: what does a delivery cost the server?
//
// It fills a room of a Socket.IO server with websocket clients, lets some of
// them talk, and measures the server's CPU time per delivery, the latency, the
// memory of idle connections, what got lost, and how long it takes until
// everybody is back whose connection broke. Beside the latency stands that of a
// pair of connections inside the tool: what both have in common is the tool's
// and the machine's.
//
// The servers it can start itself are ours, the real one with what is said kept
// in memory; stored, the same with it on the disk, synced; and plain, which has
// one room, keeps nothing, and does one Write of coder/websocket a member, and is
// what ours is measured against. Any other is named by address and process id.
// The tool is never part of the chat binary.
//
//	go run ./chat/socketio/loadtest -servers ours,plain -rooms 10,100,1000 -rounds 5
//	go run ./chat/socketio/loadtest -rooms 100 -rate 200
//	go run ./chat/socketio/loadtest -rooms 50 -bytes 200000
//	go run ./chat/socketio/loadtest -rooms 10,1000 -storm 1000
//	go run ./chat/socketio/loadtest -idle 10000 -after 3m
//	go run ./chat/socketio/loadtest -addr 127.0.0.1:3000 -pid 4711
//
// It needs Linux, whose /proc tells what another process uses.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// options are what the flags say.
type options struct {
	serve    string // be this server instead of measuring
	servers  []string
	addr     string
	pid      int
	rooms    []int
	rounds   int
	duration time.Duration
	rate     int // messages a second, or 0 for full speed
	bytes    int
	senders  int
	idle     int
	after    time.Duration
	storm    int
	profile  string
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("loadtest", flag.ExitOnError)
	servers := flags.String("servers", "ours,plain", "the servers to start, measured in turn: ours, stored, plain")
	rooms := flags.String("rooms", "10,100,1000", "members of the room")
	flags.StringVar(&o.serve, "serve", "", "be a server: ours, stored or plain (what the tool starts itself with)")
	flags.StringVar(&o.addr, "addr", "", "measure a server that runs already at this loopback address")
	flags.IntVar(&o.pid, "pid", 0, "its process id")
	flags.IntVar(&o.rounds, "rounds", 3, "measurements of each, interleaved; the median counts")
	flags.DurationVar(&o.duration, "duration", 3*time.Second, "how long each takes")
	flags.IntVar(&o.rate, "rate", 0, "messages a second over all senders; 0 is full speed")
	flags.IntVar(&o.bytes, "bytes", 100, "length of a message")
	flags.IntVar(&o.senders, "senders", 8, "members that talk")
	flags.IntVar(&o.idle, "idle", 0, "measure the memory of this many idle connections instead")
	flags.DurationVar(&o.after, "after", 3*time.Second, "how long they are idle by then")
	flags.IntVar(&o.storm, "storm", 0, "measure the return of this many connections, in rooms of the size of -rooms, instead")
	flags.StringVar(&o.profile, "profile", "", "a folder for cpu.pprof and heap.pprof of the server that was started last")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.servers = strings.Split(*servers, ",")
	if o.addr != "" {
		o.servers = []string{o.addr}
	}
	for _, n := range strings.Split(*rooms, ",") {
		members, err := strconv.Atoi(n)
		if err != nil || members < 2 {
			return o, fmt.Errorf("-rooms %q: a room has two members or more", n)
		}
		o.rooms = append(o.rooms, members)
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	switch {
	case err != nil:
		return err
	case o.serve != "":
		return serve(ctx, o.serve, o.profile)
	case o.idle > 0:
		return measureIdle(ctx, o)
	}
	measured, print := measure, report
	if o.storm > 0 {
		measured, print = measureStorm, reportStorm
	}
	for _, members := range o.rooms {
		results := make(map[string][]result)
		for range o.rounds {
			for _, server := range o.servers {
				r, err := measured(ctx, o, server, members)
				if err != nil {
					return fmt.Errorf("measuring %s with %d members: %w", server, members, err)
				}
				results[server] = append(results[server], r)
			}
		}
		print(o, members, results)
	}
	return nil
}

package chat

import (
	"sync/atomic"
	"time"

	"chat/chat/engineio"
)

// Counts is what a server has at the moment, and what it has done since it was
// made.
type Counts struct {
	Sockets    engineio.Counts
	Rooms      int    // with somebody in them
	People     int    // with a socket
	Said       uint64 // messages, and changes to them, that this server's clients had kept
	Deliveries uint64 // of what was said, here or at another server, to a client
	Acks       Latency
}

// Latency is how long something took, each time.
type Latency struct {
	Sum    time.Duration
	Within [len(Bounds)]uint64 // how often it took no longer than that bound and longer than the one before
	Over   uint64              // how often it took longer than all
}

// Bounds are those of Latency.
var Bounds = [...]time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second,
}

// tally is what counts while a server runs. Nothing of it waits.
type tally struct {
	said, deliveries atomic.Uint64

	acks struct {
		sum    atomic.Int64
		within [len(Bounds) + 1]atomic.Uint64
	}
}

// kept counts something that the log has taken, and the time to its
// acknowledgement.
func (t *tally) kept(took time.Duration) {
	t.said.Add(1)
	i := 0
	for i < len(Bounds) && took > Bounds[i] {
		i++
	}
	t.acks.within[i].Add(1)
	t.acks.sum.Add(int64(took))
}

// Counts looks at every room and socket, so it is for whoever asks now and then.
func (s *Server) Counts() Counts {
	c := Counts{
		Sockets:    s.sockets.Counts(),
		Said:       s.tally.said.Load(),
		Deliveries: s.tally.deliveries.Load(),
	}
	for i := range Bounds {
		c.Acks.Within[i] = s.tally.acks.within[i].Load()
	}
	c.Acks.Over = s.tally.acks.within[len(Bounds)].Load()
	c.Acks.Sum = time.Duration(s.tally.acks.sum.Load())
	s.mu.Lock()
	defer s.mu.Unlock()
	c.People = len(s.people)
	for _, r := range s.rooms {
		if r.inhabited() {
			c.Rooms++
		}
	}
	return c
}

// inhabited reports whether there is a member.
func (r *Room) inhabited() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members) > 0
}

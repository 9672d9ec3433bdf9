package engineio

import "sync/atomic"

// Counts is what a server has at the moment, and what it has had since it was
// made.
type Counts struct {
	Polling, Websocket int               // open sockets
	Ended              map[Reason]uint64 // sockets; every reason is in it
	Overflows          uint64            // sockets whose queue grew over MaxQueue
}

// tally is what counts while a server runs.
type tally struct {
	ended     [len(reasons)]atomic.Uint64
	overflows atomic.Uint64
}

// Counts looks at every socket, so it is for whoever asks now and then.
func (s *Server) Counts() Counts {
	c := Counts{Ended: make(map[Reason]uint64), Overflows: s.tally.overflows.Load()}
	for i := range s.tally.ended {
		if why := Reason(i); reasons[why].word != "" {
			c.Ended[why] = s.tally.ended[i].Load()
		}
	}
	for _, socket := range s.all() {
		if socket.Transport() == "polling" {
			c.Polling++
		} else {
			c.Websocket++
		}
	}
	return c
}

// overflow ends a socket whose queue is full.
func (s *Socket) overflow() {
	s.server.tally.overflows.Add(1)
	go s.end(Slow)
}

package main

import (
	"crypto/rand"
	"slices"
	"strconv"
	"sync"
	"time"

	"chat/chat/engineio"
	"chat/chat/socketio"
)

// A hall is a namespace with its rooms, and what it remembers for clients that
// come back. Packets go out under its lock, so that their offsets have the
// order that every client sees.
type hall struct {
	recovery bool // clients may come back to what they missed

	mu      sync.Mutex
	clients map[*client]bool   // guarded by mu
	tickets map[string]*ticket // by private id; guarded by mu
	last    int                // offset of the newest packet; guarded by mu
	log     []sent             // the packets before it, at most maxLog, in order; guarded by mu
}

// A ticket is for coming back: by private id, who had been where.
type ticket struct {
	owner string
	id    string
	rooms map[string]bool
	here  *client // nil when it is away
	until time.Time
}

// A sent packet is for whoever is in the room, but for one, or for one client.
type sent struct {
	packet socketio.Packet
	room   string // "" for a packet to one client
	id     string // of that client, or of the one that the room's is not for
}

const (
	maxLog  = 10_000
	maxAway = 2 * time.Minute // that of the reference
)

func newHall(recovery bool) *hall {
	return &hall{recovery: recovery, clients: make(map[*client]bool), tickets: make(map[string]*ticket)}
}

// enter lets a client in, or in again: one that knows the private id and an
// offset of the same owner goes on where it was.
func (h *hall) enter(c *client, pid, offset string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer func() { h.clients[c] = true }()
	c.rooms = make(map[string]bool)
	if !h.recovery || !c.takesOffsets {
		return
	}
	h.expire()
	t := h.tickets[pid]
	missed, known := h.missed(t, offset)
	if t == nil || t.owner != c.Owner() || !known {
		pid = rand.Text()
		c.Recoverable(pid)
		h.tickets[pid] = &ticket{owner: c.Owner(), id: c.ID(), rooms: c.rooms, here: c}
		c.pid = pid
		return
	}
	if t.here != nil { // its connection is dead, and nobody knew
		delete(h.clients, t.here)
		t.here.Drop(engineio.Replaced)
	}
	t.here, c.rooms, c.pid = c, t.rooms, pid
	c.Resume(t.id, pid, missed...)
}

// missed is what the holder of a ticket did not get. The caller holds h.mu.
func (h *hall) missed(t *ticket, offset string) (packets []socketio.Packet, known bool) {
	n, err := strconv.Atoi(offset)
	oldest := h.last - len(h.log) // as an offset, that of the packet before the log
	if t == nil || err != nil || n < max(1, oldest) || n > h.last {
		return nil, false
	}
	for _, s := range h.log[n-oldest:] {
		if s.isFor(t.id, t.rooms) {
			packets = append(packets, s.packet)
		}
	}
	return packets, true
}

func (s sent) isFor(id string, rooms map[string]bool) bool {
	if s.room == "" {
		return s.id == id
	}
	return s.id != id && rooms[s.room]
}

// leave notes that a client is gone, for good or with a ticket.
func (h *hall) leave(c *client, forGood bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
	t := h.tickets[c.pid]
	switch {
	case t == nil || t.here != c: // it is back already
	case forGood:
		delete(h.tickets, c.pid)
	default:
		t.here, t.until = nil, time.Now().Add(maxAway)
	}
}

// remembers reports whether there is a ticket for that id.
func (h *hall) remembers(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tickets {
		if t.id == id {
			return true
		}
	}
	return false
}

// expire forgets tickets that were not used in time. The caller holds h.mu.
func (h *hall) expire() {
	for pid, t := range h.tickets {
		if t.here == nil && time.Now().After(t.until) {
			delete(h.tickets, pid)
		}
	}
}

func (h *hall) join(c *client, room string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.rooms[room] = true
}

func (h *hall) part(c *client, room string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(c.rooms, room)
}

// tell sends a packet to one client.
func (h *hall) tell(c *client, p socketio.Packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.Send(h.remember(sent{p, "", c.ID()}))
}

// say sends a packet to a room, but not to its sender.
func (h *hall) say(from *client, room string, p socketio.Packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := sent{p, room, from.ID()}
	p = h.remember(s)
	for c := range h.clients {
		if s.isFor(c.ID(), c.rooms) {
			c.Send(p)
		}
	}
}

// remember gives a packet its offset. The caller holds h.mu.
func (h *hall) remember(s sent) socketio.Packet {
	if !h.recovery {
		return s.packet
	}
	h.last++
	s.packet = s.packet.WithOffset(strconv.Itoa(h.last))
	h.log = append(h.log, s)
	if len(h.log) > maxLog {
		h.log = slices.Delete(h.log, 0, maxLog/2)
	}
	return s.packet
}

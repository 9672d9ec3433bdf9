package chat

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"chat/chat/engineio"
	"chat/chat/socketio"
)

// A Room is a name and who is there.
type Room struct {
	server *Server
	name   string

	files  *shelf
	holds  int         // members, those about to be, and transfers of files; guarded by server.mu
	expiry *time.Timer // ends the room when it stays empty; guarded by server.mu

	mu       sync.Mutex
	members  map[*Member]struct{} // guarded by mu
	people   map[string]*presence // who is there, by visitor id; guarded by mu
	visitors map[string]struct{}  // who is or was there; guarded by mu
	batch    engineio.Batch       // what is to be written; guarded by mu
	writing  bool                 // write runs; guarded by mu
}

// A presence is one person in a room, over all their sockets there.
type presence struct {
	name    string
	since   int // order of coming in
	sockets int
}

func newRoom(s *Server, name string) *Room {
	return &Room{
		server:   s,
		name:     name,
		files:    s.files.newShelf(),
		members:  make(map[*Member]struct{}),
		people:   make(map[string]*presence),
		visitors: make(map[string]struct{}),
	}
}

// hold keeps the room from expiring, until Server.release. The caller holds
// server.mu.
func (r *Room) hold() {
	r.holds++
	if r.expiry != nil {
		r.expiry.Stop()
	}
}

// add brings a member in, and tells the others if it is a new person. The
// caller holds r.mu.
func (r *Room) add(m *Member, name string) {
	id := m.client.visitor
	m.present = true
	r.members[m] = struct{}{}
	r.visitors[id] = struct{}{}
	p := r.people[id]
	if p == nil {
		p = &presence{name: name, since: r.nextSince()}
		r.people[id] = p
		r.broadcast(m, "member_joined", memberEvent{r.name, Person{id, name}})
	}
	p.sockets++
}

// remove takes a member out, and tells the others if the person is gone. The
// caller holds r.mu.
func (r *Room) remove(m *Member) {
	if !m.present {
		return
	}
	id := m.client.visitor
	m.present = false
	delete(r.members, m)
	p := r.people[id]
	if p.sockets--; p.sockets > 0 {
		return
	}
	delete(r.people, id)
	r.broadcast(m, "member_left", memberEvent{r.name, Person{id, p.name}})
}

func (r *Room) nextSince() int {
	last := 0
	for _, p := range r.people {
		last = max(last, p.since)
	}
	return last + 1
}

// rename is called for every room, whoever is in it.
func (r *Room) rename(visitorID, name string) {
	r.mu.Lock()
	defer r.unlock()
	p := r.people[visitorID]
	if p == nil || p.name == name {
		return
	}
	p.name = name
	r.broadcast(nil, "member_renamed", memberEvent{r.name, Person{visitorID, name}})
}

// list is who is there, in the order of their coming. The caller holds r.mu.
func (r *Room) list() []Person {
	people := make([]Person, 0, len(r.people))
	for id, p := range r.people {
		people = append(people, Person{id, p.name})
	}
	slices.SortFunc(people, func(a, b Person) int {
		if d := r.people[a.ID].since - r.people[b.ID].since; d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	return people
}

// unlock lets go of r.mu and sees to it that what was broadcast gets written.
func (r *Room) unlock() {
	defer r.mu.Unlock()
	if !r.writing && !r.batch.Empty() {
		r.writing = true
		go r.write()
	}
}

// write is the room's writer. It lives while somebody speaks. Messages are
// queued under the lock and written without it: they have one order for
// everybody, nobody waits for a system call, and while a large room is being
// written to, what is said meanwhile piles up to be written together.
func (r *Room) write() {
	for {
		runtime.Gosched() // first let everybody speak who is about to
		r.mu.Lock()
		batch := r.batch
		r.batch = engineio.Batch{}
		r.writing = !batch.Empty()
		r.mu.Unlock()
		if batch.Empty() {
			return
		}
		batch.Flush()
	}
}

// broadcast sends an event to every member but one. It is encoded once and only
// queued; unlock writes it. The caller holds r.mu.
func (r *Room) broadcast(except *Member, event string, payload any) {
	packet, err := socketio.Encode("/", event, payload)
	if err != nil {
		panic(err) // the payloads of wire.go can be encoded
	}
	for m := range r.members {
		if m != except {
			m.client.socket.SendIn(&r.batch, packet)
		}
	}
}

// visited reports whether somebody is or was in the room, since it exists.
func (r *Room) visited(visitorID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.visitors[visitorID]
	return ok
}

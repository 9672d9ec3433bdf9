package chat

import (
	"maps"
	"slices"
	"time"
)

// A roster is who is in a room: each person once, over all their sockets, by
// visitor id.
type roster map[string]*presence

// A presence is one person in a room.
type presence struct {
	name    string
	since   int // order of coming in
	sockets int
	leaving *time.Timer // ends the presence of somebody whose last socket broke; nil when there is one
}

// list is everybody, in the order of their coming.
func (r roster) list() []Person {
	ids := slices.SortedFunc(maps.Keys(r), func(a, b string) int { return r[a].since - r[b].since })
	list := make([]Person, len(ids))
	for i, id := range ids {
		list[i] = r.person(id)
	}
	return list
}

// person is how the room sees a visitor who is there.
func (r roster) person(id string) Person { return Person{id, r[id].name} }

// linger is how long somebody whose connection broke still counts as there:
// who reloads the page or walks through a door has not left.
const linger = 4 * time.Second

// arrive brings a member in, and tells the others if it is a new person. The
// caller holds r.mu.
func (r *Room) arrive(m *Member, name string) {
	id := m.client.visitor
	m.present = true
	r.members[m] = struct{}{}
	r.visitors[id] = struct{}{}
	p := r.here[id]
	if p == nil {
		r.arrivals++
		p = &presence{name: name, since: r.arrivals}
		r.here[id] = p
		r.broadcast(m, "member_joined", memberEvent{r.name, Person{id, name}})
	}
	p.sockets++
	if p.leaving != nil {
		p.leaving.Stop()
		p.leaving = nil
	}
}

// depart takes a member out. If it was the person's last, the others are told:
// at once if they said so, else when they do not come back. The caller holds
// r.mu.
func (r *Room) depart(m *Member, forGood bool) {
	if !m.present {
		return
	}
	m.present = false
	delete(r.members, m)
	id := m.client.visitor
	p := r.here[id]
	if p.sockets--; p.sockets > 0 {
		return
	}
	if forGood {
		r.gone(id)
		return
	}
	p.leaving = time.AfterFunc(linger, func() {
		r.mu.Lock()
		defer r.unlock()
		if r.here[id] == p && p.sockets == 0 {
			r.gone(id)
		}
	})
}

// gone ends a presence. The caller holds r.mu.
func (r *Room) gone(id string) {
	left := r.here.person(id)
	delete(r.here, id)
	r.broadcast(nil, "member_left", memberEvent{r.name, left})
}

// rename is called for every room, whoever is in it.
func (r *Room) rename(visitorID, name string) {
	r.mu.Lock()
	defer r.unlock()
	p := r.here[visitorID]
	if p == nil || p.name == name {
		return
	}
	p.name = name
	r.broadcast(nil, "member_renamed", memberEvent{r.name, Person{visitorID, name}})
}

package chat

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// A roster is who is in a room: each person once, over all their sockets.
type roster struct {
	people map[string]*presence // by visitor id
	list   []byte               // everybody as JSON; nil when that is to be made anew
}

// A presence is one person in a room.
type presence struct {
	name    string
	since   int         // order of coming in
	sockets int         // with this server
	leaving *time.Timer // ends the presence of somebody whose last socket broke; nil when there is one

	elsewhere map[string]bool // the other servers with which the person is there as well
	typing    *time.Timer     // ends the typing at one of them; nil when not typing
}

// local reports whether the person is there with this server.
func (p *presence) local() bool { return p.sockets > 0 || p.leaving != nil }

// everybody is the list of people as JSON, in the order of their coming. It is
// kept, because after a break all members of a room ask for it at once.
func (r *roster) everybody() json.RawMessage {
	if r.list == nil {
		ids := slices.SortedFunc(maps.Keys(r.people), func(a, b string) int { return r.people[a].since - r.people[b].since })
		r.list = []byte("[]")
		for _, id := range ids {
			r.listLast(id)
		}
	}
	return r.list
}

// listLast adds a person at the end of the list.
func (r *roster) listLast(id string) {
	r.list = r.list[:len(r.list)-1]
	if len(r.list) > 1 {
		r.list = append(r.list, ',')
	}
	r.list = append(append(r.list, encode(r.person(id))...), ']')
}

// add notes that a person is there who was not.
func (r *roster) add(id string, p *presence) {
	r.people[id] = p
	if r.list != nil {
		r.listLast(id)
	}
}

// remove notes that a person is gone.
func (r *roster) remove(id string) {
	delete(r.people, id)
	r.list = nil
}

// rename gives a person who is there another name.
func (r *roster) rename(id, name string) {
	r.people[id].name = name
	r.list = nil
}

// person is how the room sees a visitor who is there.
func (r *roster) person(id string) Person { return Person{id, r.people[id].name} }

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
	p := r.here.people[id]
	if p == nil {
		p = r.begin(m, Person{id, name})
	}
	known := p.local()
	p.sockets++
	if p.leaving != nil {
		p.leaving.Stop()
		p.leaving = nil
	}
	if !known {
		r.announce()
	}
}

// begin makes a presence and tells everybody but the member whose it is. The
// caller holds r.mu.
func (r *Room) begin(m *Member, who Person) *presence {
	r.arrivals++
	p := &presence{name: who.Name, since: r.arrivals}
	r.here.add(who.ID, p)
	r.broadcast(m, "member_joined", memberEvent{r.name, who})
	return p
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
	p := r.here.people[id]
	if p.sockets--; p.sockets > 0 {
		return
	}
	if forGood {
		r.endLocal(id)
		return
	}
	p.leaving = time.AfterFunc(linger, func() {
		r.mu.Lock()
		defer r.unlock()
		if r.here.people[id] == p && p.sockets == 0 {
			r.endLocal(id)
		}
	})
}

// endLocal ends the presence of somebody with this server. The caller holds
// r.mu.
func (r *Room) endLocal(id string) {
	p := r.here.people[id]
	if p.leaving != nil {
		p.leaving.Stop()
		p.leaving = nil
	}
	r.endIfGone(id)
	r.announce()
}

// endIfGone ends the presence of somebody who is with no server any more. The
// caller holds r.mu.
func (r *Room) endIfGone(id string) {
	p := r.here.people[id]
	if p.local() || len(p.elsewhere) > 0 {
		return
	}
	r.endTypingElsewhere(id)
	left := r.here.person(id)
	r.here.remove(id)
	r.broadcast(nil, "member_left", memberEvent{r.name, left})
}

// call gives somebody who is there another name. The caller holds r.mu.
func (r *Room) call(who Person) {
	p := r.here.people[who.ID]
	if p == nil || p.name == who.Name {
		return
	}
	r.here.rename(who.ID, who.Name)
	r.broadcast(nil, "member_renamed", memberEvent{r.name, who})
	if p.local() {
		r.announce()
	}
}

// rename is called for every room, whoever is in it.
func (r *Room) rename(who Person) {
	r.mu.Lock()
	defer r.unlock()
	r.call(who)
}

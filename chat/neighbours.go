package chat

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"chat/chat/relay"
)

// neighbours is how a room hears of the other servers that have it: who is
// there with them, and what passes by. What it hears may be junk, since others
// can write to a Redis; that is dropped.
type neighbours struct{ room *Room }

var _ relay.Hearer = neighbours{}

// A passing is something that need not be remembered: one of its fields is set.
type passing struct {
	Typing  *Person `json:"typing,omitempty"`
	Stopped *Person `json:"stopped,omitempty"` // typing
	Renamed *Person `json:"renamed,omitempty"`
}

// The limits of what neighbours may say.
const (
	maxPassing  = 1 << 10 // bytes
	maxPeople   = 1 << 20 // bytes
	maxVisitor  = 64      // bytes of an id
	maxNameSaid = 4 * 32  // bytes of a name
)

// plausible reports whether a person can be one.
func (p *Person) plausible() bool {
	return p != nil && p.ID != "" && len(p.ID) <= maxVisitor &&
		p.Name != "" && len(p.Name) <= maxNameSaid && utf8.ValidString(p.Name)
}

// pass tells the other servers something about the room. The caller holds r.mu.
func (r *Room) pass(p passing) {
	if r.server.cfg.Relay == nil {
		return
	}
	r.server.cfg.Relay.Say(r.name, encode(p))
}

// announce tells the other servers who is here with this one. The caller holds
// r.mu.
func (r *Room) announce() {
	if r.server.cfg.Relay == nil {
		return
	}
	var people []Person
	for id, p := range r.here.people {
		if p.local() {
			people = append(people, Person{id, p.name})
		}
	}
	var payload []byte // nil: nobody
	if people != nil {
		slices.SortFunc(people, func(a, b Person) int { return r.here.people[a.ID].since - r.here.people[b.ID].since })
		payload = encode(people)
	}
	r.server.cfg.Relay.Here(r.name, payload)
}

// Here is called with those who are there with another server.
func (n neighbours) Here(server string, payload []byte) {
	var people []Person
	if payload != nil && (len(payload) > maxPeople || json.Unmarshal(payload, &people) != nil) {
		n.room.server.cfg.Log.Warn("what another server said of a room was dropped", "bytes", len(payload))
		return
	}
	r := n.room
	r.mu.Lock()
	defer r.unlock()
	now := make(map[string]bool, len(people))
	for _, p := range people {
		if p.plausible() {
			now[p.ID] = true
			r.appear(server, p)
		}
	}
	for id, p := range r.here.people {
		if p.elsewhere[server] && !now[id] {
			delete(p.elsewhere, server)
			r.endIfGone(id)
		}
	}
}

// appear notes that somebody is there with another server. The caller holds
// r.mu.
func (r *Room) appear(server string, who Person) {
	p := r.here.people[who.ID]
	switch {
	case p == nil:
		p = r.begin(nil, who)
	case !p.local() && p.name != who.Name:
		r.call(who)
	}
	if p.elsewhere == nil {
		p.elsewhere = make(map[string]bool, 1)
	}
	p.elsewhere[server] = true
}

// Said is called with what passes by. It has to be about somebody who is there
// with another server.
func (n neighbours) Said(payload []byte) {
	var p passing
	if len(payload) > maxPassing || json.Unmarshal(payload, &p) != nil {
		n.room.server.cfg.Log.Warn("what another server said in a room was dropped", "bytes", len(payload))
		return
	}
	switch {
	case p.Typing.plausible():
		n.room.typesElsewhere(p.Typing.ID)
	case p.Stopped.plausible():
		n.room.stopsElsewhere(p.Stopped.ID)
	case p.Renamed.plausible() && n.room.knows(p.Renamed.ID):
		n.room.server.renamed(p.Renamed.ID, p.Renamed.Name)
	}
}

func (r *Room) knows(visitorID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.here.people[visitorID] != nil
}

// typesElsewhere shows that somebody types who is at another server, until that
// says otherwise, or says nothing for a while.
func (r *Room) typesElsewhere(id string) {
	r.mu.Lock()
	defer r.unlock()
	p := r.here.people[id]
	if p == nil || len(p.elsewhere) == 0 {
		return
	}
	if p.typing == nil {
		p.typing = time.AfterFunc(typingLasts, func() { r.stopsElsewhere(id) })
	} else {
		p.typing.Reset(typingLasts)
	}
	r.broadcast(nil, "show_typing", typingEvent{r.name, r.here.person(id)})
}

func (r *Room) stopsElsewhere(id string) {
	r.mu.Lock()
	defer r.unlock()
	r.endTypingElsewhere(id)
}

// endTypingElsewhere takes back what typesElsewhere showed. The caller holds
// r.mu.
func (r *Room) endTypingElsewhere(id string) {
	p := r.here.people[id]
	if p == nil || p.typing == nil {
		return
	}
	p.typing.Stop()
	p.typing = nil
	r.broadcast(nil, "hide_typing", typingEvent{r.name, r.here.person(id)})
}

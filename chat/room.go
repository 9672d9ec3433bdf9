package chat

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"chat/chat/engineio"
	"chat/chat/history"
	"chat/chat/socketio"
)

// A Room is a name, who is there, and a place in the log of what is said.
type Room struct {
	server *Server
	name   string

	holds  int         // members, those about to be, and transfers of files; guarded by server.mu
	expiry *time.Timer // ends the room when it stays empty; guarded by server.mu

	emptied int // how often; guarded by server.mu

	opening  chan struct{}   // holds one while somebody opens or shuts the room; a lock for which one may wait as long as Redis hangs
	before   <-chan struct{} // closed when the room of this name before it is gone; guarded by opening
	failures atomic.Uint64   // of open
	failure  error           // the last of them; guarded by opening
	followed bool            // the log tells the room of what is said; guarded by opening

	mu       sync.Mutex
	members  map[*Member]struct{} // guarded by mu
	here     roster               // guarded by mu
	arrivals int                  // of people, ever; guarded by mu
	visitors map[string]struct{}  // who is or was there; guarded by mu
	last     history.ID           // of what was delivered; guarded by mu
	title    title                // guarded by mu
	batch    engineio.Batch       // what is to be written; guarded by mu
	spare    engineio.Batch       // an empty one, whose memory is used again; guarded by mu
	writing  bool                 // somebody writes, and will see what is queued; guarded by mu
	speaking int                  // readers in Append, the last of whom writes; guarded by mu
	said     int                  // entries since somebody last began to write; guarded by mu
	wrote    time.Time            // when somebody last began to write; guarded by mu
	busy     bool                 // several spoke at about that time; guarded by mu
}

func newRoom(s *Server, name string, before <-chan struct{}) *Room {
	return &Room{
		server:   s,
		name:     name,
		opening:  make(chan struct{}, 1),
		before:   before,
		members:  make(map[*Member]struct{}),
		here:     roster{people: make(map[string]*presence)},
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

// open has the room follow its log. It may wait for the log, and fail; then the
// next to come in tries again. Whoever waited for somebody else's try that failed
// does not: each would wait longer than the one before, and their heartbeats
// behind them.
func (r *Room) open() error {
	before := r.failures.Load()
	r.opening <- struct{}{}
	defer func() { <-r.opening }()
	switch {
	case r.followed:
		return nil
	case r.failures.Load() != before:
		return r.failure
	}
	err := r.follow()
	if err != nil {
		r.failure = err
		r.failures.Add(1)
	}
	return err
}

// follow is one try to open the room. The caller holds r.opening.
func (r *Room) follow() error {
	if r.before != nil {
		<-r.before
		r.before = nil
	}
	last, err := r.server.cfg.History.Follow(r.name, r.deliver)
	if err != nil {
		return fmt.Errorf("following a room's log: %w", err)
	}
	// The other servers come last: who is there with them would stay if what came
	// after failed.
	named, err := r.pinned()
	if err != nil {
		r.server.cfg.History.Unfollow(r.name)
		return fmt.Errorf("asking for the title of a room: %w", err)
	}
	if relay := r.server.cfg.Relay; relay != nil {
		if err := relay.Join(r.name, neighbours{r}); err != nil {
			r.server.cfg.History.Unfollow(r.name)
			return fmt.Errorf("asking who is in a room: %w", err)
		}
	}
	r.followed = true
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = max(r.last, last) // the first entry may have been quicker
	r.title.becomes(named)
	return nil
}

// shut ends what open began.
func (r *Room) shut() {
	r.opening <- struct{}{}
	defer func() { <-r.opening }()
	if r.followed {
		r.leave()
	}
}

// leave has the log and the other servers tell the room nothing more.
func (r *Room) leave() {
	r.server.cfg.History.Unfollow(r.name)
	if relay := r.server.cfg.Relay; relay != nil {
		relay.Leave(r.name)
	}
}

// deliver is called by the log for each entry, in its order.
func (r *Room) deliver(e history.Entry) {
	said, err := r.server.said(r.name, e)
	if err != nil {
		r.server.cfg.Log.Warn("an entry of the history was dropped", "error", err)
		return
	}
	r.mu.Lock()
	defer r.unlock()
	r.last = e.ID
	r.said++
	r.title.becomes(said.title)
	taken := uint64(0)
	for m := range r.members {
		if m.take(said) {
			taken++
		}
	}
	r.server.tally.deliveries.Add(taken)
}

// unlock lets go of r.mu and sees to it that what was broadcast gets written.
func (r *Room) unlock() {
	defer r.mu.Unlock()
	if !r.writing && r.speaking == 0 && !r.batch.Empty() {
		r.writing = true
		go r.write()
	}
}

// spoke is called by a reader that told the log something, without r.mu. In a calm
// room it writes what came of that, if it is there already and nobody else does:
// to start or wake another goroutine would cost as much as to write to a few
// sockets. In a busy one that is worth it, because it lets more be said meanwhile.
func (r *Room) spoke() {
	r.mu.Lock()
	r.speaking--
	if r.busy || r.writing || r.speaking > 0 || r.batch.Empty() {
		r.unlock()
		return
	}
	r.writing = true
	r.mu.Unlock()
	if r.writeOnce() {
		go r.write()
	}
}

// write is the room's writer. It lives while somebody speaks. Messages are
// queued under the lock and written without it: they have one order for
// everybody, nobody waits for a system call, and while a large room is being
// written to, what is said meanwhile piles up to be written together.
func (r *Room) write() {
	for more := true; more; more = r.writeOnce() {
		runtime.Gosched() // first let everybody speak who is about to
	}
}

// calm is the time between two writes from which a room is not busy.
const calm = 150 * time.Microsecond

// writeOnce writes what is queued and reports whether there is more. If not,
// whoever speaks next sees to it.
func (r *Room) writeOnce() (more bool) {
	now := time.Now()
	r.mu.Lock()
	batch := r.batch
	r.busy = r.said > 1 || now.Sub(r.wrote) < calm
	r.batch, r.spare, r.said, r.wrote = r.spare, engineio.Batch{}, 0, now
	r.mu.Unlock()
	batch.Flush()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spare = batch
	r.writing = !r.batch.Empty()
	return r.writing
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

// everVisited reports whether anybody is or was in the room, since it exists.
func (r *Room) everVisited() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.visitors) > 0
}

package chat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"chat/chat/engineio"
	"chat/chat/history"
	"chat/chat/relay"
	"chat/chat/socketio"
)

// absenceLasts is how long a client that broke off may come back as the same
// one, with the connection state recovery of Socket.IO.
const absenceLasts = 2 * time.Minute

// maxMissed is how many messages such a client may have missed. With more it is
// a new one, which asks for pages.
const maxMissed = 500

// takeoverLasts is how long a client that is back waits for the end of its old
// connection, which looked alive to the server.
const takeoverLasts = 2 * time.Second

// maxGone is how many clients may come back as the same ones. Whoever breaks off
// when there are so many is a new one: somebody who connects and breaks off all
// the time must not fill the memory.
const maxGone = 10_000

// absences are the clients that can come back: those that broke off, and those
// that are here, since a client notices a tunnel before the server does.
type absences struct {
	mu    sync.Mutex
	byPID map[string]*absence // by the ParcelName of their private ids; guarded by mu
	gone  int                 // how many of them broke off; guarded by mu
}

// An absence is a client that broke off, or may do so. Of one that broke off it
// holds no more than coming back takes: neither the client nor its connection.
type absence struct {
	pid     string
	visitor string
	socket  string // its ID
	trail   *trail
	ended   chan struct{} // closed when the client has left its rooms

	here *socketio.Socket // nil when the client broke off; guarded by absences.mu

	// Set before ended.
	rooms  int                   // how many it was in
	tries  uint64                // to say something; see client.attempts
	began  map[string]history.ID // from where it followed those that it did; see Member.began
	expiry *time.Timer
}

// expect makes room for the absence of a client that has a private id.
func (a *absences) expect(c *client) {
	c.absence = &absence{pid: c.pid, visitor: c.visitor, socket: c.sid, trail: c.trail, ended: make(chan struct{}), here: c.socket}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byPID == nil {
		a.byPID = make(map[string]*absence)
	}
	a.byPID[relay.ParcelName(c.pid)] = c.absence
}

// begin is called when a client broke off, before it leaves its rooms.
func (a *absences) begin(c *client) {
	began := make(map[string]history.ID, len(c.rooms))
	for name, m := range c.rooms {
		m.room.mu.Lock()
		if m.live { // one that was catching up knows that it has to ask
			began[name] = m.began
		}
		m.room.mu.Unlock()
	}
	gone := c.absence
	gone.rooms, gone.began, gone.tries = len(c.rooms), began, c.attempts
	c.server.leaveAbsence(gone)
	name := relay.ParcelName(gone.pid)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byPID[name] != gone {
		return
	}
	if gone.here = nil; a.gone == maxGone {
		delete(a.byPID, name)
	} else {
		a.gone++
		gone.expiry = time.AfterFunc(absenceLasts, func() { a.forget(gone) })
	}
	close(gone.ended)
}

// forget ends the absence of a client that does not come back.
func (a *absences) forget(gone *absence) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.remove(gone)
}

// remove reports whether the absence was still there. The caller holds a.mu.
func (a *absences) remove(gone *absence) bool {
	name := relay.ParcelName(gone.pid)
	if a.byPID[name] != gone {
		return false
	}
	delete(a.byPID, name)
	if gone.here == nil {
		a.gone--
	}
	return true
}

// take ends the absence of a visitor's client and returns it, or nil. If the
// client's old connection is still there, it ends that.
func (a *absences) take(pid, visitorID string) *absence {
	gone, here := a.find(relay.ParcelName(pid))
	if gone == nil || gone.visitor != visitorID {
		return nil
	}
	if here != nil {
		here.Abort(engineio.Replaced)
	}
	select {
	case <-gone.ended:
	case <-time.After(takeoverLasts):
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.remove(gone) { // somebody was quicker
		return nil
	}
	gone.expiry.Stop()
	return gone
}

// find returns an absence, and the socket of a client that is here.
func (a *absences) find(name string) (*absence, *socketio.Socket) {
	a.mu.Lock()
	defer a.mu.Unlock()
	gone := a.byPID[name]
	if gone == nil {
		return nil, nil
	}
	return gone, gone.here
}

// takesOffsets reports whether a client understands events with an offset as
// their last argument. The official ones do: in a browser, and in Node. Those
// for Python would hand it to the handlers of the event, which do not expect it;
// they tell themselves by their User-Agent or, where their library sends none,
// by an Origin that only browsers send otherwise.
func takesOffsets(r *http.Request) bool {
	agent := r.UserAgent()
	if agent == "" {
		return r.Header.Get("Origin") == ""
	}
	return !strings.HasPrefix(strings.ToLower(agent), "python")
}

// recover makes a client go on where another one ended, if it says which and
// has a right to it. The messages that it missed go out before the answer to
// its CONNECT, and everything from then on behind them.
func (c *client) recover(ctx context.Context, auth json.RawMessage) {
	pid, offset := socketio.Returning(auth)
	var gone *absence
	if pid != "" {
		gone = c.server.takeAbsence(ctx, pid, c.visitor)
	}
	if gone != nil {
		c.pid = pid
	}
	if gone == nil || !c.resume(ctx, gone, offset) {
		for _, m := range c.rooms {
			m.leave(false)
		}
		c.rooms, c.pid, c.sid, c.trail = nil, rand.Text(), c.socket.ID(), &trail{}
		c.socket.Recoverable(c.pid)
	}
	c.server.absences.expect(c)
}

// resume reports whether the client is back in all rooms and got all it missed.
func (c *client) resume(ctx context.Context, gone *absence, offset string) bool {
	trail, ok := gone.trail.upTo(offset)
	if !ok || len(gone.began) == 0 || len(gone.began) != gone.rooms {
		return false
	}
	// The socket's ID goes on, and so does the number of attempts: the answer of
	// the log to an old one, which may yet come, is none to a new one. Rooms look
	// at the ID from here on, and the socket has it in the end. And so does the
	// trail: the connection may break again before any of this arrives.
	c.sid, c.attempts, c.trail = gone.socket, gone.tries, trail
	c.rooms = make(map[string]*Member, len(gone.began))
	var missed []*said
	for _, room := range slices.Sorted(maps.Keys(gone.began)) {
		m := &Member{client: c, room: c.server.enter(room), began: gone.began[room]}
		c.rooms[room] = m
		more, ok := m.reenter(ctx, max(m.began, trail.reached(room)))
		if missed = append(missed, more...); !ok || len(missed) > maxMissed {
			return false
		}
	}
	slices.SortStableFunc(missed, func(a, b *said) int { return strings.Compare(string(a.id), string(b.id)) })
	packets := make([]socketio.Packet, 0, len(missed))
	for _, s := range missed {
		if !trail.saidIt(s.id) {
			packets = append(packets, s.withOffset())
			trail.add(step{s.room, s.id})
		}
	}
	c.socket.Resume(gone.socket, c.pid, packets...)
	for _, m := range c.rooms {
		m.goLive()
	}
	return true
}

// reenter brings the member in, held back, and returns what was said since. It
// reports false if that is too much, or not known any more.
func (m *Member) reenter(ctx context.Context, since history.ID) ([]*said, bool) {
	if m.room.open() != nil {
		return nil, false
	}
	m.hold()
	s := m.room.server
	entries, more, gap, err := s.cfg.History.After(ctx, m.room.name, since, maxMissed)
	if err != nil || more || gap {
		return nil, false
	}
	missed := make([]*said, 0, len(entries))
	for _, e := range entries {
		if one, err := s.said(m.room.name, e); err == nil {
			missed = append(missed, one)
		}
	}
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	m.has = since
	if n := len(entries); n > 0 {
		m.has = entries[n-1].ID
	}
	return missed, true
}

// goLive sends what was held back.
func (m *Member) goLive() {
	m.room.mu.Lock()
	defer m.room.unlock()
	held := m.held
	m.held, m.live = nil, !held.over
	if held.over {
		m.client.socket.Drop(engineio.Slow)
	}
	for _, s := range held.said {
		m.take(s)
	}
}

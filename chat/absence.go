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

// absences are the clients that can come back: those that broke off, and those
// that are here, since a client notices a tunnel before the server does.
type absences struct {
	mu    sync.Mutex
	byPID map[string]*absence // guarded by mu
}

// An absence is a client that broke off, or may do so.
type absence struct {
	client *client
	ended  chan struct{}         // closed when the client has left its rooms
	has    map[string]history.ID // where it was in its rooms when it came in; set before ended
	expiry *time.Timer           // set before ended
}

// expect makes room for the absence of a client that has a private id.
func (a *absences) expect(c *client) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byPID == nil {
		a.byPID = make(map[string]*absence)
	}
	a.byPID[c.pid] = &absence{client: c, ended: make(chan struct{})}
}

// begin is called when a client broke off, before it leaves its rooms.
func (a *absences) begin(c *client) {
	has := make(map[string]history.ID, len(c.rooms))
	for name, m := range c.rooms {
		m.room.mu.Lock()
		if m.live { // one that was catching up knows that it has to ask
			has[name] = m.has
		}
		m.room.mu.Unlock()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	gone := a.byPID[c.pid]
	if gone == nil || gone.client != c {
		return
	}
	gone.has = has
	gone.expiry = time.AfterFunc(absenceLasts, func() { a.forget(c) })
	close(gone.ended)
}

// forget ends the absence of a client that does not come back.
func (a *absences) forget(c *client) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if gone := a.byPID[c.pid]; gone != nil && gone.client == c {
		delete(a.byPID, c.pid)
	}
}

// take ends the absence of a visitor's client and returns it, or nil. If the
// client's old connection is still there, it ends that.
func (a *absences) take(pid, visitorID string) *absence {
	a.mu.Lock()
	gone := a.byPID[pid]
	a.mu.Unlock()
	if gone == nil || gone.client.visitor != visitorID {
		return nil
	}
	gone.client.socket.Drop(engineio.TransportError)
	select {
	case <-gone.ended:
	case <-time.After(takeoverLasts):
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byPID[pid] != gone { // somebody was quicker
		return nil
	}
	gone.expiry.Stop()
	delete(a.byPID, pid)
	return gone
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
	gone := c.server.absences.take(pid, c.visitor)
	if gone != nil {
		c.pid = pid
	}
	if gone == nil || !c.resume(ctx, gone, offset) {
		for _, m := range c.rooms {
			m.leave(false)
		}
		c.rooms, c.pid = nil, rand.Text()
		c.socket.Recoverable(c.pid)
	}
	c.server.absences.expect(c)
}

// resume reports whether the client is back in all rooms and got all it missed.
func (c *client) resume(ctx context.Context, gone *absence, offset string) bool {
	at, ok := gone.client.trail.upTo(offset)
	if !ok || len(gone.has) == 0 || len(gone.has) != len(gone.client.rooms) {
		return false
	}
	for room, since := range gone.has {
		at[room] = max(at[room], since)
	}
	c.rooms = make(map[string]*Member, len(at))
	var missed []*said
	for _, room := range slices.Sorted(maps.Keys(gone.has)) {
		m := &Member{client: c, room: c.server.enter(room)}
		c.rooms[room] = m
		more, ok := m.reenter(ctx, at[room])
		if missed = append(missed, more...); !ok || len(missed) > maxMissed {
			return false
		}
	}
	slices.SortStableFunc(missed, func(a, b *said) int { return strings.Compare(string(a.id), string(b.id)) })
	packets := make([]socketio.Packet, 0, len(missed))
	for _, s := range missed {
		if !gone.client.trail.saidIt(s.id) {
			packets = append(packets, s.withOffset())
			c.trail.add(step{s.room, s.id})
		}
	}
	c.socket.Resume(gone.client.socket.ID(), c.pid, packets...)
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

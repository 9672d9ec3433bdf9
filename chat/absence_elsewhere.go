package chat

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"

	"chat/chat/engineio"
	"chat/chat/history"
)

// A client need not come back to the server that it was with: a balancer may send
// it to another one, or its server was started anew. Servers that share a Redis
// leave there what the other one needs. A client that is back before its server
// knows that it was away is called for: then its old connection ends.

// luggage is an absence on its way from one server to another.
type luggage struct {
	Visitor string                `json:"visitor"`
	Socket  string                `json:"socket"`
	Tries   uint64                `json:"tries"`
	Rooms   int                   `json:"rooms"`
	Began   map[string]history.ID `json:"began"`
	Steps   [][2]string           `json:"steps"` // room and id
	Passed  map[string]history.ID `json:"passed,omitempty"`
	Own     []history.ID          `json:"own,omitempty"`
}

var errLuggage = errors.New("an absence of no known form")

// leaveAbsence has another server find a client that broke off. Without it the
// client is a new one there, so a failure is no more than that.
func (s *Server) leaveAbsence(gone *absence) {
	if s.cfg.Relay == nil || len(gone.began) == 0 || len(gone.began) != gone.rooms || gone.trail.isLost() {
		return
	}
	if err := s.cfg.Relay.LeaveParcel(gone.pid, gone.pack(), absenceLasts); err != nil {
		s.cfg.Log.Debug("a client that broke off can come back to this server alone", "error", err)
	}
}

// takeAbsence ends the absence of a visitor's client, here or at another server,
// and returns it, or nil.
func (s *Server) takeAbsence(ctx context.Context, pid, visitorID string) *absence {
	gone := s.absences.take(pid, visitorID)
	if s.cfg.Relay == nil {
		return gone
	}
	// What was left is newer, if the client was elsewhere meanwhile.
	text, err := s.cfg.Relay.TakeParcel(ctx, pid)
	if text == nil && err == nil && gone == nil {
		text, err = s.cfg.Relay.CallForParcel(ctx, pid)
	}
	if text == nil || err != nil {
		return gone
	}
	left, err := unpack(pid, text)
	if err != nil || left.visitor != visitorID {
		s.cfg.Log.Warn("what a server left of a client was dropped", "bytes", len(text))
		return gone
	}
	return left
}

// called ends the connection of a client that is back at another server.
func (s *Server) called(name string) {
	if _, here := s.absences.find(name); here != nil {
		here.Abort(engineio.Replaced)
	}
}

func (gone *absence) pack() []byte {
	t := gone.trail
	t.mu.Lock()
	defer t.mu.Unlock()
	l := luggage{Visitor: gone.visitor, Socket: gone.socket, Tries: gone.tries, Rooms: gone.rooms, Began: gone.began, Passed: t.passed}
	for _, s := range t.steps {
		l.Steps = append(l.Steps, [2]string{s.room, string(s.id)})
	}
	l.Own = t.own[max(0, len(t.own)-maxMissed):]
	return encode(l)
}

// socketID is what package socketio makes.
var socketID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// unpack reads what pack wrote, and refuses anything else: others may write to a
// Redis.
func unpack(pid string, text []byte) (*absence, error) {
	var l luggage
	if json.Unmarshal(text, &l) != nil || !socketID.MatchString(l.Socket) || len(l.Began) == 0 || l.Rooms != len(l.Began) ||
		len(l.Steps) > maxSteps || len(l.Passed) > maxPassed || len(l.Own) > maxMissed || !allPlaces(l.Began) || !allPlaces(l.Passed) {
		return nil, errLuggage
	}
	gone := &absence{pid: pid, visitor: l.Visitor, socket: l.Socket, tries: l.Tries, rooms: l.Rooms, began: l.Began, trail: &trail{passed: l.Passed, own: l.Own}}
	for _, s := range l.Steps {
		if !roomName.MatchString(s[0]) || !isID(history.ID(s[1])) {
			return nil, errLuggage
		}
		gone.trail.steps = append(gone.trail.steps, step{s[0], history.ID(s[1])})
	}
	for _, id := range l.Own {
		if !isID(id) {
			return nil, errLuggage
		}
	}
	return gone, nil
}

// allPlaces reports whether these are places in rooms.
func allPlaces(at map[string]history.ID) bool {
	for room, id := range at {
		if !roomName.MatchString(room) || id != "" && !isID(id) {
			return false
		}
	}
	return true
}

func isID(id history.ID) bool {
	_, err := history.ParseID(string(id))
	return err == nil
}

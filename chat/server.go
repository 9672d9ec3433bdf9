package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chat/chat/engineio"
	"chat/chat/relay"
	"chat/chat/socketio"
	"chat/ui"
)

// Visitor is somebody with a session.
type Visitor struct {
	ID   string // tells sessions apart; others may see it
	Name string
}

// Config is what a Server needs. The first six fields are required.
type Config struct {
	// Visitor tells whose request it is. A *ui.Error with status 503 means that
	// it cannot be told now; any other error that it is nobody's.
	Visitor func(*http.Request) (Visitor, error)
	Site    *ui.Site
	Log     *slog.Logger
	// BaseURL is the address that people are told, without a slash at its end.
	BaseURL string
	// History is the log of what is said, Files the pictures that go with it.
	History History
	Files   Files
	// Relay is how servers that share a History tell each other who is in a room
	// and who is typing; nil for a server alone.
	Relay *relay.Relay
	// Distrust says that others can write to the history, as to a Redis: what
	// comes back from it is checked.
	Distrust bool
	// Forgetful rooms tell what was said only to those who were there and lost
	// their connection. How long they remember is up to the History.
	Forgetful bool
	// Limits is what one visitor may do.
	Limits Limits
	// Socket has the limits and times of the wire; its Authorize is set by New.
	Socket socketio.Config
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// A Server keeps rooms and the sockets of the people in them. Its methods may
// be called by any goroutine.
type Server struct {
	cfg      Config
	sockets  *socketio.Server
	budgets  budgets
	absences absences
	tally    tally

	mu      sync.Mutex
	rooms   map[string]*Room           // guarded by mu
	closing map[string]<-chan struct{} // rooms that are on their way out, by name; guarded by mu
	empty   []vacancy                  // in that order; some are not empty any more; guarded by mu
	people  map[string]*person         // those with a socket, by visitor id; guarded by mu
	endings endings                    // guarded by mu
}

// A person is a visitor with their sockets.
type person struct {
	name    atomic.Pointer[string]
	clients map[*client]struct{} // guarded by Server.mu
}

// New makes a server.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Limits = cfg.Limits.withDefaults()
	s := &Server{
		cfg:     cfg,
		rooms:   make(map[string]*Room),
		closing: make(map[string]<-chan struct{}),
		people:  make(map[string]*person),
	}
	s.budgets.limits = cfg.Limits
	cfg.Socket.Engine.Authorize = s.authorize
	if cfg.Socket.Log == nil {
		cfg.Socket.Log = cfg.Log
	}
	s.sockets = socketio.NewServer(cfg.Socket)
	s.register()
	if cfg.Relay != nil {
		cfg.Relay.OnCall(s.called)
	}
	return s
}

// register ties the events of the wire to their handlers.
func (s *Server) register() {
	ns := socketio.Of(s.sockets, "/", s.admit)
	ns.OnDisconnect((*client).gone)
	ns.OnEvent("join", (*client).join)
	socketio.Handle(ns, "leave", (*client).leave)
	socketio.Handle(ns, "typing", (*client).typing)
	socketio.Handle(ns, "stop_typing", (*client).stopTyping)
	socketio.Handle(ns, "history", (*client).history)
	ns.OnEvent("send_message", (*client).send)
	ns.OnEvent("edit_message", (*client).edit)
	ns.OnEvent("delete_message", (*client).remove)
	ns.OnEvent("react", (*client).react)
	ns.OnEvent("set_title", (*client).setTitle)
}

// authorize lets visitors connect and nobody else.
func (s *Server) authorize(r *http.Request) (context.Context, string, error) {
	generation := s.generation() // before the session is looked up
	v, err := s.cfg.Visitor(r)
	if e, ok := errors.AsType[*ui.Error](err); ok && e.Status == http.StatusServiceUnavailable {
		return nil, "", engineio.ErrUnavailable
	}
	if err != nil {
		return nil, "", err
	}
	return context.WithValue(context.Background(), visitKey{}, visit{v, generation, takesOffsets(r)}), v.ID, nil
}

// admit makes a client of a socket.
func (s *Server) admit(ctx context.Context, socket *socketio.Socket, auth json.RawMessage) (*client, error) {
	v := ctx.Value(visitKey{}).(visit) // authorize put it there
	c, err := s.newClient(socket, v)
	if err == nil && v.offsets {
		c.recover(ctx, auth)
	}
	return c, err
}

func (s *Server) newClient(socket *socketio.Socket, v visit) (*client, error) {
	budget := s.budgets.of(v.ID, s.cfg.Now())
	if !budget.events.Allow() {
		return nil, errRateLimited
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.endings.covers(v) {
		return nil, errEnded
	}
	p := s.people[v.ID]
	if p == nil {
		p = &person{clients: make(map[*client]struct{})}
		p.name.Store(&v.Name)
		s.people[v.ID] = p
	}
	if len(p.clients) >= s.cfg.Limits.Sockets {
		return nil, errTooManySockets
	}
	c := &client{server: s, socket: socket, sid: socket.ID(), visitor: v.ID, person: p, budget: budget, trail: &trail{}}
	p.clients[c] = struct{}{}
	return c, nil
}

// forget removes a client that left all its rooms.
func (s *Server) forget(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(c.person.clients, c)
	if len(c.person.clients) == 0 {
		delete(s.people, c.visitor)
	}
}

var roomName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// enter finds or makes a room and holds it for one member, until release.
func (s *Server) enter(name string) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if r == nil {
		r = newRoom(s, name, s.closing[name])
		s.rooms[name] = r
	}
	r.hold()
	return r
}

// visit finds a room for somebody who is or was in it, and holds it until
// release. They may be there with another server: what a browser asks for need
// not come to the one that it has its socket with.
func (s *Server) visit(name, visitorID string) (*Room, bool) {
	if !roomName.MatchString(name) || s.cfg.Relay == nil && !s.has(name) {
		return nil, false
	}
	r := s.enter(name)
	if r.visited(visitorID) || s.cfg.Relay != nil && r.open() == nil && r.knows(visitorID) {
		return r, true
	}
	s.release(r)
	return nil, false
}

// has reports whether somebody is or was in a room lately.
func (s *Server) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rooms[name] != nil
}

// release lets go of a room. An empty one stays for a while, because people
// come back after a tunnel and want to see their pictures; but not one that
// nobody was ever in, which somebody only asked for.
func (s *Server) release(r *Room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.holds--; r.holds > 0 {
		return
	}
	stays := emptyLasts
	if !r.everVisited() {
		stays = 0
	}
	r.expiry = time.AfterFunc(stays, func() { s.expire(r) })
	r.emptied++
	s.empty = append(s.empty, vacancy{r, r.emptied})
	s.tidy()
}

// A vacancy is a room that became empty, and how often it had by then.
type vacancy struct {
	room *Room
	time int
}

// tidy ends the rooms that have been empty the longest when there are too many:
// somebody who enters and leaves one after the other must not fill the memory.
// The caller holds s.mu.
func (s *Server) tidy() {
	if len(s.empty) < 2*maxEmpty {
		return
	}
	s.empty = slices.DeleteFunc(s.empty, func(v vacancy) bool {
		return v.room.holds != 0 || v.room.emptied != v.time || s.rooms[v.room.name] != v.room
	})
	for ; len(s.empty) > maxEmpty; s.empty = s.empty[1:] {
		s.empty[0].room.expiry.Reset(0)
	}
	s.empty = slices.Clone(s.empty) // without those before it
}

// expire ends a room that stayed empty. It lets go of its log before a room of
// the same name follows it, so it is remembered until it has.
func (s *Server) expire(r *Room) {
	s.mu.Lock()
	if r.holds != 0 || s.rooms[r.name] != r { // somebody came in meanwhile
		s.mu.Unlock()
		return
	}
	shut := make(chan struct{})
	delete(s.rooms, r.name)
	s.closing[r.name] = shut
	s.mu.Unlock()

	r.shut()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing[r.name] == shut {
		delete(s.closing, r.name)
	}
	close(shut)
}

// SocketIO answers the requests of the wire.
func (s *Server) SocketIO() http.Handler { return s.sockets }

// Rename gives a visitor another name, in every room they are in and at every
// server. The session keeps it; here it is for those who are there now.
func (s *Server) Rename(visitorID, name string) {
	s.renamed(visitorID, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		r.mu.Lock()
		if r.here.people[visitorID] != nil {
			r.pass(passing{Renamed: &Person{visitorID, name}})
		}
		r.mu.Unlock()
	}
}

// renamed is Rename for this server alone.
func (s *Server) renamed(visitorID, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// First the name, then the rooms: whoever enters one that was passed finds
	// the new name.
	if p := s.people[visitorID]; p != nil {
		p.name.Store(&name)
	}
	for _, r := range s.rooms {
		r.rename(Person{visitorID, name})
	}
}

// Shutdown ends all sockets in good order, within the time of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.sockets.Shutdown(ctx); err != nil {
		return fmt.Errorf("closing sockets: %w", err)
	}
	return nil
}

// roomURL is the link that people are told.
func (s *Server) roomURL(room string) string {
	return strings.TrimSuffix(s.cfg.BaseURL, "/") + "/chat/" + room
}

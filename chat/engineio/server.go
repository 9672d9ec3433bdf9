package engineio

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
)

// A Handler is what the owner of a socket does with it. Its methods are called
// one at a time, in the order of the wire.
type Handler interface {
	// Message is called for every message of the client. While it runs nothing
	// more is read from that client, so a handler that takes long slows its own
	// client down and nobody else.
	Message(Message)
	// Close is called once, last, when the socket has ended.
	Close(Reason)
}

// A Server speaks Engine.IO with many clients. It is an http.Handler for the
// path of the protocol, such as /socket.io/. Its methods may be called by any
// goroutine.
type Server struct {
	cfg   Config
	open  func(*Socket) Handler
	tally tally

	mu      sync.Mutex
	sockets map[string]*Socket // guarded by mu
	owners  map[string]int     // how many of them each owner has; guarded by mu
	closed  bool               // guarded by mu
	running sync.WaitGroup     // one for every socket until its Handler.Close returned
}

// NewServer makes a Server that calls open for every new socket, before anything
// of the client reaches its Handler. Open may send at once.
func NewServer(open func(*Socket) Handler, cfg Config) *Server {
	return &Server{cfg: cfg.withDefaults(), open: open, sockets: make(map[string]*Socket), owners: make(map[string]int)}
}

// Config is what the server was made with, and its defaults.
func (s *Server) Config() Config { return s.cfg }

// ServeHTTP answers one request of the protocol: a handshake, a poll, a post,
// or the opening of a websocket, in which case it returns while the connection
// lives on.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if bad := s.serve(w, r); bad != nil {
		bad.write(w)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) *refusal {
	query := r.URL.Query()
	transport := ""
	if len(query["transport"]) == 1 {
		transport = query.Get("transport")
	}
	if transport != "polling" && transport != "websocket" {
		return &refuseTransport
	}
	websocket := transport == "websocket"
	version := len(query["EIO"]) == 1 && query.Get("EIO") == "4"
	if !query.Has("sid") {
		return s.handshake(w, r, version, websocket)
	}
	socket := s.socket(query.Get("sid"))
	switch {
	case socket == nil:
		return &refuseSession
	case !version:
		return &refuseRequest
	}
	if _, owner, bad := s.authorize(r); bad != nil {
		return bad
	} else if owner != socket.owner {
		// The same words as for a session that does not exist: whoever guesses
		// or overhears a sid learns nothing from it.
		return &refuseSession
	}
	if websocket {
		return socket.upgrade(w, r)
	}
	return socket.servePolling(w, r)
}

// handshake opens a session. The order of its checks is the reference's.
func (s *Server) handshake(w http.ResponseWriter, r *http.Request, version, websocket bool) *refusal {
	if r.Method != http.MethodGet {
		return &refuseMethod
	}
	if websocket && !isWebsocket(r) {
		return &refuseRequest
	}
	ctx, owner, bad := s.authorize(r)
	if bad != nil {
		return bad
	}
	if !version {
		return &refuseVersion
	}
	if websocket {
		return s.openWebsocket(w, r, ctx, owner)
	}
	socket, bad := s.newSocket(ctx, owner, nil)
	if bad != nil {
		return bad
	}
	if err := answerPoll(w, r, socket.openFrame().encoded(), s.cfg.WriteTimeout); err != nil {
		socket.end(TransportError) // nobody knows its id
	}
	return nil
}

func (s *Server) openWebsocket(w http.ResponseWriter, r *http.Request, ctx context.Context, owner string) *refusal {
	link, err := accept(w, r, s.cfg)
	if err != nil {
		return nil // accept has answered
	}
	socket, bad := s.newSocket(ctx, owner, link)
	if bad != nil {
		link.close(Shutdown)
		return nil
	}
	go socket.readWebsocket(link)
	return nil
}

func (s *Server) authorize(r *http.Request) (context.Context, string, *refusal) {
	ctx, owner, err := s.cfg.Authorize(r)
	switch {
	case errors.Is(err, ErrUnavailable):
		return nil, "", &refuseUnavailable
	case err != nil:
		return nil, "", &refuseForbidden
	}
	return ctx, owner, nil
}

// newSocket opens a session over link, or over polling if link is nil, and
// makes it known. On a websocket the open packet goes out first; on polling it
// is the answer to the handshake, which the caller writes.
func (s *Server) newSocket(ctx context.Context, owner string, link *link) (*Socket, *refusal) {
	socket := &Socket{server: s, id: rand.Text(), owner: owner, link: link}
	socket.ctx, socket.cancel = context.WithCancel(ctx)
	socket.startHeartbeat()
	if bad := s.add(socket); bad != nil {
		socket.cancel()
		socket.beat.timer.Stop()
		return nil, bad
	}
	if link != nil {
		socket.Send(socket.openFrame())
	}
	socket.handler = s.open(socket)
	socket.receive.Unlock()
	return socket, nil
}

// add registers a socket with its receive lock held, so that nothing reaches
// its handler before there is one.
func (s *Server) add(socket *Socket) *refusal {
	socket.receive.Lock()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch most := s.cfg.MaxSockets; {
	case s.closed:
		return &refuseUnavailable
	case most > 0 && s.owners[socket.owner] >= most:
		return &refuseTooMany
	}
	s.sockets[socket.id] = socket
	s.owners[socket.owner]++
	s.running.Add(1)
	return nil
}

func (s *Server) socket(id string) *Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets[id]
}

func (s *Server) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	socket := s.sockets[id]
	if socket == nil {
		return
	}
	delete(s.sockets, id)
	if s.owners[socket.owner]--; s.owners[socket.owner] == 0 {
		delete(s.owners, socket.owner)
	}
}

// Len is the number of open sockets.
func (s *Server) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// CloseOwner closes every socket of an owner in good order; see Socket.Close.
func (s *Server) CloseOwner(owner string, why Reason) {
	for _, socket := range s.all() {
		if socket.owner == owner {
			socket.Close(why)
		}
	}
}

// CloseAll closes every socket in good order. New ones may come.
func (s *Server) CloseAll(why Reason) {
	for _, socket := range s.all() {
		socket.Close(why)
	}
}

// Shutdown refuses new sockets, lets every client have what is queued for it,
// closes it, and returns when every Handler.Close has returned. When ctx ends
// first it drops the clients that are left and returns the cause.
func (s *Server) Shutdown(ctx context.Context) error {
	for _, socket := range s.stop() {
		socket.Close(Shutdown)
	}
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, socket := range s.stop() {
		socket.end(Shutdown)
	}
	<-done
	return context.Cause(ctx)
}

// stop closes the door and returns who is inside.
func (s *Server) stop() []*Socket {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	return s.all()
}

func (s *Server) all() []*Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	sockets := make([]*Socket, 0, len(s.sockets))
	for _, socket := range s.sockets {
		sockets = append(sockets, socket)
	}
	return sockets
}

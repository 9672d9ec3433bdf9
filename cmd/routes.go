package cmd

import (
	"net/http"
	"time"

	"chat/cmd/logs"
	"chat/ui"
)

// guard says who may come to a path. The zero value is the strictest, so a
// line of the table that forgets to say is closed, not open.
type guard int

const (
	session guard = iota // logged-in visitors only, by auth.Server.Gate
	fetched              // the same, for what pages fetch: by auth.Server.GateFetched
	public               // everybody
	inside               // everybody, as far as the handler's own check of the session
)

// route is one line of the table.
type route struct {
	pattern string // as http.ServeMux takes it
	guard   guard
	kind    kind
	handler http.Handler
}

// kind bounds one request: how much it may send and how long all of it may
// take, so that a slow client costs one connection for a known time.
type kind struct {
	body   int64 // most bytes of a request's body; 0 leaves it to the handler
	within time.Duration
}

var (
	page     = kind{body: 64 << 10, within: 15 * time.Second}
	transfer = kind{within: 5 * time.Minute} // package chat bounds an upload's bytes
	sockets  = kind{}                        // long by nature; package engineio keeps its own deadlines
)

// routes is THE table: every path that the server answers. All else is 404.
func (a *app) routes() []route {
	f := a.site.Handle
	return []route{
		{"GET /{$}", session, page, f(a.rooms.Home)},
		{"GET /chat/{room}", session, page, f(a.rooms.Page)},
		{"POST /chat/{room}/files", session, transfer, f(a.rooms.Upload)},
		{"GET /chat/{room}/files/{name}", fetched, transfer, f(a.rooms.Download)},
		{"POST /name", session, page, f(a.people.Rename)},
		{"POST /logout", session, page, f(a.people.Logout)},

		{"GET /auth", public, page, f(a.people.LoginPage)},
		{"POST /auth", public, page, f(a.people.Login)},
		{"GET /setup", public, page, f(a.people.SetupPage)},
		{"POST /setup", public, page, f(a.people.Claim)},
		{"POST /setup/confirm", public, page, f(a.people.Confirm)},

		{socketPath, inside, sockets, a.rooms.SocketIO()},

		{"GET /static/", public, page, a.site.Static()},
		{"GET /favicon.ico", public, page, a.site.Favicon()},
		{"GET /apple-touch-icon.png", public, page, a.site.TouchIcon()},
		{"GET /worker.js", public, page, a.site.Worker()},
		{"GET /offline", public, page, a.site.Offline()},
		{healthPath, public, page, http.HandlerFunc(health)},
		{readyPath, public, page, a.ready},
	}
}

const (
	socketPath = "/socket.io/"
	healthPath = "GET /health"
	readyPath  = "GET /ready"
)

// handler is the table behind the middleware that every request passes, the
// outermost first:
//
//  1. logs.Identify: each request has an id, in the log and in its answer
//  2. recovered: a panic ends one request, not the process
//  3. ui.Headers: the security headers, on refusals too
//  4. HostGuard: a Host that is none of ours gets 421
//  5. crossOrigin: no other site changes anything, or opens a socket
//  6. the table
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range a.routes() {
		h := bounded(r.kind, r.handler)
		switch r.guard {
		case session:
			h = a.people.Gate(h)
		case fetched:
			h = a.people.GateFetched(h)
		}
		mux.Handle(r.pattern, h)
	}
	h := a.crossOrigin(designed(mux, a.site))
	h = a.origins.HostGuard(h)
	h = ui.Headers(a.place.secure, h)
	return logs.Identify(recovered(h, a.site, a.log))
}

// health says that the process answers requests.
func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"healthy"}`)) // The client may be gone.
}

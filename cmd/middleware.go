package cmd

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"chat/ui"
)

// recovered answers 500 for a handler that panicked, and logs why. With DEBUG
// it logs every request: route, status and time, never the path, since a
// room's name is its key.
func recovered(next http.Handler, site *ui.Site, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &answer{ResponseWriter: w}
		start := time.Now()
		defer func() {
			v := recover()
			if v == nil {
				log.DebugContext(r.Context(), "request", "method", r.Method, "route", r.Pattern, "status", answer.status, "took_ms", time.Since(start).Milliseconds())
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			log.ErrorContext(r.Context(), "panic", "method", r.Method, "route", r.Pattern, "panic", v, "stack", string(debug.Stack()))
			if answer.status == 0 {
				site.Error(answer, r, &ui.Error{Status: http.StatusInternalServerError})
			}
		}()
		next.ServeHTTP(answer, r)
	})
}

// answer remembers the status that was sent; 0 is none yet.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Hijack hands the connection to a websocket.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if a.status == 0 {
		a.status = http.StatusSwitchingProtocols
	}
	return http.NewResponseController(a.ResponseWriter).Hijack()
}

// Unwrap lets http.ResponseController reach the deadlines.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// crossOrigin refuses requests that another site had a browser make: changes
// to the pages by the standard library's rules, every request to the sockets
// by those of package auth, since a socket opens with GET and carries the
// cookie.
func (a *app) crossOrigin(next http.Handler) http.Handler {
	pages := a.oneOrigin(a.sameScheme(a.forms.Handler(next)))
	sockets := a.origins.Guard(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, socketPath) {
			sockets.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// oneOrigin refuses a change for which two origins are named. No browser does that,
// and the standard library looks at the first alone.
func (a *app) oneOrigin(next http.Handler) http.Handler {
	refuse := refuseForeign(a.site)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !safe(r.Method) && len(r.Header.Values("Origin")) > 1 {
			refuse.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// safe reports whether a method changes nothing.
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// sameScheme refuses what a page of our own name sends by http to our https.
// Whoever can write into a network can make such a page. The standard library
// compares the name of an Origin with Host only, and browsers that do not send
// Sec-Fetch-Site, which knows the difference, send nothing better.
func (a *app) sameScheme(next http.Handler) http.Handler {
	if !a.place.secure {
		return next
	}
	refuse := refuseForeign(a.site)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if !safe(r.Method) && strings.HasPrefix(origin, "http://") && !slices.Contains(a.place.origins, origin) {
			refuse.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuseForeign is the answer to a request that another site made.
func refuseForeign(site *ui.Site) http.Handler {
	return site.Handle(func(http.ResponseWriter, *http.Request) error {
		return &ui.Error{
			Status: http.StatusForbidden,
			Code:   "cross_origin",
		}
	})
}

// newForms makes the protection of the pages. A proxy may rewrite Host, so our
// own addresses are named instead of only compared with it.
func newForms(site *ui.Site, where place) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	for _, o := range append([]string{where.base}, where.origins...) {
		if err := p.AddTrustedOrigin(o); err != nil {
			return nil, err
		}
	}
	p.SetDenyHandler(refuseForeign(site))
	return p, nil
}

// bounded applies the bounds of a kind of request.
func bounded(k kind, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var end time.Time
		if k.within > 0 {
			end = time.Now().Add(k.within)
		}
		// Always set: net/http clears the last request's deadline for reading
		// from a connection, but not the one for writing. A writer without
		// deadlines, as in a test, is fine.
		rc := http.NewResponseController(w)
		_ = rc.SetWriteDeadline(end)
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			_ = rc.SetReadDeadline(end)
		}
		if k.body > 0 {
			r.Body = http.MaxBytesReader(w, r.Body, k.body)
		}
		next.ServeHTTP(w, r)
	})
}

// tidy reports whether a path stands as the table writes it. For others the mux
// has a redirect to what they might have meant, which guesses at links that
// nobody made, and is another answer than the table's.
func tidy(asked, pattern string) bool {
	clean := path.Clean(asked)
	return (asked == clean || asked == clean+"/") && !strings.HasSuffix(pattern, " "+asked+"/") && pattern != asked+"/"
}

// designed gives the mux's own refusals, 404 and 405, the pages of package ui.
func designed(mux *http.ServeMux, site *ui.Site) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refusal, pattern := mux.Handler(r)
		if pattern != "" && tidy(r.URL.Path, pattern) {
			mux.ServeHTTP(w, r)
			return
		}
		p := probe{header: make(http.Header)}
		refusal.ServeHTTP(&p, r)
		if allow := p.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		if p.status < http.StatusBadRequest { // a redirect to a tidier path
			p.status = http.StatusNotFound
		}
		site.Error(w, r, &ui.Error{Status: p.status})
	})
}

// probe learns which status a handler would send.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"chat/ui"
)

type visitorKey struct{}

// VisitorFrom returns the visitor that Gate let in.
func VisitorFrom(ctx context.Context) (Visitor, bool) {
	v, ok := ctx.Value(visitorKey{}).(Visitor)
	return v, ok
}

// Gate lets only visitors with a session through to next, which finds them by
// VisitorFrom. A request counts as use of the session, unless it is a HEAD.
//
// Others are sent to the login, which brings them back, or to the set-up when
// there is no secret yet. Programs get 401 instead. When the session cannot be
// looked up the answer is 503, and the cookie stays.
func (s *Server) Gate(next http.Handler) http.Handler { return s.gate(next, s.turnAway) }

// GateFetched is Gate for what pages fetch and nobody opens, such as pictures:
// others get 401 whatever they accept, as uneventful as the 404 of somebody who may
// not have it. A page that was redirected would take the login for a picture.
func (s *Server) GateFetched(next http.Handler) http.Handler {
	return s.gate(next, func(http.ResponseWriter, *http.Request) error { return ErrNoSession })
}

// gate lets visitors through to next. Others are for turnAway.
func (s *Server) gate(next http.Handler, turnAway ui.HandlerFunc) http.Handler {
	return s.config.Site.Handle(func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		if r.Method != http.MethodHead { // A page asks by HEAD whether it is still in; that is no use.
			ctx = with(ctx, touching)
		}
		found, err := s.session(ctx, r)
		if errors.Is(err, ErrNoSession) {
			return turnAway(w, r)
		}
		if err != nil {
			return err
		}
		s.arrived(r)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, found.visitor)))
		return nil
	})
}

// turnAway answers a request without a session.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request) error {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !reads || ui.WantsJSON(r) {
		return ErrNoSession
	}
	path := "/auth"
	if _, err := s.config.Vault.Current(); errors.Is(err, ErrNotEnrolled) {
		path = "/setup"
	} else if here := SafeNext(r.URL.RequestURI()); here != "/" {
		path += "?next=" + url.QueryEscape(here)
	}
	seeOther(w, path)
	return nil
}

package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"chat/ui"
)

// Visitor is who a session belongs to.
type Visitor struct {
	// ID is 128 random bits in lower-case base32, made at the login. Others may
	// know it: it is not the session's token and opens nothing.
	ID string
	// Name is what the visitor is called; see the package documentation.
	Name string
}

// ErrNoSession means that a request carries no valid session. Handled by
// ui.Site it is a 401.
var ErrNoSession error = &ui.Error{
	Status: http.StatusUnauthorized,
	Code:   "no_session",
	Err:    errors.New("no session"),
}

// session is a valid session. Ctx is scs's hold on it, nil when Redis is down
// and the session is a known one.
type session struct {
	ctx     context.Context
	visitor Visitor
	token   string // hashed
}

// Visitor returns who sent the request. Its errors are ErrNoSession, and an
// *ui.Error of status 503 when that cannot be found out. It does not count as
// use of the session: sockets may call it as often as they like.
func (s *Server) Visitor(r *http.Request) (Visitor, error) {
	found, err := s.session(r.Context(), r)
	return found.visitor, err
}

// session returns the one valid session of a request. With several there is no
// telling which one the visitor meant and which one somebody planted, so there
// is none.
func (s *Server) session(ctx context.Context, r *http.Request) (session, error) {
	found, err := s.valid(ctx, r)
	switch {
	case err != nil:
		return session{}, err
	case len(found) != 1:
		return session{}, ErrNoSession
	}
	return found[0], nil
}

// valid returns all valid sessions of a request, whoever they belong to.
func (s *Server) valid(ctx context.Context, r *http.Request) ([]session, error) {
	presented := tokens(r, s.sessions.Cookie.Name)
	if len(presented) == 0 {
		return nil, nil
	}
	secret, err := s.config.Vault.Current()
	if errors.Is(err, ErrNotEnrolled) {
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	var found []session
	slices.Sort(presented)
	for _, token := range slices.Compact(presented) {
		one, err := s.load(ctx, token, secret.epoch)
		if errors.Is(err, ErrNoSession) {
			continue
		}
		if err != nil {
			return nil, unavailable(err)
		}
		found = append(found, one)
	}
	return found, nil
}

// load looks one token up. While Redis is down a session that was seen there in
// the last minutes counts.
func (s *Server) load(ctx context.Context, token string, epoch int64) (session, error) {
	if b := s.barred.Load(); b != nil {
		return session{}, b.err
	}
	hash := hashToken(token)
	remembered, ok := s.recall(hash, epoch)
	if ok && s.known.resting() {
		return remembered, nil
	}
	loaded, err := s.sessions.Load(ctx, token)
	if errors.Is(err, errBadRecord) {
		s.known.doubt(hash)
		s.config.Log.WarnContext(context.Background(), "session dropped", "error", err.Error())
		return session{}, ErrNoSession
	}
	if err != nil {
		if ctx.Err() == nil {
			s.known.failed()
		}
		if ok {
			return remembered, nil
		}
		return session{}, fmt.Errorf("reading session: %w", err)
	}
	s.known.answered()
	v := Visitor{ID: s.sessions.GetString(loaded, keyID), Name: s.sessions.GetString(loaded, keyName)}
	deadline, now := s.sessions.Deadline(loaded), s.config.Now()
	if v.ID == "" || s.sessions.GetInt64(loaded, keyEpoch) != epoch || !now.Before(deadline) {
		s.known.doubt(hash)
		return session{}, ErrNoSession
	}
	s.known.put(hash, knownSession{visitor: v, epoch: epoch, deadline: deadline, seen: now, checked: now})
	return session{loaded, v, hash}, nil
}

// open ends the sessions that the request came with, if any, and begins a new
// one under a new token: whoever planted the old one holds nothing. That there are
// too many then is for endOldest.
func (s *Server) open(w http.ResponseWriter, r *http.Request, secret Secret) (Visitor, error) {
	if err := s.endAll(r); err != nil {
		return Visitor{}, err
	}
	ctx, err := s.sessions.Load(r.Context(), "")
	if err != nil {
		return Visitor{}, fmt.Errorf("beginning session: %w", err)
	}
	v := Visitor{ID: newID(), Name: friendlyName()}
	deadline := s.config.Now().Add(lifetime)
	s.sessions.SetDeadline(ctx, deadline)
	s.sessions.Put(ctx, keyID, v.ID)
	s.sessions.Put(ctx, keyName, v.Name)
	s.sessions.Put(ctx, keyEpoch, secret.epoch)
	s.sessions.Put(ctx, keyMade, s.config.Now())
	s.sessions.Put(ctx, keyAgent, agentLine(r.UserAgent()))
	token, _, err := s.sessions.Commit(ctx)
	if err != nil {
		return Visitor{}, fmt.Errorf("writing session: %w", err)
	}
	// The cookie lives as long as the session can; idle time is counted here.
	s.sessions.WriteSessionCookie(ctx, w, token, deadline)
	w.Header().Set("Cache-Control", "no-store")
	return v, nil
}

// endAll ends every valid session that the request presents.
func (s *Server) endAll(r *http.Request) error {
	found, err := s.valid(r.Context(), r)
	if err != nil {
		return err
	}
	for _, one := range found {
		if one.ctx == nil {
			return unavailable(errRedisRests)
		}
		if err := s.sessions.Destroy(one.ctx); err != nil {
			return unavailable(fmt.Errorf("ending session: %w", err))
		}
		s.known.take(one.token)
		s.config.Ended(one.visitor.ID, "logout")
	}
	return nil
}

// endOldest ends the oldest sessions when there are too many. If it cannot be
// done now the next login does it.
func (s *Server) endOldest(ctx context.Context) {
	sessions := s.sessions.Store.(store)
	all, err := sessions.list(ctx)
	for ; err == nil && len(all) > maxSessions; all = all[1:] {
		if err = sessions.DeleteCtx(ctx, all[0].token); err == nil {
			s.known.take(all[0].token)
			s.config.Ended(all[0].ID, "logout")
		}
	}
	if err != nil {
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "too many sessions", slog.String("error", err.Error()))
	}
}

// newID returns 128 random bits in lower-case base32, and a little more.
func newID() string { return strings.ToLower(rand.Text()) }

func validID(s string) bool {
	return len(s) == 26 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

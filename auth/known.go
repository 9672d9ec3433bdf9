package auth

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
	"chat/auth/limit"
)

// Times of what a server knows of sessions by itself.
const (
	knownFor   = 5 * time.Minute // a session counts without Redis for so long after it was seen there
	lookEvery  = time.Second     // whether each session that was seen is still there
	checkEvery = time.Minute     // whether it still is what it was
	maxKnown   = 256             // far more than there are
)

// known is the sessions that this server has seen, by the hash of their token.
// It is what sockets are held to, and what serves when Redis is down.
type known struct {
	mu   sync.Mutex
	list map[string]knownSession // guarded by mu
	down time.Time               // no answer since; guarded by mu
}

type knownSession struct {
	visitor  Visitor
	epoch    int64
	deadline time.Time
	seen     time.Time // in Redis, last
	checked  time.Time // its record, last
}

func (k *known) put(token string, s knownSession) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.list == nil {
		k.list = make(map[string]knownSession)
	}
	if _, ok := k.list[token]; !ok && len(k.list) >= maxKnown {
		for other := range k.list { // any
			delete(k.list, other)
			break
		}
	}
	k.list[token] = s
}

func (k *known) get(token string) (knownSession, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.list[token]
	return s, ok
}

// take forgets a session and returns it.
func (k *known) take(token string) (knownSession, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.list[token]
	delete(k.list, token)
	return s, ok
}

// all returns a copy.
func (k *known) all() map[string]knownSession {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := make(map[string]knownSession, len(k.list))
	for token, s := range k.list {
		list[token] = s
	}
	return list
}

// saw notes that sessions are in Redis now.
func (k *known) saw(tokens []string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, token := range tokens {
		if s, ok := k.list[token]; ok {
			s.seen = now
			k.list[token] = s
		}
	}
}

// failed and answered note how Redis does. While it fails it is asked once a
// second and not by every request, so that requests do not pile up at a Redis
// that hangs.
func (k *known) failed() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.down = time.Now()
}

func (k *known) answered() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.down = time.Time{}
}

func (k *known) resting() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return time.Since(k.down) < lookEvery
}

// doubt makes a session count only once Redis has said so again.
func (k *known) doubt(token string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s, ok := k.list[token]; ok {
		s.seen = time.Time{}
		k.list[token] = s
	}
}

// recall returns a session that this server saw in Redis in the last minutes.
func (s *Server) recall(token string, epoch int64) (session, bool) {
	one, ok := s.known.get(token)
	now := s.config.Now()
	if !ok || one.epoch != epoch || !now.Before(one.deadline) || now.Sub(one.seen) >= knownFor {
		return session{}, false
	}
	return session{visitor: one.visitor, token: token}, true
}

// errRedisRests is the error of what needs Redis while it does not answer.
var errRedisRests = errors.New("redis did not answer a moment ago")

// Watch holds sockets to their sessions, until ctx ends: it calls Config.Ended
// for each session that this server has seen and that is over, be it by a
// logout at another server, a command, its age or another epoch. It takes a
// second to notice; a record that was tampered with, a minute.
func (s *Server) Watch(ctx context.Context) {
	defer s.leave(context.WithoutCancel(ctx))
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		s.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look checks all known sessions once.
func (s *Server) look(ctx context.Context) {
	secret, err := s.config.Vault.Current()
	if err != nil {
		return // Whoever watches the vault says so; there is nobody to let in or out.
	}
	sessions := s.sessions.Store.(store)
	all := s.known.all()
	var keys, tokens []string
	for token := range all {
		tokens = append(tokens, token)
		keys = append(keys, sessions.prefix+token)
	}
	now := s.config.Now()
	there := s.ask(ctx, secret, keys)
	s.prepare(ctx, there != nil, limit.Try{
		Addr: netip.IPv4Unspecified(), Epoch: secret.epoch, Ordered: s.config.Vault.ordered(),
		Label: s.config.Vault.label(secret), Fresh: s.config.Vault.untried(),
		Witness: s.witness.testimony(s.config.Now()),
	})
	var alive []string
	for i, token := range tokens {
		one := all[token]
		switch {
		case one.epoch != secret.epoch || s.barred.Load() != nil:
			s.over(ctx, token, "rotated")
		case !now.Before(one.deadline):
			s.over(ctx, token, "expired")
		case there == nil: // Redis is down; live sockets go on.
		case there[i] == 0:
			s.over(ctx, token, "logout")
		case now.Sub(one.checked) >= checkEvery:
			s.recheck(ctx, token, one)
		default:
			alive = append(alive, token)
		}
	}
	s.known.saw(alive, now)
}

// prepare has the counters ready once Redis answers, and again each time that it
// did not, or is another one: it was started anew, or another is in its place. Then
// codes of this moment are good for nobody, and who logs in soon after should not
// be the first to find out. Each minute it looks whether the level has gone down,
// which it does by itself when the guessing ends.
func (s *Server) prepare(ctx context.Context, answered bool, t limit.Try) {
	if !answered {
		s.prepared = time.Time{}
		return
	}
	now := s.config.Now()
	if age := now.Sub(s.prepared); 0 <= age && age < checkEvery {
		return
	}
	ticket, err := s.limiter.Begin(ctx, t)
	if err != nil {
		return // The next look tries again.
	}
	s.prepared = now
	s.announce(ctx, ticket.Was, ticket.Level)
}

// recheck reads the record of a known session again.
func (s *Server) recheck(ctx context.Context, token string, one knownSession) {
	within, cancel := once.Within(ctx)
	defer cancel()
	b, err := s.steps.rdb.Get(within, s.sessions.Store.(store).prefix+token).Bytes()
	if err != nil && !errors.Is(err, redis.Nil) {
		return
	}
	r, bad := decodeRecord(b)
	if err != nil || bad != nil || r.ID != one.visitor.ID || r.Epoch != one.epoch {
		s.over(ctx, token, "logout")
		return
	}
	if one.visitor.Name != r.Name { // at another server, which had no socket to tell
		s.config.Renamed(one.visitor.ID, r.Name)
	}
	now := s.config.Now()
	one.visitor.Name, one.deadline, one.seen, one.checked = r.Name, r.Deadline, now, now
	s.known.put(token, one)
}

// over ends what hangs on a session that has ended, and removes it from Redis if
// it is still there: one of an older secret is.
func (s *Server) over(ctx context.Context, token, reason string) {
	one, ok := s.known.take(token)
	if !ok {
		return
	}
	_ = s.sessions.Store.(store).DeleteCtx(ctx, token) // If Redis is down, it expires by itself.
	s.config.Ended(one.visitor.ID, reason)
}

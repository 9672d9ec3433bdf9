package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"chat/auth/limit"
)

// outcome is how an attempt ended. The log tells the kinds of failure apart;
// the answer to the client does not.
type outcome string

const (
	accepted    outcome = "accepted"
	wrong       outcome = "wrong"
	malformed   outcome = "malformed"
	replayed    outcome = "replayed"
	throttled   outcome = "throttled"
	stepUp      outcome = "step_up"      // it brought fewer codes than it must
	unanswered  outcome = "unavailable"  // Redis or the secret could not be read
	notEnrolled outcome = "not_enrolled" // there is no secret to log in with
	closed      outcome = "closed"       // a secret was made elsewhere meanwhile
)

// maxAgent is how much of a User-Agent is logged, in characters.
const maxAgent = 200

// attempt is the log record of one try to get in. Its keys are fixed, so that
// alerts and tools can rely on them. It has no field for a code, a token, a
// secret or next, and never gets one.
type attempt struct {
	action  string // "login" or "enrol"
	addr    netip.Addr
	agent   string
	codes   int  // how many it brought
	trusted bool // it came from a trusted device
	outcome outcome
	visitor string        // accepted logins only: the visitor's public id
	wait    time.Duration // throttled, or unavailable for so long
	err     error         // unavailable only
}

func (s *Server) newAttempt(r *http.Request, action string) *attempt {
	return &attempt{
		action: action,
		addr:   ClientAddr(r, s.config.Proxies),
		agent:  shorten(r.UserAgent(), maxAgent),
	}
}

// errUnsure means that codes which were used may have been forgotten.
var errUnsure = errors.New("the counters are new, or Redis was started anew: the codes of that moment count as used, and the next ones are good")

// fail notes that the attempt could not be decided.
func (a *attempt) fail(err error) { a.outcome, a.err = unanswered, err }

// charge pays for the attempt, before anything of it is looked at. It reports
// whether the attempt may go on, and tells the log when the level changed. The
// ticket is good for the page in any case.
func (s *Server) charge(ctx context.Context, t limit.Try, a *attempt) (limit.Ticket, bool) {
	t.Addr, t.Fresh = a.addr, s.config.Vault.untried()
	ticket, err := s.limiter.Take(ctx, t)
	if err != nil {
		a.fail(err)
		return limit.Ticket{Need: 1}, false
	}
	if t.Fresh && t.Codes > 0 {
		s.config.Vault.tried()
	}
	a.trusted = ticket.Trusted
	s.announce(ctx, ticket.Was, ticket.Level)
	switch ticket.Verdict {
	case limit.Go:
		return ticket, true
	case limit.Wait:
		a.outcome, a.wait = throttled, ticket.RetryAfter
	case limit.More:
		a.outcome = stepUp
	case limit.Stale:
		a.fail(errStale)
	case limit.Foreign:
		a.fail(errForeign)
	case limit.Unsure:
		a.unsure(ticket)
	}
	return ticket, false
}

// unsure notes that nobody can be let in until there are other codes.
func (a *attempt) unsure(t limit.Ticket) {
	a.fail(errUnsure)
	a.wait = t.RetryAfter
}

// refund gives a successful attempt its own charge back. That it cannot is no
// reason to turn somebody away.
func (s *Server) refund(ctx context.Context, t limit.Ticket) {
	was, level, err := s.limiter.Refund(ctx, t)
	if err != nil {
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "refund failed", slog.String("error", err.Error()))
		return
	}
	s.announce(ctx, was, level)
}

// Level is how many codes a device that is not known must bring now: 1 to 3. It
// asks Redis and changes nothing.
func (s *Server) Level(ctx context.Context) (int, error) {
	ticket, err := s.limiter.Look(ctx, limit.Try{
		Addr: netip.IPv4Unspecified(), Codes: 3, Fresh: s.config.Vault.untried(),
	})
	return int(ticket.Need), err
}

// announce tells the log, and whoever is alerted by it, that unknown devices
// need another number of codes from now on.
func (s *Server) announce(ctx context.Context, was, level limit.Level) {
	if was == level {
		return
	}
	reason := "guesses"
	switch {
	case was == 0:
		reason = "counters_lost"
	case level < was:
		reason = "quiet"
	}
	s.config.Log.LogAttrs(ctx, slog.LevelWarn, "login level changed",
		slog.Int("from", int(was)), slog.Int("to", int(level)), slog.String("reason", reason))
}

// record tells of the attempt, whatever came of it.
func (s *Server) record(ctx context.Context, a *attempt) {
	a.log(ctx, s.config.Log)
	s.config.Attempted(string(a.outcome))
}

// log writes the record: failures at WARN, which alerts by default.
func (a *attempt) log(ctx context.Context, l *slog.Logger) {
	level := slog.LevelWarn
	if a.outcome == accepted {
		level = slog.LevelInfo
	}
	attrs := []slog.Attr{
		slog.String("action", a.action),
		slog.String("outcome", string(a.outcome)),
		slog.String("addr", a.addr.String()),
		slog.String("source", limit.Source(a.addr)),
		slog.String("user_agent", a.agent),
		slog.Int("codes", a.codes),
		slog.Bool("trusted", a.trusted),
		slog.String("session", a.visitor),
		slog.Int("retry_after", seconds(a.wait)),
		slog.String("error", ""),
	}
	if a.err != nil {
		attrs[len(attrs)-1].Value = slog.StringValue(a.err.Error())
	}
	l.LogAttrs(context.WithoutCancel(ctx), level, "attempt", attrs...)
}

// seconds rounds up: who waits must not come back too early.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// shorten returns the first n characters of s as valid UTF-8.
func shorten(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

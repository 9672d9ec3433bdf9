package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"chat/auth/limit"
	"chat/ui"
)

// Sentences of the login page. There is one for every code that does not open,
// so that a guesser learns nothing from it.
var (
	refusedText    = ui.Say("login.refused")
	refusedRunText = ui.Say("login.refused_run")
	throttledText  = ui.Say("login.throttled")
	downText       = ui.Say("login.down")
	unsureText     = ui.Say("login.unsure")
)

// LoginPage shows the form. A visitor who is in already goes on to next. A code
// in the address is not looked at; codes there is how many fields the visitor
// wants, who may offer more than are needed.
func (s *Server) LoginPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	next := SafeNext(q.Get("next"))
	secret, err := s.config.Vault.Current()
	if errors.Is(err, ErrNotEnrolled) {
		seeOther(w, "/setup")
		return nil
	}
	if _, err := s.Visitor(r); err == nil {
		seeOther(w, next)
		return nil
	}
	page := ui.LoginPage{Next: next, Codes: 1}
	if err == nil {
		t := s.try(r, secret)
		t.Addr, t.Codes, t.Fresh = ClientAddr(r, s.config.Proxies), 1, s.config.Vault.untried()
		// Without an answer the page asks for one code; the login will say more.
		if ticket, err := s.limiter.Need(r.Context(), t); err == nil {
			page.Need, page.Lost = int(ticket.Need), ticket.Floor > 0
			if ticket.Verdict == limit.Unsure { // so that nobody types a code for nothing
				page.Problem, page.RetryAfter = unsureText, ticket.RetryAfter
			}
		}
	}
	page.Codes = max(1, page.Need)
	if wanted := q.Get("codes"); wanted == "2" || wanted == "3" {
		page.Codes = max(page.Codes, int(wanted[0]-'0'))
	}
	s.config.Site.Render(w, r, http.StatusOK, page)
	return nil
}

// try is what a request says about itself, but for its codes.
func (s *Server) try(r *http.Request, secret Secret) limit.Try {
	return limit.Try{
		Device: s.device(r), Epoch: secret.epoch, Ordered: s.config.Vault.ordered(), Label: s.config.Vault.label(secret),
		Witness: s.witness.testimony(s.config.Now()),
	}
}

// Login checks the form field code, or the consecutive codes in code, code2 and
// code3, and when they open it starts a session and goes to next. The order of
// its steps is the policy; see the package documentation.
func (s *Server) Login(w http.ResponseWriter, r *http.Request) error {
	f := readForm(w, r)
	codes := f.codes()
	page := ui.LoginPage{Next: SafeNext(f.only("next")), Codes: len(codes)}
	a := s.newAttempt(r, "login")
	a.codes = len(codes)
	ticket := s.admit(w, r, codes, a)
	s.record(r.Context(), a)

	status := http.StatusUnauthorized
	page.Need, page.Lost = int(ticket.Need), ticket.Floor > 0
	page.Codes = max(page.Codes, page.Need)
	switch a.outcome {
	case accepted:
		seeOther(w, page.Next)
		return nil
	case notEnrolled:
		seeOther(w, "/setup")
		return nil
	case throttled:
		status, page.Problem, page.RetryAfter = http.StatusTooManyRequests, throttledText, a.wait
	case unanswered:
		status, page.Problem, page.RetryAfter = http.StatusServiceUnavailable, downText, retryLater
		if a.wait > 0 {
			page.Problem, page.RetryAfter = unsureText, a.wait
		}
	case stepUp: // the page says why
	default:
		page.Problem = refusedText
		if len(codes) > 1 {
			page.Problem = refusedRunText
		}
		if ticket.Failures > 1 { // which the guesser has counted, too
			page.Clock = s.config.Now().UTC()
		}
	}
	s.config.Site.Render(w, r, status, page)
	return nil
}

// codes returns what stands in the fields for codes, one at least: a field that
// is empty or missing after the first is a code that was not offered.
func (f form) codes() []string {
	list := []string{f.only("code")}
	for _, name := range []string{"code2", "code3"} {
		if strings.Trim(f.only(name), " ") != "" {
			list = append(list, f.only(name))
		}
	}
	return list
}

// patience is how long the steps that decide may take together; each of them has
// half a second. So whoever logs in while Redis is slow hears of it within a
// second.
const patience = 900 * time.Millisecond

// admit takes the steps from a charged attempt to a session. How far it came is
// a's outcome.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, codes []string, a *attempt) limit.Ticket {
	after := context.WithoutCancel(r.Context()) // A client that hangs up must not tear the steps apart.
	ctx, cancel := context.WithTimeout(after, patience)
	defer cancel()
	none := limit.Ticket{Need: 1}
	secret, err := s.config.Vault.Current()
	if errors.Is(err, ErrNotEnrolled) {
		a.outcome = notEnrolled
		return none
	}
	if err != nil {
		a.fail(err)
		return none
	}
	t := s.try(r, secret)
	t.Codes = len(codes)
	if t.Codes == free && !s.fit(secret, codes) {
		return s.turnDown(ctx, t, codes, a)
	}
	ticket, ok := s.charge(ctx, t, a)
	if !ok || !s.check(ctx, secret, codes, ticket.Floor, a) {
		if a.outcome == unanswered && a.wait == 0 {
			return none
		}
		return ticket
	}
	v, err := s.open(w, r.WithContext(ctx), secret)
	if err != nil {
		a.fail(err)
		return none
	}
	a.outcome, a.visitor = accepted, v.ID
	s.finish(w, r.WithContext(after), secret, ticket)
	if !ticket.Trusted {
		s.greet(after, a)
	}
	return ticket
}

// finish takes the steps after the session is there. They refuse nothing, and have
// as long together as those that decided: who is let in while Redis stops to answer
// hears of it within two seconds.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, secret Secret, t limit.Ticket) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	s.endOldest(ctx)
	s.trust(w, r.WithContext(ctx), secret, t.Trusted)
	s.refund(ctx, t)
}

// fit reports whether codes are those of steps around now.
func (s *Server) fit(secret Secret, codes []string) bool {
	_, ok := secret.MatchRun(codes, s.config.Now())
	return ok
}

// free is how many codes cost nothing; no login takes more.
const free = 3

// turnDown answers three codes that fit no step. They are as many as it takes to
// be looked at always and at no charge, so that a flood of them would ask Redis a
// thousand times a second for leave to be wrong. That the answer is quicker than
// the one to three used codes tells nothing to who does not have these.
func (s *Server) turnDown(ctx context.Context, t limit.Try, codes []string, a *attempt) limit.Ticket {
	t.Addr, t.Fresh = a.addr, s.config.Vault.untried()
	ticket, err := s.limiter.Need(ctx, t)
	if b := s.barred.Load(); b != nil && err == nil {
		err = b.err // as for three that fit
	}
	switch {
	case err != nil:
		a.fail(err)
		return limit.Ticket{Need: 1}
	case ticket.Verdict == limit.Unsure:
		a.unsure(ticket) // as for three that fit
	case malformedAny(codes):
		a.outcome = malformed
	default:
		a.outcome = wrong
	}
	ticket.Failures = 2 // who gets three wrong may want to see a clock
	return ticket
}

// greet tells the log, and whoever is alerted by it, of a login from a device
// that was not known.
func (s *Server) greet(ctx context.Context, a *attempt) {
	s.config.Log.LogAttrs(ctx, slog.LevelWarn, "new device",
		slog.String("addr", a.addr.String()),
		slog.String("source", limit.Source(a.addr)),
		slog.String("user_agent", a.agent),
		slog.String("session", a.visitor),
		slog.Int("codes", a.codes))
}

// check reports whether codes open, and uses them up. Codes that are wrong or
// malformed take the same way as ones that were used: as step 0, which is never
// free.
func (s *Server) check(ctx context.Context, secret Secret, codes []string, floor int64, a *attempt) bool {
	now := s.config.Now()
	last, matched := secret.MatchRun(codes, now)
	r := run{count: len(codes)}
	if matched {
		r.first = last - int64(len(codes)-1)
	}
	free, back, err := s.steps.use(ctx, secret, r, floor, now)
	switch {
	case err != nil:
		a.fail(err)
	case matched:
		a.outcome = replayed
	case malformedAny(codes):
		a.outcome = malformed
	default:
		a.outcome = wrong
	}
	if back {
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "clock set back: codes were used that lie in the future")
	}
	return free
}

func malformedAny(codes []string) bool {
	for _, code := range codes {
		if parseCode(code) == noCode {
			return true
		}
	}
	return false
}

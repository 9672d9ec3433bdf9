package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"chat/ui"
)

// Sentences of the login page. There is one for every code that does not open,
// so that a guesser learns nothing from it.
const (
	refusedText   = "That code does not work. Codes change every 30 seconds and work once: enter the one shown now."
	throttledText = "Too many attempts. Please wait before you try again."
	downText      = "The server cannot check codes right now. Please try again in a few seconds."
)

// LoginPage shows the form. A visitor who is in already goes on to next. A code
// in the address is not looked at.
func (s *Server) LoginPage(w http.ResponseWriter, r *http.Request) error {
	next := SafeNext(r.URL.Query().Get("next"))
	if _, err := s.config.Vault.Current(); errors.Is(err, ErrNotEnrolled) {
		seeOther(w, "/setup")
		return nil
	}
	if _, err := s.Visitor(r); err == nil {
		seeOther(w, next)
		return nil
	}
	s.config.Site.Render(w, r, http.StatusOK, ui.LoginPage{Next: next})
	return nil
}

// Login checks the form field code and, when it opens, starts a session and
// goes to next. The order of its steps is the policy; see the package
// documentation.
func (s *Server) Login(w http.ResponseWriter, r *http.Request) error {
	f := readForm(w, r)
	page := ui.LoginPage{Next: SafeNext(f.only("next"))}
	a := s.newAttempt(r, "login")
	s.admit(w, r, f.only("code"), a)
	a.log(r.Context(), s.config.Log)

	status := http.StatusUnauthorized
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
	default:
		page.Problem = refusedText
	}
	s.config.Site.Render(w, r, status, page)
	return nil
}

// admit takes the steps from a charged attempt to a session. How far it came is
// a's outcome.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, code string, a *attempt) {
	ctx := context.WithoutCancel(r.Context()) // A client that hangs up must not tear the steps apart.
	secret, err := s.config.Vault.Current()
	if errors.Is(err, ErrNotEnrolled) {
		a.outcome = notEnrolled
		return
	}
	if err != nil {
		a.fail(err)
		return
	}
	charge, ok := s.charge(ctx, a)
	if !ok || !s.check(ctx, secret, code, a) {
		return
	}
	v, err := s.open(w, r.WithContext(ctx), secret)
	if err != nil {
		a.fail(err)
		return
	}
	a.outcome, a.visitor = accepted, v.ID
	s.refund(ctx, charge)
}

// check reports whether a code opens, and uses it up. A code that is wrong or
// malformed takes the same way as one that was used: as step 0, which is never
// free.
func (s *Server) check(ctx context.Context, secret Secret, code string, a *attempt) bool {
	now := s.config.Now()
	step, matched := secret.Match(code, now)
	if !matched {
		step = 0
	}
	free, back, err := s.steps.use(ctx, secret, step, now)
	switch {
	case err != nil:
		a.fail(err)
	case matched:
		a.outcome = replayed
	case parseCode(code) == noCode:
		a.outcome = malformed
	default:
		a.outcome = wrong
	}
	if back {
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "clock set back: codes were used that lie in the future")
	}
	return free
}

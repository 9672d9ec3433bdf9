package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"chat/auth/limit"
	"chat/ui"
)

// setupCookie marks the browser that holds the claim. It travels to setupPath
// and below only.
const (
	setupCookie = "chat_setup"
	setupPath   = "/setup"
)

var (
	misfitText = ui.Say("enrol.misfit")
	// The wait is longer than the claim lives, and the terminal is the owner's.
	blockedText = ui.Say("enrol.blocked", "command", "chat setup-totp")
)

// SetupPage tells how the owner sets up, or, to whoever brings a claim, shows
// the button that posts it. It says nothing of whether the claim is good and
// uses nothing up: link previews and prefetching browsers come here too.
func (s *Server) SetupPage(w http.ResponseWriter, r *http.Request) error {
	_, err := s.config.Vault.Current()
	if err != nil && !errors.Is(err, ErrNotEnrolled) {
		return unavailable(err)
	}
	token := r.URL.Query().Get("claim")
	if err == nil || token == "" {
		s.config.Site.Render(w, r, http.StatusOK, ui.SetupHelpPage{Enrolled: err == nil})
		return nil
	}
	s.config.Site.Render(w, r, http.StatusOK, ui.ClaimPage{Claim: shorten(token, 64)})
	return nil
}

// Claim gives the first browser that posts the claim the new secret, and shows
// it to that browser again until it is activated or the claim ends. All others
// get 410.
func (s *Server) Claim(w http.ResponseWriter, r *http.Request) error {
	if err := s.stillOpen(); err != nil {
		return err
	}
	f := readForm(w, r)
	secret, holder, ok, err := s.claim.win(f.only("claim"), holderOf(r), s.config.Now(), s.config.Issuer, s.config.Account)
	if err != nil {
		return fmt.Errorf("making secret: %w", err)
	}
	if !ok {
		return gone()
	}
	http.SetCookie(w, &http.Cookie{
		Name:     setupCookie,
		Value:    holder,
		Path:     setupPath,
		MaxAge:   int(claimLife.Seconds()),
		Secure:   s.config.Secure,
		HttpOnly: true,
		SameSite: http.SameSiteStrictMode,
	})
	return s.enrolPage(w, r, http.StatusOK, secret, ui.Phrase{}, 0)
}

// Confirm checks the first code of the holder's secret, stores the secret and
// lets the holder in, on a device that is trusted from then on: that code is
// used up by it, and to ask at once for the next one would be a riddle. It counts against the same budget as a login.
func (s *Server) Confirm(w http.ResponseWriter, r *http.Request) error {
	if err := s.stillOpen(); err != nil {
		return err
	}
	f := readForm(w, r)
	secret, ok := s.claim.held(holderOf(r), s.config.Now())
	if !ok {
		return gone()
	}
	a := s.newAttempt(r, "enrol")
	a.codes = 1
	s.activate(r, secret, f.only("code"), a)
	path := "/"
	if a.outcome == accepted {
		path = s.welcome(w, r, a)
	}
	s.record(r.Context(), a)
	switch a.outcome {
	case accepted:
		s.claim.end()
		s.expire(w, setupCookie, setupPath)
		seeOther(w, path)
		return nil
	case closed:
		s.claim.end()
		return gone()
	case unanswered:
		return unavailable(a.err)
	case throttled:
		return s.enrolPage(w, r, http.StatusTooManyRequests, secret, blockedText, a.wait)
	}
	return s.enrolPage(w, r, http.StatusUnauthorized, secret, misfitText, 0)
}

// welcome begins the holder's session, and says so as for any other new device:
// whoever took the claim away from the owner comes in here. It returns where to
// go from there. If there can be no session now, the login will begin one, with
// the next code.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request, a *attempt) (path string) {
	ctx := context.WithoutCancel(r.Context())
	r = r.WithContext(ctx)
	secret, err := s.config.Vault.Current()
	var v Visitor
	if err == nil {
		v, err = s.open(w, r, secret)
	}
	if err != nil {
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "no session after the enrolment", slog.String("error", err.Error()))
		return "/auth"
	}
	a.visitor = v.ID
	s.finish(w, r, secret, limit.Ticket{}) // activate gave the charge back.
	s.greet(ctx, a)
	return "/"
}

// activate takes the steps from a charged attempt to a stored secret. How far
// it came is a's outcome.
func (s *Server) activate(r *http.Request, secret Secret, code string, a *attempt) {
	ctx := context.WithoutCancel(r.Context())
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticket, ok := s.charge(within, limit.Try{}, a)
	if !ok {
		return
	}
	active, ok := secret.Activate(code, s.config.Now())
	if !ok {
		a.outcome = wrong
		return
	}
	switch err := s.config.Vault.Create(active); {
	case errors.Is(err, ErrEnrolled):
		a.outcome = closed
	case err != nil:
		a.fail(err)
	default:
		a.outcome = accepted
		s.refund(ctx, ticket)
	}
}

func (s *Server) enrolPage(w http.ResponseWriter, r *http.Request, status int, secret Secret, problem ui.Phrase, wait time.Duration) error {
	code, err := ui.NewQR(secret.URI())
	if err != nil {
		return fmt.Errorf("drawing secret: %w", err)
	}
	s.config.Site.Render(w, r, status, ui.EnrolPage{
		QR:      code,
		Secret:  secret.Groups(),
		Issuer:  secret.issuer,
		Account: secret.account,
		Problem: problem,

		RetryAfter: wait,
	})
	return nil
}

// stillOpen returns nil as long as there is no secret. Once there is one, made
// here or by another process, the claim is over and its secret forgotten.
func (s *Server) stillOpen() error {
	switch _, err := s.config.Vault.Current(); {
	case err == nil:
		s.claim.end()
		return gone()
	case !errors.Is(err, ErrNotEnrolled):
		return unavailable(err)
	}
	return nil
}

func gone() error {
	return &ui.Error{
		Status: http.StatusGone,
		Code:   "claim_gone",
	}
}

// holderOf returns the set-up cookie.
func holderOf(r *http.Request) string {
	c, err := r.Cookie(setupCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

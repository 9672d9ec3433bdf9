package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"sync"
	"time"
)

// claimLife is how long a claim link is good.
const claimLife = 15 * time.Minute

// claim is the right to set up over the web. Who posts the token first is its
// holder, and only the holder's browser sees the secret from then on. It lives
// in memory: a restart ends it.
type claim struct {
	mu      sync.Mutex // guards all below
	token   string     // empty: there is none
	expires time.Time
	holder  string // the holder's cookie; empty until somebody won
	secret  Secret // what the holder is enrolling; zero until somebody won
}

// NewClaim makes a claim token of 128 bits, good for 15 minutes and one
// browser, and ends the one before. Show it to the operator only.
func (s *Server) NewClaim() (token string) {
	c := &s.claim
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token, c.expires = rand.Text(), s.config.Now().Add(claimLife)
	c.holder, c.secret = "", Secret{}
	return c.token
}

// win hands out the secret being enrolled: to the first that brings the token,
// and to the same browser again. Holder is that browser's cookie, empty on its
// first visit; the holder returned is to be set. Ok is false for everybody else.
func (c *claim) win(token, cookie string, now time.Time, issuer, account string) (s Secret, holder string, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.live(now) || !same(token, c.token) {
		return Secret{}, "", false, nil
	}
	if c.holder == "" {
		secret, err := NewSecret(issuer, account)
		if err != nil {
			return Secret{}, "", false, err
		}
		c.holder, c.secret = rand.Text(), secret
		return c.secret, c.holder, true, nil
	}
	if !same(cookie, c.holder) {
		return Secret{}, "", false, nil
	}
	return c.secret, c.holder, true, nil
}

// held returns the secret being enrolled to its holder.
func (c *claim) held(cookie string, now time.Time) (Secret, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.live(now) || c.holder == "" || !same(cookie, c.holder) {
		return Secret{}, false
	}
	return c.secret, true
}

// end closes the claim for ever.
func (c *claim) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token, c.holder, c.secret = "", "", Secret{}
}

// live reports whether there is a claim. The caller holds mu.
func (c *claim) live(now time.Time) bool { return c.token != "" && now.Before(c.expires) }

// same compares in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

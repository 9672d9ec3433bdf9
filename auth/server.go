package auth

import (
	"errors"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
	"chat/auth/limit"
	"chat/ui"
)

// retryLater is what clients are told to wait while Redis is down.
const retryLater = 5 * time.Second

// Config is what a Server needs. Vault, Redis and Site are required.
type Config struct {
	Vault *Vault
	// Redis keeps sessions, used steps and attempts. Commands take at most half
	// a second, whatever timeouts it has.
	Redis *redis.Client
	// Prefix begins every key, so that deployments can share a Redis. Empty: "chat:".
	Prefix string
	Site   *ui.Site
	// Log gets one record an attempt. Nil: slog.Default.
	Log *slog.Logger
	// Secure says that browsers come by https: cookies are then Secure and
	// carry the __Host- prefix. Without it they travel in the clear.
	Secure bool
	// Proxies are the networks whose X-Forwarded-For is believed. Whoever is
	// listed here can claim any address, and so have any number of attempts.
	Proxies []netip.Prefix
	// Issuer and Account name the secret that the web wizard makes. Empty:
	// "chat" and "owner".
	Issuer, Account string
	// Now is the clock that codes, sessions and counters go by. Nil: time.Now,
	// and for the counters Redis's own, which is one for all servers.
	Now func() time.Time
	// Ended, when set, is called after a session ended, with its visitor's id.
	// The reason is logout (a new login in the same browser included), expired
	// or rotated. It may be called twice. See Watch.
	Ended func(visitorID, reason string)
	// Renamed, when set, is called after a visitor took another name.
	Renamed func(visitorID, name string)
	// Attempted, when set, is called after each attempt to get in, with its
	// outcome as in the log. It must not wait.
	Attempted func(outcome string)
}

// Server lets people in and out over the web. Its methods LoginPage, Login,
// Logout, Rename, SetupPage, Claim and Confirm are handlers for ui.Site.Handle.
// It is safe for concurrent use.
type Server struct {
	config   Config // complete after New
	limiter  *limit.Limiter
	steps    *steps
	sessions *scs.SessionManager
	claim    claim
	known    known
	sent     sent
	witness  witness
	barred   atomic.Pointer[bar] // why nobody is let in here; nil when they are
	free     time.Time           // since when no server has the secret in use; used by Watch alone, as prepared is
	prepared time.Time           // when the counters were, last
}

// New returns a Server.
func New(c Config) (*Server, error) {
	if c.Vault == nil || c.Redis == nil || c.Site == nil {
		return nil, errors.New("making auth server: Vault, Redis and Site are required")
	}
	if c.Prefix == "" {
		c.Prefix = "chat:"
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Issuer == "" {
		c.Issuer = "chat"
	}
	if c.Account == "" {
		c.Account = "owner"
	}
	counting := c.Now // nil: the limiter goes by the clock of Redis
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Ended == nil {
		c.Ended = func(_, _ string) {}
	}
	if c.Renamed == nil {
		c.Renamed = func(_, _ string) {}
	}
	if c.Attempted == nil {
		c.Attempted = func(string) {}
	}
	return &Server{
		config:   c,
		limiter:  limit.New(c.Redis, c.Prefix+"login:", counting),
		steps:    &steps{rdb: once.New(c.Redis), prefix: c.Prefix + "steps:"},
		sessions: newSessions(c.Redis, c.Prefix, c.Secure),
	}, nil
}

// unavailable is the answer when Redis or the secret cannot be read. It is
// never a 401: a client must not forget a session that may be good.
func unavailable(err error) error {
	return &ui.Error{
		Status:     503,
		Code:       "unavailable",
		RetryAfter: retryLater,
		Err:        err,
	}
}

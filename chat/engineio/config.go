package engineio

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// ErrUnavailable is what Config.Authorize returns, wrapped or not, when it
// cannot tell now who is asking. The client gets 503 and may come back.
var ErrUnavailable = errors.New("cannot authorize now")

// Config is how a Server behaves. A zero field means its default.
type Config struct {
	// PingInterval is the time between a pong and the next ping; 25 s.
	PingInterval time.Duration
	// PingTimeout is how long a pong may take; 20 s.
	PingTimeout time.Duration
	// UpgradeTimeout is how long a probing websocket may take; 10 s.
	UpgradeTimeout time.Duration
	// MessageTimeout is how long one message or request body may take to arrive
	// once it began; 10 s.
	MessageTimeout time.Duration
	// WriteTimeout is how long one write to a client may take; 10 s. A client
	// that takes longer is closed as Slow.
	WriteTimeout time.Duration
	// MaxPayload is the size in bytes of the largest websocket message or
	// polling body that a client may send; 1 MiB. Clients are told.
	MaxPayload int
	// MaxQueue is how many bytes may wait for one client; 4 MiB. A client with
	// more is closed as Slow.
	MaxQueue int
	// MaxSockets is how many sockets one owner may have open; zero is no limit.
	// One more is answered with 429.
	MaxSockets int

	// Authorize decides who may connect. It is asked at every HTTP request: at
	// a handshake, and again whenever a request names a session, because a
	// session works only for the owner that opened it. The context is the
	// parent of Socket.Context and carries what the caller wants to remember of
	// the request. An error is answered with 403, ErrUnavailable with 503. Nil
	// lets everybody in with one owner, "".
	Authorize func(*http.Request) (ctx context.Context, owner string, err error)

	// Log is told of panics in a Handler, which end that one socket. Nil means
	// slog.Default.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	setDuration(&c.PingInterval, 25*time.Second)
	setDuration(&c.PingTimeout, 20*time.Second)
	setDuration(&c.UpgradeTimeout, 10*time.Second)
	setDuration(&c.MessageTimeout, 10*time.Second)
	setDuration(&c.WriteTimeout, 10*time.Second)
	if c.MaxPayload == 0 {
		c.MaxPayload = 1 << 20
	}
	if c.MaxQueue == 0 {
		c.MaxQueue = 4 << 20
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Authorize == nil {
		c.Authorize = func(*http.Request) (context.Context, string, error) {
			return context.Background(), "", nil
		}
	}
	return c
}

func setDuration(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

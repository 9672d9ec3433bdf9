package chat

import (
	"time"

	"golang.org/x/time/rate"
)

// The limits of SECURITY.md, section 7, on what one client can do.
const (
	maxText     = 16 << 10         // bytes of a message, unless it is a data: image
	maxRooms    = 20               // that one socket is in
	maxSockets  = 200              // of one session
	typingLasts = 6 * time.Second  // without another typing event
	emptyLasts  = 10 * time.Minute // from the last member leaving to the end of a room
	maxSide     = 100_000          // pixels of a file, as its sender says
)

// A flood keeps one client from drowning a room. It belongs to the goroutine
// that reads the client's events and needs no lock of its own.
type flood struct {
	messages *rate.Limiter
	typing   *rate.Limiter
	events   *rate.Limiter // of all kinds; over it the connection ends
}

func newFlood(unlimited bool) flood {
	if unlimited {
		all := rate.NewLimiter(rate.Inf, 0)
		return flood{all, all, all}
	}
	return flood{
		messages: rate.NewLimiter(10, 30),
		typing:   rate.NewLimiter(2, 4),
		events:   rate.NewLimiter(50, 200),
	}
}

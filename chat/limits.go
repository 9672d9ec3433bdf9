package chat

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The limits of SECURITY.md, section 7, on what one visitor can do.
const (
	maxText       = 16 << 10         // bytes of a message, unless it is a data: image
	maxRooms      = 20               // that one socket is in
	maxSockets    = 200              // of one session
	uploadsAnHour = 60               // of one session
	typingLasts   = 6 * time.Second  // without another typing event
	maxUnderWay   = 16               // entries of one socket that the log has not answered for
	emptyLasts    = 10 * time.Minute // from the last member leaving to the end of a room
	maxSide       = 100_000          // pixels of a file, as its sender says
	maxBlur       = 400              // bytes of what is shown of a file until it is there
)

// A budget keeps one visitor from drowning a room. It is the session's, over
// all its sockets, and outlives them: whoever reconnects does not get another.
type budget struct {
	messages *rate.Limiter
	typing   *rate.Limiter
	uploads  *rate.Limiter
	events   *rate.Limiter // of all kinds; over it the connection ends
}

func newBudget() *budget {
	return &budget{
		messages: rate.NewLimiter(10, 30),
		typing:   rate.NewLimiter(2, 4),
		uploads:  rate.NewLimiter(rate.Every(time.Hour/uploadsAnHour), uploadsAnHour),
		events:   rate.NewLimiter(50, 200),
	}
}

func unlimitedBudget() *budget {
	all := rate.NewLimiter(rate.Inf, 0)
	return &budget{all, all, all, all}
}

// full reports whether nothing would be lost by forgetting the budget.
func (b *budget) full(now time.Time) bool {
	for _, l := range []*rate.Limiter{b.messages, b.typing, b.uploads, b.events} {
		if l.TokensAt(now) < float64(l.Burst()) {
			return false
		}
	}
	return true
}

// budgets are those of all visitors that used theirs lately.
type budgets struct {
	unlimited bool

	mu       sync.Mutex
	visitors map[string]*budget // guarded by mu
	swept    int                // how many there were after the last sweep; guarded by mu
}

// of returns the budget of a visitor.
func (b *budgets) of(visitorID string, now time.Time) *budget {
	if b.unlimited {
		return unlimitedBudget()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.visitors[visitorID]
	if one == nil {
		b.sweep(now)
		one = newBudget()
		b.visitors[visitorID] = one
	}
	return one
}

// sweep forgets budgets that are full, whenever there are twice as many as
// after the last time. The caller holds b.mu.
func (b *budgets) sweep(now time.Time) {
	if b.visitors == nil {
		b.visitors = make(map[string]*budget)
	}
	if len(b.visitors) < 2*b.swept+64 {
		return
	}
	for id, one := range b.visitors {
		if one.full(now) {
			delete(b.visitors, id)
		}
	}
	b.swept = len(b.visitors)
}

package chat

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Limits are what one visitor may do, as the operator wants it. A zero field
// means its default, a negative one that there is no limit.
type Limits struct {
	Text     int // bytes of a message, unless it is a data: image; 16 KiB
	Rooms    int // that one socket is in; 20
	Sockets  int // of one session; 200
	Messages int // of one session in a second, three times as many at once; 10. Without a limit, other events have none either
	Typing   int // typing events of one session in a second, twice as many at once; 2
	Upload   int // bytes of one file, which the Files must be able to hold; 8 MiB
	Uploads  int // of one session in an hour; 60
	Pixels   int // millions of them, in a picture that the page shows or sends; 24
}

func (l Limits) withDefaults() Limits {
	for _, one := range []struct {
		field *int
		value int
	}{{&l.Text, 16 << 10}, {&l.Rooms, 20}, {&l.Sockets, 200}, {&l.Messages, 10}, {&l.Typing, 2}, {&l.Upload, 8 << 20}, {&l.Uploads, 60}, {&l.Pixels, 24}} {
		switch {
		case *one.field == 0:
			*one.field = one.value
		case *one.field < 0:
			*one.field = math.MaxInt32 // more than anybody gets to
		}
	}
	return l
}

// What no operator needs to change.
const (
	typingLasts = 6 * time.Second  // without another typing event
	maxUploads  = 4                // of one session at once; a page has one under way in each tab
	maxUnderWay = 16               // entries of one socket that the log has not answered for
	emptyLasts  = 10 * time.Minute // from the last member leaving to the end of a room
	maxEmpty    = 1000             // rooms that stay so, or twice as many for a moment
	maxSide     = 100_000          // pixels of a file, as its sender says
	maxBlur     = 400              // bytes of what is shown of a file until it is there
)

// A budget keeps one visitor from drowning a room. It is the session's, over
// all its sockets, and outlives them: whoever reconnects does not get another.
type budget struct {
	messages *rate.Limiter
	typing   *rate.Limiter
	uploads  *rate.Limiter
	events   *rate.Limiter // of all kinds; over it the connection ends

	uploading atomic.Int32 // uploads under way
}

// newBudget makes the budget of one visitor. Of all events together it allows
// five times as many as of messages, and no fewer than a page needs that joins,
// types and asks for history.
func (l Limits) newBudget() *budget {
	b := &budget{
		messages: rate.NewLimiter(rate.Limit(l.Messages), 3*l.Messages),
		typing:   rate.NewLimiter(rate.Limit(l.Typing), 2*l.Typing),
		uploads:  rate.NewLimiter(rate.Limit(l.Uploads)/rate.Limit(time.Hour.Seconds()), l.Uploads),
		events:   rate.NewLimiter(5*rate.Limit(max(l.Messages, 10)), 20*max(l.Messages, 10)),
	}
	if l.Messages == math.MaxInt32 {
		free := rate.NewLimiter(rate.Inf, 0)
		b.messages, b.typing, b.events = free, free, free
	}
	if l.Typing == math.MaxInt32 { // twice as many are more than an int of 32 bits has
		b.typing = rate.NewLimiter(rate.Inf, 0)
	}
	return b
}

// beginUpload counts an upload as under way, unless there are enough. The caller
// then calls endUpload.
func (b *budget) beginUpload() bool {
	if b.uploading.Add(1) > maxUploads {
		b.endUpload()
		return false
	}
	return true
}

func (b *budget) endUpload() { b.uploading.Add(-1) }

// full reports whether nothing would be lost by forgetting the budget.
func (b *budget) full(now time.Time) bool {
	if b.uploading.Load() > 0 {
		return false
	}
	for _, l := range []*rate.Limiter{b.messages, b.typing, b.uploads, b.events} {
		if l.TokensAt(now) < float64(l.Burst()) {
			return false
		}
	}
	return true
}

// budgets are those of all visitors that used theirs lately.
type budgets struct {
	limits Limits

	mu       sync.Mutex
	visitors map[string]*budget // guarded by mu
	swept    int                // how many there were after the last sweep; guarded by mu
}

// of returns the budget of a visitor.
func (b *budgets) of(visitorID string, now time.Time) *budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.visitors[visitorID]
	if one == nil {
		b.sweep(now)
		one = b.limits.newBudget()
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

package chat

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// An idSource makes the ids of messages: ULIDs that sort in the order in which
// they were made, also when the clock goes back.
type idSource struct {
	mu      sync.Mutex
	last    uint64 // milliseconds; guarded by mu
	entropy *ulid.MonotonicEntropy
}

// next returns an id and its time.
func (s *idSource) next(now time.Time) (string, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entropy == nil {
		s.entropy = ulid.Monotonic(rand.Reader, 0)
	}
	s.last = max(s.last, ulid.Timestamp(now))
	id, err := ulid.New(s.last, s.entropy)
	if err != nil { // the random part of this millisecond is used up
		s.last++
		id = ulid.MustNew(s.last, s.entropy)
	}
	return id.String(), ulid.Time(s.last)
}

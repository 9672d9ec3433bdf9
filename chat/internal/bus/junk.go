package bus

import (
	"log/slog"
	"sync"
	"time"
)

// A Junk logs, once a minute at most, that something in Redis was none of ours:
// how much, and never what.
type Junk struct {
	log *slog.Logger

	mu    sync.Mutex
	last  time.Time // when it was logged; guarded by mu
	count int       // since then; guarded by mu
}

// NewJunk returns a Junk that has seen nothing yet.
func NewJunk(log *slog.Logger) *Junk { return &Junk{log: log} }

// Drop notes that something was dropped.
func (j *Junk) Drop(reason string, bytes int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.count++
	if now := time.Now(); now.Sub(j.last) >= time.Minute {
		j.log.Warn("dropped what is not ours from redis", "reason", reason, "bytes", bytes, "count", j.count)
		j.last, j.count = now, 0
	}
}

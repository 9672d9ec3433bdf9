package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// readyFor is how long an answer of readiness holds. Everybody may ask, and
// asking costs a command to Redis and a write to the disk.
const readyFor = time.Second

// readiness tells whether the server can do what it is there for. It is for load
// balancers, which send people elsewhere while it is not; unlike one that is
// dead, such a server need not be started again. They ask by an address of ours.
type readiness struct {
	redis  *redis.Client
	folder string
	log    *slog.Logger

	mu      sync.Mutex
	at      time.Time // of the last look; guarded by mu
	reasons []string  // against it; guarded by mu
}

// look returns what speaks against readiness, in words for everybody: no
// address, no path. Those are in the log, when it changes.
func (r *readiness) look(ctx context.Context) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.at) < readyFor {
		return r.reasons
	}
	var reasons []string
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisLimit)
	defer cancel()
	redis, disk := r.redis.Ping(ctx).Err(), tryDisk(r.folder)
	if redis != nil {
		reasons = append(reasons, "redis does not answer")
	}
	if disk != nil {
		reasons = append(reasons, "the data folder cannot be written to")
	}
	switch {
	case slices.Equal(reasons, r.reasons):
	case len(reasons) > 0:
		r.log.Warn("not ready", "error", errors.Join(redis, disk))
	default:
		r.log.Warn("ready again")
	}
	r.at, r.reasons = time.Now(), reasons
	return reasons
}

// ready reports whether nothing speaks against it.
func (r *readiness) ready(ctx context.Context) bool { return len(r.look(ctx)) == 0 }

// ServeHTTP answers 200 or 503, with the reasons.
func (r *readiness) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	answer := struct {
		Status  string   `json:"status"`
		Reasons []string `json:"reasons,omitempty"`
	}{Status: "ready", Reasons: r.look(q.Context())}
	status := http.StatusOK
	if len(answer.Reasons) > 0 {
		answer.Status, status = "not ready", http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // The client may be gone.
}

// tryDisk writes as much as the smallest piece that a disk gives away. An empty
// file can be made on a full one.
func tryDisk(folder string) error {
	f, err := os.CreateTemp(folder, ".probe-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 4<<10))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

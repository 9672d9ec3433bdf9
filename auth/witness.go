package auth

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/limit"
)

// A witness is what this server saw of Redis, for when another run of it answers;
// see limit.Witness.
type witness struct {
	mu     sync.Mutex
	run    string    // that answered last and has the counters; guarded by mu, as all below
	beat   int64     // when this server noted there last that it runs
	gone   time.Time // since when nobody is at the address of Redis, by the server's clock; zero: it is not known
	looked time.Time // when that was found last, by the machine's clock
	other  bool      // another run answered since
}

// heard notes that a run of Redis has the counters and this server's beat.
func (w *witness) heard(run string, beat int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run, w.beat, w.gone, w.other = run, beat, time.Time{}, false
}

// answered notes that Redis answered, but not the run that was heard of. If that is
// gone in turn it is another story.
func (w *witness) answered() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.other = true
}

// missed notes that Redis did not answer a look. Nobody is there as long as looks
// meet nobody. One that took too long says nothing; but after a gap (the machine
// slept) it is known only from then on, since Redis may have been there meanwhile.
func (w *witness) missed(err error, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	looked := time.Now().Round(0) // The other clock stands still while the machine sleeps.
	switch {
	case nobodyThere(err):
		if w.gone.IsZero() || w.other || stale(looked.Sub(w.looked)) {
			w.gone = now
		}
		w.looked, w.other = looked, false
	case !errors.Is(err, context.DeadlineExceeded):
		w.gone = time.Time{}
	}
}

// stale reports whether what a look found so long ago may have changed since.
func stale(gap time.Duration) bool { return gap < 0 || gap > 5*lookEvery }

// nobodyThere reports whether an error of Redis says that there is none: the system
// refuses the connection, or what was started there does not know its keys yet. One
// that does not answer may do so to others.
func nobodyThere(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || redis.IsLoadingError(err)
}

// testimony is what the limiter is told. Of two clocks that disagree about how long
// nobody was there, one was set or stood still; the shorter time is safe.
func (w *witness) testimony(now time.Time) limit.Witness {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := limit.Witness{Run: w.run, Beat: w.beat}
	if !w.gone.IsZero() && !stale(time.Now().Round(0).Sub(w.looked)) {
		t.Gone = max(0, min(now.Sub(w.gone), now.Round(0).Sub(w.gone.Round(0))))
	}
	return t
}

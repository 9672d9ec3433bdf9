package chat

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// uploadsAnHour is how many files a session may upload.
const uploadsAnHour = 60

// An uploadLimit counts uploads by visitor.
type uploadLimit struct {
	mu       sync.Mutex
	visitors map[string]*rate.Limiter // guarded by mu
}

// take counts an upload. A duration other than zero is how long the visitor has
// to wait until one is allowed.
func (u *uploadLimit) take(visitorID string, now time.Time) time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.visitors == nil {
		u.visitors = make(map[string]*rate.Limiter)
	}
	l := u.visitors[visitorID]
	if l == nil {
		u.dropFull(now)
		l = rate.NewLimiter(rate.Every(time.Hour/uploadsAnHour), uploadsAnHour)
		u.visitors[visitorID] = l
	}
	if l.AllowN(now, 1) {
		return 0
	}
	missing := 1 - l.TokensAt(now)
	return time.Duration(missing * float64(time.Hour/uploadsAnHour))
}

// dropFull forgets those who have not uploaded for an hour, so that the map
// stays as small as what it has to remember. The caller holds u.mu.
func (u *uploadLimit) dropFull(now time.Time) {
	for id, l := range u.visitors {
		if l.TokensAt(now) >= uploadsAnHour {
			delete(u.visitors, id)
		}
	}
}

package auth

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chat/auth/internal/once"
	"chat/auth/internal/redistest"
	"chat/auth/limit"
)

// C03, B07. The attack: use the seconds in which a server has not heard that a
// session ended elsewhere. They are two at most after a logout, and five after a
// rotation, at whatever moment it comes and while Redis takes its time. In a bubble
// that is exact: nothing but waiting takes time.
func TestHowSoonASessionEnds(t *testing.T) {
	logout := func(t *testing.T, _ *world, l *Ledger, v Visitor) {
		if err := l.EndSession(t.Context(), v.ID); err != nil {
			t.Errorf("ending it: %v", err)
		}
	}
	rotate := func(t *testing.T, w *world, _ *Ledger, _ Visitor) {
		other := openVault(t, w.vault.dir)
		if _, err := other.Current(); err != nil {
			t.Error(err)
		}
		if err := other.Replace(newSecret(t)); err != nil {
			t.Errorf("rotating: %v", err)
		}
	}
	tests := []struct {
		name   string
		end    func(*testing.T, *world, *Ledger, Visitor)
		within time.Duration
	}{{"logout", logout, 2 * time.Second}, {"rotated", rotate, 5 * time.Second}}
	for _, tt := range tests {
		for _, late := range []time.Duration{0, 200 * time.Millisecond} {
			for _, phase := range []time.Duration{time.Millisecond, 202 * time.Millisecond, 600 * time.Millisecond} { // during a look, right after it, before the next
				t.Run(tt.name+" "+late.String()+" "+phase.String(), func(t *testing.T) {
					w := newWorld(t, redistest.Embedded(t)) // Made out here, for scs starts a goroutine that never ends.
					w.web.Close()
					synctest.Test(t, func(t *testing.T) {
						ended := make(chan string, 2)
						w.server.config.Ended = func(_, reason string) { ended <- reason }
						var wait atomic.Int64
						rdb := redistest.Delayed(t, redistest.By(func() time.Duration { return time.Duration(wait.Load()) })).Client
						w.server.limiter = limit.New(rdb, "test:login:", w.clock.Now)
						w.server.steps = &steps{rdb: once.New(rdb), prefix: "test:steps:"}
						w.server.sessions.Store = newStore(rdb, "test:")
						before, v := w.visitsDirectly(t), w.visitsDirectly(t)
						ledger := NewLedger(w.vault, rdb, "test:")
						logout(t, w, ledger, before)
						ctx, stop := context.WithCancel(t.Context())
						watched := make(chan struct{})
						go func() {
							defer close(watched)
							w.server.Watch(ctx)
						}()
						if reason := <-ended; reason != "logout" {
							t.Errorf("the first one ended as %s", reason)
						}
						wait.Store(int64(late)) // The scripts are known by now: each is one command.
						time.Sleep(7*lookEvery + phase)
						wait.Store(0) // Whoever ends it is not late.
						begin := time.Now()
						tt.end(t, w, ledger, v)
						wait.Store(int64(late))
						select {
						case reason := <-ended:
							if took := time.Since(begin); reason != tt.name || took > tt.within {
								t.Errorf("it ended as %s after %v, want %s within %v", reason, took, tt.name, tt.within)
							}
						case <-time.After(time.Minute):
							t.Error("it does not end")
						}
						stop()
						<-watched
					})
				})
			}
		}
	}
}

// visitsDirectly makes a session and shows it to the server, without a network,
// whose waiting is no waiting in a bubble.
func (w *world) visitsDirectly(t *testing.T) Visitor {
	t.Helper()
	made := httptest.NewRecorder()
	v, err := w.server.open(made, httptest.NewRequest(http.MethodPost, "/auth", nil), w.secret)
	if err != nil {
		t.Fatalf("making a session: %v", err)
	}
	r := httptest.NewRequest(http.MethodGet, "/chat/x", nil)
	for _, c := range made.Result().Cookies() {
		r.AddCookie(c)
	}
	if seen, err := w.server.Visitor(r); err != nil || seen.ID != v.ID {
		t.Fatalf("showing it: got %v, %v", seen, err)
	}
	return v
}

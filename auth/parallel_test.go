package auth

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
	"chat/auth/internal/redistest"
	"chat/auth/limit"
)

// unhurried runs f for a crowd that comes at once, on a server with a Redis of each
// kind. With the embedded one all of it is in a bubble of synctest, where no limit on
// a command's time runs out: a machine that is busy for half a second would refuse
// people whom the test wants decided about.
func unhurried(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		w := newWorld(t, redistest.Embedded(t)) // Made out here, for scs starts a goroutine that never ends.
		synctest.Test(t, func(t *testing.T) {
			w.enter(t, redistest.Piped(t).Client)
			f(t, w)
		})
	})
	redistest.Processes(t, func(t *testing.T, r *redistest.Redis) { f(t, newWorld(t, r)) })
}

// enter takes a world into a bubble of synctest, where its Redis is rdb.
func (w *world) enter(t *testing.T, rdb *redis.Client) {
	w.t = t
	w.server.moveTo(rdb, w.clock.Now)
	w.web = httptest.NewServer(w.web.Config.Handler)
	t.Cleanup(w.web.Close)
}

// moveTo gives a server of a world another Redis.
func (s *Server) moveTo(rdb *redis.Client, now func() time.Time) {
	s.limiter = limit.New(rdb, "test:login:", now)
	s.steps = &steps{rdb: once.New(rdb), prefix: "test:steps:"}
	s.sessions.Store = newStore(rdb, "test:")
}

// A01. The attack: two people use one code, one after the other or at once. They
// sit at trusted devices, so that all of them are looked at.
func TestCodeWorksOnce(t *testing.T) {
	unhurried(t, func(t *testing.T, w *world) {
		people := make([]*browser, 50)
		for i := range people {
			people[i] = w.browser(fmt.Sprintf("198.51.100.%d", i+1))
			people[i].trust()
		}
		wrongPage := people[0].login(w.wrongCode(1))
		// 20 rounds that decide something. A machine under load may refuse whoever
		// had the code with 503, and then nobody wins; no more than a few times.
		for round, decided := 0, 0; decided < 20; round++ {
			if round == 60 {
				t.Fatalf("of 60 rounds %d had a winner and a loser, want 20", decided)
			}
			w.clock.Advance(15 * time.Minute)
			won, lost := race(people, w.code(0), func(i int, a answer) {
				if a.StatusCode != wrongPage.StatusCode || withoutClock(a.body) != withoutClock(wrongPage.body) {
					t.Errorf("loser %d got %d, want the answer of a wrong code:\n%s", i, a.StatusCode, a.body)
				}
			})
			if won > 1 {
				t.Fatalf("round %d: got %d sessions for one code, want 1", round, won)
			}
			if won == 1 && lost > 0 {
				decided++
			}
			// 20 failures in a row would end that, and so may a login for which Redis
			// was too slow to say that there is another token.
			if round%10 == 9 || won+lost < len(people) {
				for _, b := range people {
					b.trust()
				}
			}
		}
	})
}

// race has all people log in with one code at once. It counts those who got in and
// those who did not, whose answers it passes to lost, but for those who were told
// that Redis is too slow.
func race(people []*browser, code string, lost func(i int, a answer)) (won, losers int) {
	answers := make([]answer, len(people))
	barrier := make(chan struct{})
	var all sync.WaitGroup
	for i, b := range people {
		all.Go(func() {
			<-barrier
			answers[i] = b.login(code)
		})
	}
	close(barrier)
	all.Wait()
	for i, a := range answers {
		switch a.StatusCode {
		case http.StatusSeeOther:
			won++
		case http.StatusServiceUnavailable:
		default:
			losers++
			lost(i, a)
		}
	}
	return won, losers
}

// A11. The attack: 200 guesses at once. At most five may be looked at, and the
// right code must not open after that.
func TestThrottleLooksAtNoCode(t *testing.T) {
	unhurried(t, func(t *testing.T, w *world) {
		b := w.browser("192.0.2.1")
		guess := func() {
			var all sync.WaitGroup
			barrier := make(chan struct{})
			for i := range 200 {
				all.Go(func() {
					<-barrier
					b.login(w.wrongCode(i))
				})
			}
			close(barrier)
			all.Wait()
		}
		// On a machine under load some find Redis too slow; they are not evaluated.
		n := map[string]int{}
		for round := 1; n["throttled"] == 0 && round <= 10; round++ {
			guess()
			clear(n)
			for _, o := range w.outcomes() {
				n[o]++
			}
			if n["wrong"] > 5 || n["wrong"]+n["unavailable"] < 5 || n["wrong"]+n["unavailable"]+n["throttled"] != 200*round {
				t.Errorf("outcomes: got %v, want 5 wrong, the others throttled", n)
			}
			w.clock.Advance(time.Second) // A failure is remembered for so long.
		}
		wrong := b.want(b.comeIn(w.wrongCode(1)), http.StatusTooManyRequests)
		right := b.want(b.comeIn(w.code(0)), http.StatusTooManyRequests)
		if _, ok := b.visitor(); ok {
			t.Error("a throttled right code opened")
		}
		wait := right.Header.Get("Retry-After")
		if wait == "" || len(wrong.body) != len(right.body) {
			t.Errorf("throttled: got Retry-After %q, bodies of %d and %d bytes, want equal ones", wait, len(wrong.body), len(right.body))
		}
		// The code was not used up, and elsewhere it still opens.
		other := w.browser("192.0.2.2")
		other.want(other.comeIn(w.code(0)), http.StatusSeeOther)
	})
}

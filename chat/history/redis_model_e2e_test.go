//go:build e2e

package history_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

var soak = flag.Duration("redis.soak", 0, "how long TestRedisModel runs; 0: for one fault of each kind")

// An ordeal is what must be true of a log that several servers keep on a Redis,
// whatever happens to it: what was acknowledged is there, once and as it was
// acknowledged; and everybody who follows hears that, and in that order.
type ordeal struct {
	*testing.T
	redis *redistest.Redis
	peers []*peer
	rooms []string
	stop  chan struct{} // closed when enough was said
	told  chan struct{} // of a message that was refused, now and then

	mu     sync.Mutex
	acked  map[string]history.ID // by room and key; guarded by mu
	failed int                   // guarded by mu
	stints []stint               // that ended; guarded by mu

	lasting []stint // one on each server in each room
}

// A stint is the time in which somebody followed a room.
type stint struct {
	room string
	*hearing
}

// Twelve people talk on three servers in three rooms, while Redis is killed and
// started again, hangs, and loses connections, answers and scripts, and others
// follow a room for a moment only.
func TestRedisModel(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("the faults are those of seed %d", seed)
	m := &ordeal{T: t, redis: redistest.StartProcess(t), rooms: []string{"den", "attic", "hall"},
		stop: make(chan struct{}), told: make(chan struct{}, 1), acked: make(map[string]history.ID)}
	for range 3 {
		m.peers = append(m.peers, join(t, m.redis))
	}
	for _, room := range m.rooms {
		for _, p := range m.peers {
			m.lasting = append(m.lasting, stint{room, p.follow(room)})
		}
	}
	var all sync.WaitGroup
	for w := range 12 {
		all.Go(func() { m.talk(w) })
	}
	passing := join(t, m.redis)
	for _, room := range m.rooms {
		all.Go(func() { m.pass(passing, room) })
	}
	faults := m.harm(rand.New(rand.NewPCG(seed, 0)))
	close(m.stop)
	all.Wait()
	t.Logf("%d faults, %d messages acknowledged, %d tries refused, %d times followed", faults, len(m.acked), m.failed, len(m.stints))
	for _, room := range m.rooms {
		m.check(room)
	}
}

// talk says something again and again, each until it is acknowledged, on any
// server.
func (m *ordeal) talk(w int) {
	for i := 0; ; i++ {
		room, key := m.rooms[(w+i)%len(m.rooms)], fmt.Sprintf("%d-%d", w, i)
		var a answer
		insist(m, func() error {
			a = m.peers[rand.N(len(m.peers))].try(room, history.Entry{Key: key, Data: []byte(key)})
			if a.err != nil {
				m.refused()
			}
			return a.err
		})
		m.mu.Lock()
		m.acked[room+" "+key] = a.entry.ID
		m.mu.Unlock()
		if m.stopped() {
			return
		}
	}
}

func (m *ordeal) refused() {
	m.mu.Lock()
	m.failed++
	m.mu.Unlock()
	select {
	case m.told <- struct{}{}:
	default:
	}
}

func (m *ordeal) stopped() bool {
	select {
	case <-m.stop:
		return true
	default:
		return false
	}
}

// pass follows a room for a moment, again and again.
func (m *ordeal) pass(p *peer, room string) {
	for !m.stopped() {
		h := p.follow(room)
		select {
		case <-h.told:
		case <-m.stop:
		}
		p.Unfollow(room)
		m.mu.Lock()
		m.stints = append(m.stints, stint{room, h})
		m.mu.Unlock()
	}
}

// harm does one thing to Redis after the other.
func (m *ordeal) harm(random *rand.Rand) (faults int) {
	c, ctx := m.redis.Client(m), context.Background()
	kinds := []func(){
		func() { m.redis.Stop(); m.refusal(); m.redis.Start() },
		func() { m.redis.Process.Hang(); m.refusal(); m.redis.Process.Continue() },
		func() { c.ClientKillByFilter(ctx, "TYPE", "pubsub") },
		func() { c.ClientKillByFilter(ctx, "TYPE", "normal") },
		func() { c.ScriptFlush(ctx) },
		func() { m.peers[random.IntN(3)].faults.LoseAnswers(1 + random.IntN(4)) },
	}
	end := time.Now().Add(*soak)
	for done := false; !done; done = time.Now().After(end) {
		for _, i := range random.Perm(len(kinds)) {
			h := m.lasting[random.IntN(len(m.lasting))]
			h.await(m, len(h.entries())+5+random.IntN(20)) // It works again, for a while.
			kinds[i]()
			faults++
		}
	}
	return faults
}

// refusal waits until the next message is refused.
func (m *ordeal) refusal() {
	for range 2 { // The first may be one of before.
		<-m.told
	}
}

// check compares the log of a room with what was acknowledged and heard.
func (m *ordeal) check(room string) {
	m.Helper()
	list := m.peers[0].all(room)
	at := map[history.ID]int{"": -1}
	stored := make(map[string]history.ID)
	for i, e := range list {
		if _, twice := stored[room+" "+e.Key]; twice {
			m.Errorf("%q is in the log twice", e.Key)
		}
		at[e.ID], stored[room+" "+e.Key] = i, e.ID
	}
	for key, id := range m.acked {
		if key[:len(room)+1] == room+" " && stored[key] != id {
			m.Errorf("%q was acknowledged as %s, and the log has %q", key, id, stored[key])
		}
	}
	for i, s := range slices.Concat(m.lasting, m.stints) {
		if s.room != room {
			continue
		}
		first, ok := at[s.last]
		if !ok {
			m.Fatalf("stint %d began behind %q, which is not in the log", i, s.last)
		}
		heard := s.entries()
		if i < len(m.lasting) {
			heard = s.await(m, len(list)-1-first)
		}
		same(m, fmt.Sprintf("stint %d", i), heard, list[first+1:first+1+len(heard)])
	}
}

//go:build e2e && unix

package cmd

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"chat/chat/chattest"

	"github.com/coder/websocket"
)

var (
	modelKills = flag.Int("model.kills", 20, "how often the model kills a server")
	modelSeed  = flag.Uint64("model.seed", 1, "where the model's chances begin")
)

// H08. The faults: a rolling restart of two servers on one Redis, then SIGKILL
// of one or the other, twenty times; among these, Redis itself is killed, or hangs
// for a while. And the same for a server alone, with the log on its disk. All the
// while twenty people say fifty things a second.
func TestServersAreKilled(t *testing.T) {
	t.Parallel()
	t.Run("two on redis", func(t *testing.T) {
		t.Parallel()
		redis := newRedisServer(t, "--appendonly", "yes", "--appendfsync", "always") // What it acknowledged, it keeps.
		redis.start()
		f := newFleet(t, 2, 10, redis.storage)
		f.redis = redis
		f.survives(t)
	})
	t.Run("one on disk", func(t *testing.T) {
		t.Parallel()
		newFleet(t, 1, 10, embeddedStorage).survives(t)
	})
}

// A fleet is servers in processes of their own, which are ended and started
// again, and people who know them all.
type fleet struct {
	sessions []*http.Client
	dirs     []string
	storage  string
	redis    *redisServer // nil if it is the servers' own

	mu      sync.Mutex
	servers []*child // nil while one is down; guarded by mu
}

// newFleet logs people in with a server in this process, whose clock can be
// moved on from code to code, and leaves their sessions to processes.
func newFleet(t *testing.T, n, sessions int, storage string) *fleet {
	t.Helper()
	p := start(t, options{storage: storage})
	f := &fleet{storage: storage, servers: make([]*child, n), dirs: []string{p.dir}}
	for range sessions { // each has its limits: two people of twenty to one, a hundred of two thousand
		f.sessions = append(f.sessions, p.login(t).http)
	}
	p.stop(t)
	for len(f.dirs) < n {
		dir := t.TempDir()
		copySecret(t, p.dir, dir)
		f.dirs = append(f.dirs, dir)
	}
	for i := range f.servers {
		f.start(t, i)
	}
	return f
}

func (f *fleet) start(t *testing.T, i int) {
	t.Helper()
	c := spawn(t, f.dirs[i], "STORAGE_LIMITER="+f.storage, "HISTORY_MESSAGES=1000000")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.servers[i] = c
}

// take takes a server away from those who look for one.
func (f *fleet) take(i int) *child {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.servers[i]
	f.servers[i] = nil
	return c
}

// speaker is somebody with one of the sessions, who connects to any server that
// is up.
func (f *fleet) speaker(t *testing.T, i int) *chattest.Speaker {
	chance := rand.New(rand.NewPCG(*modelSeed, uint64(i)+1))
	client := *f.sessions[i%len(f.sessions)]
	client.Timeout = 0 // it would end the connection, not the handshake
	recovers, agent := i%2 == 1, "python"
	if recovers {
		agent = "browser"
	}
	return &chattest.Speaker{
		T: t, Name: fmt.Sprintf("P%d", i), Room: "den", Pause: 400 * time.Millisecond, Chance: chance, Recovers: recovers,
		Dial: func(ctx context.Context) (*websocket.Conn, error) {
			base := f.any(chance)
			conn, _, err := websocket.Dial(ctx, base+socketPath+"?EIO=4&transport=websocket", &websocket.DialOptions{
				HTTPClient: &client, HTTPHeader: http.Header{"Origin": {base}, "User-Agent": {agent}},
			})
			return conn, err
		},
	}
}

// any is the address of a server that is up, or one where nobody answers.
func (f *fleet) any(chance *rand.Rand) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.servers[chance.IntN(len(f.servers))]; c != nil {
		return c.base
	}
	return "http://127.0.0.1:1"
}

// survives has people talk while servers end, and judges what they have.
func (f *fleet) survives(t *testing.T) {
	t.Helper()
	all := make([]*chattest.Speaker, 20)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(*modelKills)*10*time.Second+time.Minute)
	defer cancel()
	troubled, stop := context.WithCancel(ctx)
	var talking sync.WaitGroup
	began := time.Now()
	for i := range all {
		all[i] = f.speaker(t, i)
		talking.Go(func() { all[i].Talk(ctx, func(int) bool { return troubled.Err() == nil }) })
	}
	f.restartEach(t)
	outages := f.killSome(t, rand.New(rand.NewPCG(*modelSeed, 0)))
	stop()
	talking.Wait()
	lasted := time.Since(began)
	acked, gaveUp, trials, recovered := 0, 0, 0, 0
	for _, s := range all {
		s.Finish(ctx)
		acked, gaveUp, trials, recovered = acked+len(s.Acked), gaveUp+len(s.GaveUp), trials+s.Trials, recovered+s.Recovered
	}
	log := all[0].Log(ctx)
	chattest.Judge(t, all, log)
	t.Logf("%d restarts, %d kills and %d outages of Redis in %v: %d messages sent %d times, %d acknowledged, %d given up on, %d in the log; %d connections recovered",
		len(f.servers), *modelKills-outages, outages, lasted.Round(time.Second), acked+gaveUp, trials, acked, gaveUp, len(log), recovered)
}

// restartEach is a rolling restart: one server after the other ends in good
// order and is started again.
func (f *fleet) restartEach(t *testing.T) {
	t.Helper()
	for i := range f.servers {
		c := f.take(i)
		if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatalf("ending a server: %v", err)
		}
		<-c.done
		if err := c.cmd.Wait(); err != nil {
			t.Errorf("a server that is asked to end comes to %v:\n%s", err, c.log)
		}
		f.start(t, i)
	}
}

// killSome kills servers while people talk, at any moment, and one time in three
// sees to it that there is no Redis for a while. It returns how often that was.
func (f *fleet) killSome(t *testing.T, chance *rand.Rand) (outages int) {
	t.Helper()
	for range *modelKills {
		<-time.After(time.Duration(200+chance.IntN(1000)) * time.Millisecond)
		if f.redis != nil && chance.IntN(3) == 0 {
			f.redis.fails(time.Duration(500+chance.IntN(2000))*time.Millisecond, chance.IntN(2) == 0)
			outages++
			continue
		}
		i := chance.IntN(len(f.servers))
		f.take(i).kill()
		f.start(t, i)
	}
	return outages
}

// fails is an outage: Redis hangs, or is killed and comes back.
func (s *redisServer) fails(lasts time.Duration, hangs bool) {
	s.t.Helper()
	if !hangs {
		s.kill()
		<-time.After(lasts)
		s.start()
		return
	}
	for i, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
		if err := s.cmd.Process.Signal(signal); err != nil {
			s.t.Fatalf("%v: %v", signal, err)
		}
		if i == 0 {
			<-time.After(lasts)
		}
	}
}

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
// of one or the other, twenty times. And the same for a server alone, with the
// log on its disk. All the while twenty people say fifty things a second.
func TestServersAreKilled(t *testing.T) {
	for name, c := range map[string]struct {
		servers int
		storage func(testing.TB) string
	}{
		"two on redis": {2, startRedisServer},
		"one on disk":  {1, func(testing.TB) string { return embeddedStorage }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newFleet(t, c.servers, 10, c.storage(t)).survives(t)
		})
	}
}

// A fleet is servers in processes of their own, which are ended and started
// again, and people who know them all.
type fleet struct {
	sessions []*http.Client
	dirs     []string
	storage  string

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
	return &chattest.Speaker{
		T: t, Name: fmt.Sprintf("P%d", i), Room: "den", Pause: 400 * time.Millisecond, Chance: chance,
		Dial: func(ctx context.Context) (*websocket.Conn, error) {
			base := f.any(chance)
			conn, _, err := websocket.Dial(ctx, base+socketPath+"?EIO=4&transport=websocket", &websocket.DialOptions{
				HTTPClient: &client, HTTPHeader: http.Header{"Origin": {base}, "User-Agent": {"python"}},
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
	f.killSome(t, rand.New(rand.NewPCG(*modelSeed, 0)))
	stop()
	talking.Wait()
	lasted := time.Since(began)
	acked, gaveUp, trials := 0, 0, 0
	for _, s := range all {
		s.Finish(ctx)
		acked, gaveUp, trials = acked+len(s.Acked), gaveUp+len(s.GaveUp), trials+s.Trials
	}
	log := all[0].Log(ctx)
	chattest.Judge(t, all, log)
	t.Logf("%d restarts and %d kills in %v: %d messages sent %d times, %d acknowledged, %d given up on, %d in the log",
		len(f.servers), *modelKills, lasted.Round(time.Second), acked+gaveUp, trials, acked, gaveUp, len(log))
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

// killSome kills servers while people talk, at any moment.
func (f *fleet) killSome(t *testing.T, chance *rand.Rand) {
	t.Helper()
	for range *modelKills {
		<-time.After(time.Duration(200+chance.IntN(1000)) * time.Millisecond)
		i := chance.IntN(len(f.servers))
		f.take(i).kill()
		f.start(t, i)
	}
}

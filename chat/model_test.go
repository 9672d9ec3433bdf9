package chat_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chat/chat"
	"chat/chat/chattest"
	"chat/chat/history"
	"chat/chat/internal/redistest"
)

var (
	modelSends = flag.Int("model.sends", 40, "messages that each person of the model sends")
	modelSeed  = flag.Uint64("model.seed", 1, "where the model's chances begin")
)

// The promise of the whole: five people at two servers talk while connections
// break, Redis goes away and answers get lost. Whoever was not told that a
// message is stored sends it again. In the end everybody has every
// acknowledged message, once, in the order of the log.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	r := redistest.Embedded(t)
	faults := &redistest.Faults{}
	servers := []*world{sharing(t, r.Through(t, faults.Dial)), sharing(t, r.Through(t, faults.Dial))}
	recovered := model(t, func(chance *rand.Rand) *world { return servers[chance.IntN(len(servers))] },
		func(ctx context.Context, chance *rand.Rand, _ <-chan struct{}) { disturb(ctx, faults, chance) })
	if recovered == 0 {
		t.Error("no connection was recovered")
	}
}

// The same for one server with a log on disk, which is ended while they talk,
// and is made anew on what it left there.
func TestNothingIsLostOverRestarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	begin := func() (*world, *history.Disk) {
		log, err := history.OpenDisk(history.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return newWorld(t, func(c *chat.Config) { c.History, c.Limits.Messages = log, -1 }), log
	}
	var mu sync.Mutex
	now, log := begin()
	t.Cleanup(func() { _ = log.Close(context.Background()) })
	serving := func(*rand.Rand) *world {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	restarts := 0
	model(t, serving, func(ctx context.Context, chance *rand.Rand, said <-chan struct{}) {
		for ; ; restarts++ {
			for range 1 + chance.IntN(10) { // however slow the machine is
				select {
				case <-ctx.Done():
					return
				case <-said:
				}
			}
			mu.Lock()
			if chance.IntN(2) == 0 {
				_ = log.Close(context.Background()) // before the sockets: what is sent now is refused
			}
			end, cancel := context.WithCancel(context.Background())
			cancel()
			_ = now.chat.Shutdown(end)
			_ = log.Close(context.Background())
			now, log = begin()
			mu.Unlock()
		}
	})
	if restarts == 0 {
		t.Error("there was no restart; this test tests nothing")
	}
}

// model has people talk with whatever server there is while trouble makes
// trouble, which hears when something was said, and judges what they have in the
// end. It returns how many connections were recovered.
func model(t *testing.T, serving func(*rand.Rand) *world, trouble func(context.Context, *rand.Rand, <-chan struct{})) (recovered int) {
	t.Helper()
	said := make(chan struct{})
	const people = 5
	all := make([]*chattest.Speaker, people)
	for i := range all {
		chance := rand.New(rand.NewPCG(*modelSeed, uint64(i)+1))
		name := fmt.Sprintf("P%d", i)
		recovers := i%2 == 1
		all[i] = &chattest.Speaker{T: t, Name: name, Room: "den", Chance: chance, Recovers: recovers, Dial: func(ctx context.Context) (*websocket.Conn, error) {
			return serving(chance).dial(ctx, name, recovers)
		}}
	}
	limit, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(*modelSends)*time.Second)
	defer cancel()
	ctx, stop := context.WithCancel(limit)
	var making, talking sync.WaitGroup
	making.Go(func() { trouble(ctx, rand.New(rand.NewPCG(*modelSeed, 0)), said) })
	for _, s := range all {
		talking.Go(func() {
			s.Talk(limit, func(done int) bool {
				select {
				case said <- struct{}{}:
				default:
				}
				return done < *modelSends
			})
		})
	}
	talking.Wait()
	stop()
	making.Wait()
	for _, s := range all {
		s.Finish(limit)
		recovered += s.Recovered
		if got := len(s.Acked) + len(s.GaveUp); got != *modelSends {
			t.Errorf("%s is done with %d messages, want %d", s.Name, got, *modelSends)
		}
	}
	chattest.Judge(t, all, all[0].Log(limit))
	return recovered
}

// dial opens a websocket for a visitor, with a client that recovers connections
// or one that cannot.
func (w *world) dial(ctx context.Context, name string, recovers bool) (*websocket.Conn, error) {
	agent := "python"
	if recovers {
		agent = "browser"
	}
	conn, _, err := websocket.Dial(ctx, w.URL("websocket"), &websocket.DialOptions{
		HTTPClient: w.Client, HTTPHeader: http.Header{"X-Visitor": {name}, "User-Agent": {agent}},
	})
	return conn, err
}

// disturb breaks what can break, until ctx ends, and leaves it whole.
func disturb(ctx context.Context, faults *redistest.Faults, chance *rand.Rand) {
	defer faults.Plug()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(20+chance.IntN(120)) * time.Millisecond):
		}
		faults.Plug()
		switch chance.IntN(4) {
		case 0:
			faults.Break()
		case 1:
			faults.LoseAnswers(1 + chance.IntN(3))
		case 2:
			faults.Unplug()
		}
	}
}

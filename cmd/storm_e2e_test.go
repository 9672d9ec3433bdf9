//go:build e2e && unix

package cmd

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

var stormClients = flag.Int("storm.clients", 2000, "how many clients come back after a restart")

// H10. The fault: a server that two thousand people are connected to is
// restarted. They come back as the page does, each after a time of its own that
// grows, and meanwhile somebody else gets a login page and can log in.
func TestStormAfterRestart(t *testing.T) {
	f := newFleet(t, 1, 20, embeddedStorage)
	at := mustURL(t, f.servers[0].base)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := &storm{base: f.servers[0].base, in: make(chan time.Time, *stormClients)}
	var clients sync.WaitGroup
	defer clients.Wait()
	defer cancel()
	for i := range *stormClients {
		clients.Go(func() { s.client(ctx, f.sessions[i%len(f.sessions)], i) })
	}
	s.all(t)

	c := f.take(0)
	began := time.Now()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("ending the server: %v", err)
	}
	<-c.done
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("the server ends with %v, want no error", err)
	}
	ended := time.Now()
	f.servers[0] = spawn(t, f.dirs[0], "PORT="+at.Port())
	up := time.Now()
	pages := s.visit(ctx, t, f)
	back := s.all(t)
	t.Logf("%d clients: the server ended in %v and was up %v later; half were back %v after that, 99 in 100 after %v, all after %v",
		*stormClients, ms(ended.Sub(began)), ms(up.Sub(ended)), ms(back[len(back)/2].Sub(up)), ms(back[len(back)*99/100].Sub(up)), ms(back[len(back)-1].Sub(up)))
	cancel()
	slow := <-pages
	t.Logf("a login page took %v at the median, %v at most, over %d", ms(slow[len(slow)/2]), ms(slow[len(slow)-1]), len(slow))
}

func ms(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// A storm is many clients of one server.
type storm struct {
	base string
	in   chan time.Time // one whenever a client is in its room
}

// all waits until every client is in its room, and returns when each was.
func (s *storm) all(t *testing.T) []time.Time {
	t.Helper()
	times := make([]time.Time, 0, *stormClients)
	late := time.After(time.Minute) // only what never comes back takes so long
	for len(times) < *stormClients {
		select {
		case at := <-s.in:
			times = append(times, at)
		case <-late:
			t.Fatalf("%d of %d are in their rooms after a minute", len(times), *stormClients)
		}
	}
	return times
}

// client is in a room of ten until ctx ends. When its connection breaks it waits
// as the page's client does (see ui/static/js/wire/wire.js), half a second and
// twice as long each time, up to eight, half as long up to half as long again.
func (s *storm) client(ctx context.Context, session *http.Client, i int) {
	client := *session
	client.Timeout = 0
	for tries := 0; ; tries++ {
		if s.stay(ctx, &client, fmt.Sprint("storm", i/10)) {
			tries = 0
		}
		wait := min(500*time.Millisecond<<min(tries, 5), 8*time.Second)
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			return
		}
	}
}

// stay joins a room and listens until the connection breaks. It reports whether
// it got in.
func (s *storm) stay(ctx context.Context, client *http.Client, room string) (in bool) {
	conn, _, err := websocket.Dial(ctx, s.base+socketPath+"?EIO=4&transport=websocket", &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: http.Header{"Origin": {s.base}},
	})
	if err != nil {
		return false
	}
	defer func() { _ = conn.CloseNow() }() // It may be broken.
	conn.SetReadLimit(-1)
	answers := map[string]string{"0{": "40", "40{": `421["join",{"chat_id":"` + room + `"}]`, "2": "3"}
	for {
		_, packet, err := conn.Read(ctx)
		if err != nil {
			return in
		}
		if strings.HasPrefix(string(packet), `431[{"room"`) {
			in = true
			s.in <- time.Now()
		}
		for prefix, answer := range answers {
			if strings.HasPrefix(string(packet), prefix) && conn.Write(ctx, websocket.MessageText, []byte(answer)) != nil {
				return in
			}
		}
	}
}

// visit asks for the login page again and again until ctx ends, and once logs in.
// What comes is how long each page took, sorted.
func (s *storm) visit(ctx context.Context, t *testing.T, f *fleet) <-chan []time.Duration {
	p := &program{base: s.base, dir: f.dirs[0], clock: &clock{}}
	stranger, owner := p.browser(t), p.browser(t)
	owner.http.Jar.SetCookies(mustURL(t, s.base), f.sessions[0].Jar.Cookies(mustURL(t, s.base)))
	took := make(chan []time.Duration, 1)
	go func() {
		var list []time.Duration
		for ctx.Err() == nil {
			began := time.Now()
			if r := stranger.get(t, "/auth"); r.status != http.StatusOK {
				t.Errorf("the login page answers %d, want 200", r.status)
			}
			list = append(list, time.Since(began))
			<-time.After(20 * time.Millisecond)
		}
		slices.Sort(list)
		took <- list
	}()
	// Two thousand clients of one machine may leave its server less than it needs
	// to decide in time. Then it says when to try again, and means it.
	r := owner.post(t, "/auth", url.Values{"code": {"000"}})
	for tries := 1; r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") != "" && tries < 5; tries++ {
		<-time.After(time.Second)
		r = owner.post(t, "/auth", url.Values{"code": {"000"}})
	}
	if r.status != http.StatusUnauthorized {
		t.Errorf("a login with no code gets %d, want 401", r.status)
	}
	return took
}

package cmd

import (
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// outage is a program whose Redis is behind a wire, with people in it.
type outage struct {
	*program
	storage    string // where Redis is
	wire       *wire
	ann, bo    *browser
	hers, his  *webSocket
	goroutines int
}

func newOutage(t *testing.T, storage string) *outage {
	t.Helper()
	u := mustURL(t, storage)
	o := &outage{storage: storage, wire: newWire(t, u.Host)}
	u.Host = o.wire.addr()
	o.program = start(t, options{storage: u.String()})
	o.ann, o.bo = o.login(t), o.login(t)
	o.hers, o.his = o.ann.join(t, "tea"), o.bo.join(t, "tea")
	o.goroutines = runtime.NumGoroutine()
	return o
}

// holds checks what people and attackers meet while Redis does not do its work:
// thirty of each at once, as an impatient crowd does.
func (o *outage) holds(t *testing.T) {
	t.Helper()
	token := strings.Repeat("A", 43)
	type visit struct {
		what  string
		limit time.Duration
		want  int
		send  func() reply
	}
	guesser, stranger := o.browser(t), o.browser(t)
	stranger.http.Jar.SetCookies(mustURL(t, o.base), []*http.Cookie{{Name: "chat", Value: token}})
	code := o.code(t)
	visits := []visit{
		{"a wrong code", time.Second, 503, func() reply { return guesser.post(t, "/auth", url.Values{"code": {"12345"}}) }},
		{"a right code", time.Second, 503, func() reply { return guesser.post(t, "/auth", url.Values{"code": {code}}) }},
		{"three wrong codes", time.Second, 503, func() reply {
			return guesser.post(t, "/auth", url.Values{"code": {"1"}, "code2": {"2"}, "code3": {"3"}})
		}},
		{"the login page", 2 * time.Second, 200, func() reply { return guesser.get(t, "/auth") }},
		{"a known session", 2 * time.Second, 200, func() reply { return o.ann.get(t, "/chat/tea") }},
		{"an unknown session", 2 * time.Second, 503, func() reply { return stranger.get(t, "/chat/tea") }},
		{"an unknown session's socket", 2 * time.Second, 503, func() reply {
			return stranger.get(t, socketPath+"?EIO=4&transport=polling")
		}},
		{"a logout", 2 * time.Second, 503, func() reply { return o.bo.post(t, "/logout", nil) }},
		{"readiness", 2 * time.Second, 503, func() reply { return guesser.get(t, "/ready") }},
		{"health", time.Second, 200, func() reply { return guesser.get(t, "/health") }},
	}
	var all sync.WaitGroup
	slowest := make([]atomic.Int64, len(visits))
	most := watchGoroutines(t)
	for i, v := range visits {
		for range 30 {
			all.Go(func() {
				begin := time.Now()
				r := v.send()
				took := time.Since(begin)
				for most := slowest[i].Load(); most < int64(took) && !slowest[i].CompareAndSwap(most, int64(took)); most = slowest[i].Load() {
				}
				if r.status != v.want || took > v.limit+slow {
					t.Errorf("%s: got %d after %v, want %d within %v", v.what, r.status, took, v.want, v.limit)
				}
				if r.status == http.StatusServiceUnavailable && (r.header.Get("Retry-After") == "" || r.header.Get("Set-Cookie") != "") {
					t.Errorf("%s: got Retry-After %q, Set-Cookie %q", v.what, r.header.Get("Retry-After"), r.header.Get("Set-Cookie"))
				}
			})
		}
	}
	all.Wait()
	// Of each visit: one that sends it, two of the browser's connection and two of the
	// server's. The rest is the wire and its connections. Nothing waits besides.
	if got, bound := most(), o.goroutines+5*30*len(visits)+100; got > bound {
		t.Errorf("there were %d goroutines, want %d at most", got, bound)
	}
	for i, v := range visits {
		t.Logf("%s: %d, the last of 30 after %v", v.what, v.want, time.Duration(slowest[i].Load()).Round(time.Millisecond))
	}
	o.quiet(t)
}

// watchGoroutines counts goroutines until most says how many there were at once.
func watchGoroutines(t *testing.T) (most func() int) {
	t.Helper()
	stop, peak := make(chan struct{}), make(chan int)
	go func() {
		look, n := time.NewTicker(5*time.Millisecond), 0
		defer look.Stop()
		for {
			n = max(n, runtime.NumGoroutine())
			select {
			case <-stop:
				peak <- n
				return
			case <-look.C:
			}
		}
	}()
	return func() int {
		close(stop)
		return <-peak
	}
}

// talk has one person write to the other. While Redis cannot keep what is said
// the writer is told so, soon, and what needs no keeping goes on.
func (o *outage) talk(t *testing.T, refused bool) {
	t.Helper()
	begin := time.Now()
	say := func(packet string) {
		t.Helper()
		if err := o.hers.conn.Write(t.Context(), websocket.MessageText, []byte(packet)); err != nil {
			t.Fatalf("sending: %v", err)
		}
	}
	say(`42["typing",{"chat_id":"tea"}]`)
	o.his.expect(t, `42["show_typing"`)
	say(`42["stop_typing",{"chat_id":"tea"}]`)
	say(`427["send_message",{"chat_id":"tea","message":"still here?"}]`)
	if refused {
		o.hers.expect(t, `437[{"error":{"code":"unavailable"`)
	} else {
		o.his.expect(t, `42["receive_message"`)
		o.hers.expect(t, `437[{"id":`)
	}
	if took := time.Since(begin); took > 2*time.Second+slow {
		t.Errorf("talking took %v, want 2 s at most", took)
	}
}

// quiet checks that nothing piled up.
func (o *outage) quiet(t *testing.T) {
	t.Helper()
	begin, look := time.Now(), time.NewTicker(100*time.Millisecond)
	defer look.Stop()
	for _, b := range []*browser{o.ann, o.bo} {
		b.http.CloseIdleConnections()
	}
	for runtime.NumGoroutine() > o.goroutines+100 {
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("%d goroutines are left of %d", runtime.NumGoroutine(), o.goroutines)
		}
		<-look.C
	}
}

// heals checks that all is well again soon.
func (o *outage) heals(t *testing.T) {
	t.Helper()
	begin, look := time.Now(), time.NewTicker(100*time.Millisecond)
	defer look.Stop()
	for o.browser(t).post(t, "/auth", url.Values{"code": {o.code(t)}}).status != http.StatusSeeOther {
		if time.Since(begin) > 5*time.Second+slow {
			t.Fatalf("nobody can log in after 5 s:\n%s", o.log)
		}
		<-look.C
	}
	if r := o.ann.get(t, "/chat/tea"); r.status != http.StatusOK {
		t.Errorf("a known session gets %d afterwards, want 200", r.status)
	}
	o.quiet(t)
}

// suffers runs through an outage and out of it.
func (o *outage) suffers(t *testing.T, fault, remedy func()) {
	t.Helper()
	o.talk(t, false)
	fault()
	defer remedy()
	for range 2 { // What each of them left behind would add up.
		o.holds(t)
	}
	o.talk(t, true)
	o.clock.advance(5 * time.Minute)
	if r := o.ann.get(t, "/chat/tea"); r.status != http.StatusServiceUnavailable || r.header.Get("Set-Cookie") != "" {
		t.Errorf("a session that was not seen for five minutes gets %d with the cookies %q, want 503 and none", r.status, r.header.Values("Set-Cookie"))
	}
	remedy()
	o.heals(t)
	o.talk(t, false)
}

// faults are what can become of the way to Redis. A build with the tag e2e has
// one more.
var faults = map[string]mode{"gone": {cut: true}, "hanging": {hang: true}}

// G02, G03. The fault: Redis is gone, hangs, or answers after three seconds. The
// attack: make it so, and guess without a limit.
func TestRedisFailsInUse(t *testing.T) {
	for name, m := range faults {
		t.Run(name, func(t *testing.T) {
			onExternal(t, func(t *testing.T, storage string) {
				o := newOutage(t, storage)
				o.suffers(t, func() { o.wire.set(m) }, func() { o.wire.set(mode{}) })
			})
		})
	}
}

package engineio_test

import (
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
)

// A client that costs more than it may is closed, after a time that is known.
// None of them does what a client of the protocol would do.
func TestHostileFrames(t *testing.T) {
	for _, test := range []struct {
		name   string
		attack func(*raw)
		after  time.Duration
		reason engineio.Reason
	}{
		{"it announces 2^63-1 bytes and sends none", func(r *raw) {
			r.send("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 1<<30)
		}, 0, engineio.TooLarge},
		{"it announces 2^63-1 bytes in a later frame", func(r *raw) {
			r.send(frame(opText, "4")+"\x00\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 1<<30)
		}, 0, engineio.TooLarge},
		{"it announces a megabyte and sends none", func(r *raw) {
			r.send("\x81\xff\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00", 1<<30)
		}, 10 * time.Second, engineio.MessageTimeout},
		{"it announces 2^63-1 bytes and sends zeros", func(r *raw) {
			r.send("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"+strings.Repeat("\x00", 2<<20), 1<<30)
			r.forever("\x00", time.Millisecond)
		}, 0, engineio.TooLarge},
		{"it sends empty continuations without end", func(r *raw) {
			r.send(frame(opText, "4"), 1<<30)
			r.forever(frame(opCont, ""), time.Millisecond)
		}, 10 * time.Second, engineio.MessageTimeout},
		{"it sends a message byte by byte", func(r *raw) {
			r.send(frame(opText, "4"), 1<<30)
			r.forever(frame(opCont, "x"), time.Second)
		}, 10 * time.Second, engineio.MessageTimeout},
		{"it sends half a header", func(r *raw) { r.send("\x81", 1) }, 10 * time.Second, engineio.MessageTimeout},
		{"it sends half a header behind a message", func(r *raw) {
			r.send(text("4a")+"\x81", 1<<30)
		}, 10 * time.Second, engineio.MessageTimeout},
		{"it sends half a header behind a ping", func(r *raw) {
			r.send(ping("x")+"\x81\xfe\x01", 1<<30)
		}, 10 * time.Second, engineio.MessageTimeout},
		{"it sends a header and no mask", func(r *raw) { r.send("\x81\x84", 1) }, 10 * time.Second, engineio.MessageTimeout},
		{"it pings in the middle of a message", func(r *raw) {
			r.send(frame(opText, "4"), 1<<30)
			r.forever(ping("x"), time.Second)
		}, 10 * time.Second, engineio.MessageTimeout},
		{"it pings the websocket and answers no ping of ours", func(r *raw) {
			r.forever(ping("x"), time.Second)
		}, 45 * time.Second, engineio.PingTimeout},
		{"it has a message within a message", func(r *raw) {
			r.send(frame(opText, "4a")+text("4b"), 1<<30)
		}, 0, engineio.BadFrame},
		{"it has no mask", func(r *raw) { r.send("\x81\x024x", 1<<30) }, 0, engineio.BadFrame},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := newEnded()
				w := newWorld(t, engineio.Config{}, newEcho(ended))
				r := dialRaw(t, w)
				start := time.Now()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				var attack sync.WaitGroup
				defer attack.Wait()
				defer r.Close()
				attack.Go(func() { test.attack(r) })
				wantEnd(t, ended, test.reason)
				if got := time.Since(start); got != test.after {
					t.Errorf("the socket ended after %v, want %v", got, test.after)
				}
				runtime.ReadMemStats(&after)
				if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
					t.Errorf("that cost %d bytes", got)
				}
				time.Sleep(closeTime)
				if got := r.hear(); !slices.Contains(got, "end") {
					t.Errorf("heard %q, want the end", got)
				}
			})
		})
	}
}

// closeTime is how long a client may take to answer a close frame.
const closeTime = 2 * time.Second

// forever sends the same again and again until the server hangs up.
func (r *raw) forever(bytes string, pause time.Duration) {
	for {
		if _, err := io.WriteString(r, bytes); err != nil {
			return
		}
		time.Sleep(pause) // of the bubble's clock
	}
}

// What comes with the handshake has the time of what comes later, and who takes
// longer is told.
func TestHalfAHeaderSentWithTheHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		start := time.Now()
		r := dialRawWith(t, w, "\x81")
		wantEnd(t, ended, engineio.MessageTimeout)
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("the socket ended after %v, want 10s", got)
		}
		if got := r.hear(); !slices.Equal(got, []string{"close 1008"}) {
			t.Errorf("got %q, want to be told, and the time to answer", got)
		}
	})
}

// A message that took its time leaves no deadline to the ones behind it, which may
// be long in coming.
func TestNoReadDeadlineIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{PingInterval: time.Hour}, newEcho(newEnded()))
		r := dialRaw(t, w)
		for _, slow := range []string{text("4slow"), frame(opText, "4sl") + frame(opCont, "") + frame(fin|opCont, "ow")} {
			r.send(slow[:1], 1)
			time.Sleep(9 * time.Second)
			r.send(slow[1:], 1)
			if got := r.hear(); !slices.Equal(got, []string{"text 4slow"}) {
				t.Fatalf("got %q, want it back", got)
			}
			time.Sleep(time.Minute)
			r.send(text("4alive"), 1<<30)
			if got := r.hear(); !slices.Equal(got, []string{"text 4alive"}) {
				t.Fatalf("got %q, want it to live", got)
			}
		}
	})
}

// Every ping is owed a pong, so a client that pings and does not read could fill
// the memory with them.
func TestAFloodOfPingsFromAClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		conn, _ := openRaw(t, w, handshake)
		start := time.Now()
		var attack sync.WaitGroup
		defer attack.Wait()
		defer conn.Close()
		attack.Go(func() { (&raw{Conn: conn}).forever(ping("x"), time.Millisecond) })
		if why := <-ended; why != engineio.TransportError {
			t.Errorf("the socket ended with %q, want a transport error", why)
		}
		if got := time.Since(start); got != 5*time.Second { // the library's time for a pong
			t.Errorf("the socket ended after %v, want 5s", got)
		}
	})
}

// What a client sends along with its handshake is not lost, and not trusted.
func TestFramesSentWithTheHandshake(t *testing.T) {
	for _, test := range []struct {
		name, behind string
		want         []string
	}{
		{"frames", text("4early") + ping("x"), []string{"text 4early", "pong x"}},
		{"half a frame", text("4early")[:3], nil},
		{"junk", "GET / HTTP/1.1\r\n\r\n", []string{"close 1002", "end"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
				r := dialRawWith(t, w, test.behind)
				got := r.hear()
				if slices.Contains(test.want, "end") {
					time.Sleep(closeTime)
					got = append(got, r.hear()...)
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// A POST whose body does not come must not hold its session for ever.
func TestABodyHasToArriveInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		session := w.OpenPolling()
		body, rest := io.Pipe()
		defer rest.Close()
		start := time.Now()
		go func() {
			if res, err := w.Client.Post(w.URL(session), "text/plain", body); err == nil {
				_ = res.Body.Close()
			}
		}()
		if _, err := io.WriteString(rest, "4a"); err != nil {
			t.Fatal(err)
		}
		wantEnd(t, ended, engineio.MessageTimeout)
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("the socket ended after %v, want 10s", got)
		}
		time.Sleep(time.Second) // net/http lingers on a connection that it gives up
	})
}

// A client that posts and never polls has its answers queued, so far and no
// further.
func TestAClientThatDoesNotPollIsClosedAsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		session := w.OpenPolling()
		posts := 0
		for ; len(ended) == 0 && posts < 10; posts++ {
			if status, _ := w.Post(session, "4"+strings.Repeat("x", 1<<20-1)); status != http.StatusOK {
				break
			}
			synctest.Wait()
		}
		wantEnd(t, ended, engineio.Slow)
		if posts != 4 { // a header each makes the fourth one too many
			t.Errorf("it took %d posts of 1 MiB, want 4", posts)
		}
	})
}

// D16. The attack: one session opens thousands of sockets and says nothing over
// any of them.
func TestSocketsOfAnOwnerAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{MaxSockets: 3, PingTimeout: time.Hour}, newEcho(ended))
		first := w.OpenPolling()
		w.OpenPolling()
		w.Dial("websocket").Read()
		status, body := w.Get("polling")
		if want := `{"code":4,"message":"Too many connections"}`; status != 429 || body != want {
			t.Errorf("the fourth gets %d %s, want 429 %s", status, body, want)
		}
		w.Post(first, "1")
		wantEnd(t, ended, engineio.ClientClose)
		w.OpenPolling()
	})
}

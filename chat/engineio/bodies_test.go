package engineio_test

import (
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

// D05. The attack: a hundred bodies at once, in chunks, each a byte larger than it
// may be. They cost what they may be long, and no session ends.
func TestAHundredBodiesTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bodies, limit = 100, 512 << 10
		w := newWorld(t, engineio.Config{MaxPayload: limit}, newEcho(newEnded()))
		sessions := make([]string, bodies)
		for i := range sessions {
			sessions[i] = w.OpenPolling()
		}
		most := "4" + strings.Repeat("x", limit-1)
		rest, before := make(chan struct{}), enginetest.InUse()
		var sent sync.WaitGroup
		for _, session := range sessions {
			sent.Go(func() {
				body, more := io.Pipe()
				go func() {
					_, _ = io.WriteString(more, most)
					<-rest
					_, _ = io.WriteString(more, "x")
					_ = more.Close()
				}()
				if status := post(t, w, session, body); status != 413 {
					t.Errorf("a body of one byte more got %d, want 413", status)
				}
			})
		}
		synctest.Wait()
		if got := enginetest.InUse() - before; got > bodies*limit*3/2 {
			t.Errorf("%d bodies of %d bytes take %d", bodies, limit, got)
		}
		close(rest)
		sent.Wait()
		if got := w.engine.Len(); got != bodies {
			t.Errorf("%d sessions are left, want %d", got, bodies)
		}
		time.Sleep(time.Second) // by which net/http has closed the connections
	})
}

// A counter counts messages.
type counter struct {
	ended chan engineio.Reason
	n     int
}

func (c *counter) Message(engineio.Message)  { c.n++ }
func (c *counter) Close(why engineio.Reason) { c.ended <- why }

// D05. The attack: a body of as many packets as fit, or of what is between them,
// or as version 3 had them. It costs little more than its length.
func TestABodyOfManyPackets(t *testing.T) {
	for _, test := range []struct {
		name, body string
		messages   int
		ends       bool
	}{
		{"200,000 messages", strings.Repeat("4\x1e", 199_999) + "4", 200_000, false},
		{"200,000 pongs", strings.Repeat("3\x1e", 199_999) + "3", 0, false},
		{"200,000 attachments", strings.Repeat("b\x1e", 199_999) + "b", 200_000, false},
		{"nothing but separators", strings.Repeat("\x1e", 1<<20), 0, true},
		{"a message behind 200,000 separators", strings.Repeat("\x1e", 200_000) + "4", 0, true},
		{"the framing of version 3", strings.Repeat("1:2", 100_000), 0, true},
		{"a length as version 3 had it", "99999999999:4", 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				handler := &counter{ended: newEnded()}
				w := newWorld(t, engineio.Config{}, func(*engineio.Socket) engineio.Handler { return handler })
				session := w.OpenPolling()
				before := enginetest.Allocated()
				if status, answer := w.Post(session, test.body); status != 200 || answer != "ok" {
					t.Errorf("got %d %s, want 200 ok", status, answer)
				}
				if got := enginetest.Allocated() - before; got > 32<<20 {
					t.Errorf("a body of %d bytes cost %d", len(test.body), got)
				}
				time.Sleep(time.Second) // a close packet takes a moment
				if handler.n != test.messages || (len(handler.ended) > 0) != test.ends {
					t.Errorf("%d messages and %d ends, want %d and %v", handler.n, len(handler.ended), test.messages, test.ends)
				}
			})
		})
	}
}

// D17. The attack: two polls of one session, and then more, so that an answer
// goes to a request that it was not for. What was for the session is told to
// nobody else, and nothing of it is left.
func TestNoAnswerGoesToAnotherRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		sockets := make(chan *engineio.Socket, 2)
		w := newWorld(t, engineio.Config{}, func(s *engineio.Socket) engineio.Handler {
			sockets <- s
			return &echo{s, ended}
		})
		mine, other := w.OpenPolling(), w.OpenPolling()
		socket := <-sockets
		poll := func(session string) <-chan string {
			answer := make(chan string, 1)
			go func() { _, body := w.Get(session); answer <- body }()
			synctest.Wait()
			return answer
		}
		first, others := poll(mine), poll(other)
		if status, body := w.Get(mine); status != 400 || strings.Contains(body, "secret") {
			t.Errorf("the second poll got %d %s", status, body)
		}
		if got := <-first; got != "1" {
			t.Errorf("the first poll got %q, want a close packet", got)
		}
		wantEnd(t, ended, engineio.ParseError)
		socket.Send(engineio.Text([]byte("secret")))
		for _, status := range []int{statusOf(w.Get(mine)), statusOf(w.Post(mine, "4late"))} {
			if status != 400 {
				t.Errorf("a request after the end got %d, want 400", status)
			}
		}
		if got := w.engine.Len(); got != 1 {
			t.Errorf("%d sessions are left, want the other one", got)
		}
		w.Post(other, "4mine")
		if got := <-others; got != "4mine" {
			t.Errorf("the other session got %q", got)
		}
	})
}

func statusOf(status int, _ string) int { return status }

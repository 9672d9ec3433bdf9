package engineio_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

// probe opens a websocket for a session and lets it prove that it works.
func (w *world) probe(session string) *enginetest.Websocket {
	c := w.Dial("websocket" + strings.TrimPrefix(session, "polling"))
	c.Send("2probe")
	c.Want("3probe")
	return c
}

func TestUpgrade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		session := w.OpenPolling()
		polled := make(chan string, 1)
		go func() { _, body := w.Get(session); polled <- body }()
		synctest.Wait()
		c := w.probe(session)
		if got := <-polled; got != "6" {
			t.Fatalf("the poll under way got %q, want a noop", got)
		}
		w.Post(session, "4queued during the probe")
		c.Send("5")
		c.Want("4queued during the probe")
		c.Send("4after")
		c.Want("4after")
		if status, _ := w.Get(session); status != 400 {
			t.Errorf("a poll after the upgrade got %d, want 400", status)
		}
		c.Send("4alive")
		c.Want("4alive")
	})
}

// One noop for all polls of a probe stalled the clients of other servers for a
// whole heartbeat.
func TestEveryPollDuringAProbeIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		session := w.OpenPolling()
		c := w.probe(session)
		for range 5 {
			if _, got := w.Get(session); got != "6" {
				t.Fatalf("got %q, want a noop", got)
			}
		}
		w.Post(session, "4data")
		if _, got := w.Get(session); got != "4data" {
			t.Errorf("got %q, want the message, which polling can still carry", got)
		}
		c.Send("5")
		c.Send("4done")
		c.Want("4done")
	})
}

func TestASocketStaysOnPollingWhenTheProbeFails(t *testing.T) {
	for name, fail := range map[string]func(*world, string){
		"lost": func(w *world, session string) { _ = w.probe(session).Conn.CloseNow() },
		"nonsense": func(w *world, session string) {
			c := w.probe(session)
			c.Send("4not an upgrade")
			c.WantClosed(websocket.StatusPolicyViolation)
		},
		"silent": func(w *world, session string) {
			w.Dial("websocket" + strings.TrimPrefix(session, "polling")).WantClosed(-1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
				session := w.OpenPolling()
				fail(w, session)
				synctest.Wait()
				w.Post(session, "4still polling")
				if _, got := w.Get(session); got != "4still polling" {
					t.Errorf("got %q, want the echo", got)
				}
				c := w.probe(session)
				c.Send("5")
				c.Send("4second try")
				c.Want("4second try")
			})
		})
	}
}

func TestASecondWebsocketIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		session := w.OpenPolling()
		first := w.probe(session)
		query := "websocket" + strings.TrimPrefix(session, "polling")
		w.Dial(query).WantClosed(-1)
		first.Send("5")
		first.Send("4switched")
		first.Want("4switched")
		w.Dial(query).WantClosed(-1)
		first.Send("4survives")
		first.Want("4survives")
	})
}

// Messages under way in both directions through an upgrade arrive once each and
// in order.
func TestOrderThroughAnUpgradeUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const before, during, after = 50, 50, 50
		sockets := make(chan *engineio.Socket, 1)
		w := newWorld(t, engineio.Config{}, func(s *engineio.Socket) engineio.Handler {
			sockets <- s
			return &echo{s, newEnded()}
		})
		session := w.OpenPolling()
		socket := <-sockets
		next := 0
		push := func(n int) {
			for range n {
				socket.Send(engineio.Text(fmt.Appendf(nil, "%d", next)))
				next++
			}
		}
		var got []string
		push(before)
		_, body := w.Get(session)
		got = append(got, strings.Split(body, "\x1e")...)
		c := w.probe(session)
		push(during)
		_, body = w.Get(session)
		got = append(got, strings.Split(body, "\x1e")...)
		c.Send("5")
		push(after)
		for len(got) < before+during+after {
			got = append(got, c.Read())
		}
		for i, text := range got {
			if want := fmt.Sprintf("4%d", i); text != want {
				t.Fatalf("message %d is %q, want %q", i, text, want)
			}
		}
	})
}

package engineio_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

func TestSilentPeerIsClosedAfterPingTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		start := time.Now()
		c := w.Dial("websocket")
		enginetest.SID(t, c.Read())
		c.Want("2")
		if got := time.Since(start); got != 25*time.Second {
			t.Errorf("the ping came after %v, want 25s", got)
		}
		wantEnd(t, ended, engineio.PingTimeout)
		if got := time.Since(start); got != 45*time.Second {
			t.Errorf("the socket ended after %v, want 45s", got)
		}
		c.WantClosed(-1)
	})
}

func TestPongKeepsASocketOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		c := w.Dial("websocket")
		enginetest.SID(t, c.Read())
		for range 100 {
			c.Want("2")
			time.Sleep(19 * time.Second) // of the bubble's clock
			c.Send("3")
		}
		c.Send("4still here")
		c.Want("4still here")
	})
}

// A client whose pong waits behind a large message is alive; one that talks on
// and on and never answers a ping is not.
func TestAnotherPacketExtendsThePongOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		start := time.Now()
		c := w.Dial("websocket")
		enginetest.SID(t, c.Read())
		c.Want("2")
		for range 2 {
			time.Sleep(10 * time.Second)
			c.Send("4x")
			c.Want("4x")
		}
		wantEnd(t, ended, engineio.PingTimeout)
		if got := time.Since(start); got != 55*time.Second {
			t.Errorf("the socket ended after %v, want 25s + 10s + 20s", got)
		}
	})
}

func TestSilentPollerIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		session := w.OpenPolling()
		if _, got := w.Get(session); got != "2" {
			t.Fatalf("the poll got %q, want a ping", got)
		}
		wantEnd(t, ended, engineio.PingTimeout)
		if status, body := w.Get(session); status != http.StatusBadRequest {
			t.Errorf("a poll after the end got %d %s, want 400", status, body)
		}
	})
}

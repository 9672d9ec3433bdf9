package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio/enginetest"
)

// newTestServer starts a server of a profile.
func newTestServer(t *testing.T, profile string) *enginetest.World {
	t.Helper()
	cfg, err := config(profile)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Log = slog.New(slog.DiscardHandler)
	server := newServer(cfg, extrasOf(profile))
	w := enginetest.New(t, "/socket.io/", server)
	t.Cleanup(server.drop)
	return w
}

// The official suites count on a heartbeat of 300 ms, with 200 ms to answer, and
// on an answer to CONNECT that holds nothing but an id.
func TestProfiles(t *testing.T) {
	for profile, beat := range map[string]struct{ interval, timeout time.Duration }{
		"suite":  {300 * time.Millisecond, 200 * time.Millisecond},
		"client": {25 * time.Second, 20 * time.Second},
	} {
		t.Run(profile, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newTestServer(t, profile).Dial("websocket")
				start := time.Now()
				want := fmt.Sprintf(`"upgrades":[],"pingInterval":%d,"pingTimeout":%d,"maxPayload":1000000}`, beat.interval.Milliseconds(), beat.timeout.Milliseconds())
				if got := c.Read(); !strings.HasSuffix(got, want) {
					t.Errorf("got %s, want ...%s", got, want)
				}
				c.Send("40")
				if got, recovers := c.Read(), profile == "client"; strings.Contains(got, `"pid"`) != recovers {
					t.Errorf("CONNECT is answered by %s, want a private id: %v", got, recovers)
				}
				c.Read() // auth
				c.Want("2")
				if got := time.Since(start); got != beat.interval {
					t.Errorf("pinged after %v, want %v", got, beat.interval)
				}
				c.WantClosed(-1)
				if got, want := time.Since(start), beat.interval+beat.timeout; got != want {
					t.Errorf("closed after %v, want %v", got, want)
				}
			})
		})
	}
	if _, err := config("other"); err == nil {
		t.Error("there is a profile called other")
	}
}

// The suites run in a browser too, on a page from elsewhere, which asks first.
func TestAPageFromElsewhereMayAsk(t *testing.T) {
	cfg, err := config("suite")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(cfg, extrasOf("suite"))
	t.Cleanup(server.drop)
	for method, want := range map[string]int{http.MethodOptions: http.StatusNoContent, http.MethodGet: http.StatusOK} {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest(method, "/engine.io/?EIO=4&transport=polling", nil))
		if w.Code != want || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: got %d and %v, want %d for everybody", method, w.Code, w.Header(), want)
		}
		if method == http.MethodOptions && (w.Header().Get("Access-Control-Allow-Headers") != "Content-Type" || w.Body.Len() > 0) {
			t.Errorf("OPTIONS: got %v and %q, want that a type may be sent", w.Header(), w.Body)
		}
	}
}

// What is asked back is what was sent, whatever came behind it into the same
// buffer.
func TestAskMeKeepsItsArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTestServer(t, "suite")
		conn := w.DialRaw()
		heard := make(chan string, 1)
		go func() {
			all, _ := io.ReadAll(conn)
			heard <- string(all)
		}()
		const times = 50
		ask, other := strings.Repeat("a", 60), strings.Repeat("b", 60)
		both := zeroMasked(`42["ask-me","`+ask+`"]`) + zeroMasked(`42["nobody","`+other+`"]`)
		_, _ = io.WriteString(conn, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"+
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"+zeroMasked("40"))
		for range times {
			_, _ = io.WriteString(conn, both)
		}
		synctest.Wait()
		_ = conn.Close()
		if got := strings.Count(<-heard, `["question","`+ask+`"]`); got != times {
			t.Errorf("%d of %d questions are what was sent", got, times)
		}
	})
}

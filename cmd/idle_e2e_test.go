//go:build e2e && linux

package cmd

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

var (
	idleSockets    = flag.Int("idle.sockets", 300, "how many sockets are idle")
	idleHeartbeats = flag.Int("idle.heartbeats", 1, "for how many heartbeats, of 25 s")
)

// H04. Ten thousand people have the page open and say nothing. Every heartbeat is
// kept, no socket takes more memory than it did in the beginning, and somebody who
// comes then gets in.
//
//	go test -tags e2e ./cmd -run IdleSockets -v -idle.sockets 9700 -idle.heartbeats 12 -timeout 20m
func TestIdleSockets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := enrolIn(t, dir)
	c := spawn(t, dir, "METRICS_ADDR=127.0.0.1:0", "LIMIT_SOCKETS=0", "LIMIT_CONNECTIONS=0", "LIMIT_MESSAGES=0")
	gauges := c.gauges(t, dir)
	owner := newChildBrowser(t)
	if status := c.comeIn(owner, "203.0.113.1", codeAt(t, secret.Groups(), time.Now())); status != http.StatusSeeOther {
		t.Fatalf("logging in: %d", status)
	}
	b := &browser{c.base, owner}
	b.untilPacked(t) // It takes more memory than the sockets, and on a busy machine as long.
	empty := gauges.read(t)
	var idle sync.WaitGroup
	for i := range *idleSockets {
		s := b.join(t, fmt.Sprint("room", i/10))
		idle.Go(func() {
			if err := s.idle(t.Context(), *idleHeartbeats); err != nil {
				t.Errorf("socket %d: %v", i, err)
			}
		})
	}
	full := gauges.read(t)
	began := time.Now()
	idle.Wait()
	lasted := time.Since(began)
	still := gauges.read(t)
	began = time.Now()
	if status := c.comeIn(newChildBrowser(t), "203.0.113.2", codeAt(t, secret.Groups(), time.Now().Add(30*time.Second))); status != http.StatusSeeOther {
		t.Errorf("logging in beside them: %d", status)
	}
	t.Logf("%d idle for %v: %v before, %v with them, %v after that; a login took %v", *idleSockets, lasted.Round(time.Second), empty, full, still, ms(time.Since(began)))
	if still.goroutines > full.goroutines+20 || still.files > full.files+20 {
		t.Errorf("%v became %v", full, still)
	}
	if most := full.bytes + *idleSockets*1024 + 16<<20; still.bytes > most {
		t.Errorf("%v became %v, a kilobyte more for each socket", full, still)
	}
}

// idle answers heartbeats, that many.
func (s *webSocket) idle(ctx context.Context, heartbeats int) error {
	for heartbeats > 0 {
		_, packet, err := s.conn.Read(ctx)
		if err != nil {
			return err
		}
		if string(packet) != "2" {
			continue // Somebody came into the room.
		}
		heartbeats--
		if err := s.conn.Write(ctx, websocket.MessageText, []byte("3")); err != nil {
			return err
		}
	}
	return nil
}

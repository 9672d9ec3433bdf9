//go:build e2e && unix

package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"chat/chat/chattest"

	"github.com/coder/websocket"
)

// H07. The fault: the server is asked to end while two hundred people talk. What
// it acknowledged is there when it starts again, and everybody has it once and in
// one order; connections are closed and not broken off; it ends without an error
// in ten seconds.
func TestSIGTERMInTraffic(t *testing.T) {
	const people, aRoom = 200, 10
	f := newFleet(t, 1, 20, embeddedStorage)
	at := mustURL(t, f.servers[0].base)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	troubled, stop := context.WithCancel(ctx)
	defer stop()
	all := make([]*chattest.Speaker, people)
	var talking sync.WaitGroup
	speaking := make(chan struct{}, people)
	for i := range all {
		all[i] = f.speaker(t, i)
		all[i].Room = fmt.Sprint("den", i/aRoom)
		talking.Go(func() {
			all[i].Talk(ctx, func(done int) bool {
				if done == 1 {
					speaking <- struct{}{}
				}
				return troubled.Err() == nil
			})
		})
	}
	for range all {
		select {
		case <-speaking:
		case <-ctx.Done():
			t.Fatal("two hundred people do not get to talk within a minute")
		}
	}
	listener := f.sessions[0]
	client := *listener
	client.Timeout = 0
	conn, _, err := websocket.Dial(ctx, f.servers[0].base+socketPath+"?EIO=4&transport=websocket", &websocket.DialOptions{HTTPClient: &client})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }() // The server closes it.

	c := f.take(0)
	began := time.Now()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("ending the server: %v", err)
	}
	for err == nil {
		_, _, err = conn.Read(ctx)
	}
	if websocket.CloseStatus(err) < 0 {
		t.Errorf("the connection ends with %v, want a close frame", err)
	}
	<-c.done
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("the server ends with %v, want no error:\n%s", err, c.log)
	}
	took := time.Since(began)
	if took > 10*time.Second {
		t.Errorf("the server took %v to end; service managers kill one that does not end in time", took)
	}
	again := spawn(t, f.dirs[0], "PORT="+at.Port(), "HISTORY_MESSAGES=1000000")
	f.mu.Lock()
	f.servers[0] = again
	f.mu.Unlock()
	stop()
	talking.Wait()
	acked, logged := 0, 0
	for i := 0; i < people; i += aRoom {
		room := all[i : i+aRoom]
		for _, s := range room {
			s.Finish(ctx)
			acked += len(s.Acked)
		}
		log := room[0].Log(ctx)
		logged += len(log)
		chattest.Judge(t, room, log)
	}
	t.Logf("%d people, %d acknowledged messages, %d in the logs; the server ended in %v", people, acked, logged, ms(took))
}

// H07. The operator does not want to wait for what holds the end up: here, a
// form that never comes whole. A second signal ends the server at once.
func TestSecondSIGTERM(t *testing.T) {
	t.Parallel()
	c := spawn(t, t.TempDir(), "STORAGE_LIMITER="+embeddedStorage)
	at := mustURL(t, c.base).Host
	conn, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	form := "POST /auth HTTP/1.1\r\nHost: " + at + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"
	if _, err := conn.Write([]byte(form)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil { // Somebody reads the form.
		t.Fatal(err)
	}
	signal := func() {
		if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatalf("ending the server: %v", err)
		}
	}
	signal()
	for err == nil { // It has heard the first when it takes no more connections.
		var more net.Conn
		if more, err = net.Dial("tcp", at); err == nil {
			_ = more.Close()
		}
	}
	signal()
	<-c.done
	var exit *exec.ExitError
	err = c.cmd.Wait()
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("after a second signal the server ends with %v, want by the signal", err)
	}
}

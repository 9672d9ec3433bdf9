//go:build e2e

package cmd

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// slowness is what clients do that hold a server up with next to nothing. Each
// goes on until its connection is cut.
var slowness = []struct {
	name string
	run  func(conn *net.TCPConn, host string) error
}{
	{"never ends its header", func(conn *net.TCPConn, host string) error {
		return drip(conn, "GET / HTTP/1.1\r\nHost: "+host+"\r\n", "X-More: x\r\n")
	}},
	{"never ends its body", func(conn *net.TCPConn, host string) error {
		return drip(conn, "POST /auth HTTP/1.1\r\nHost: "+host+"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n", "x")
	}},
	{"never reads", func(conn *net.TCPConn, host string) error {
		asks := strings.Repeat("GET /static/js/room.js HTTP/1.1\r\nHost: "+host+"\r\n\r\n", 100)
		for { // Many answers fit into the kernel; then writing ends, too.
			if _, err := io.WriteString(conn, asks); err != nil {
				return err
			}
		}
	}},
}

// drip says something, and then a little each second.
func drip(conn net.Conn, first, then string) error {
	_, err := io.WriteString(conn, first)
	for second := time.NewTicker(time.Second); err == nil; <-second.C {
		_, err = io.WriteString(conn, then)
	}
	return err
}

// H01. The attack of slowhttptest -H, -B and -X: five hundred connections, from
// ten addresses, say or take next to nothing. All are cut; meanwhile somebody
// gets every page, and talks.
func TestSlowConnections(t *testing.T) {
	f := newFleet(t, 1, 1, embeddedStorage)
	c := f.servers[0]
	host := mustURL(t, c.base).Host
	patient := *f.sessions[0]
	patient.Timeout = time.Minute
	owner := &browser{c.base, &patient}
	s := owner.join(t, "den")

	held := make([][]time.Duration, len(slowness))
	var mu sync.Mutex
	var attackers sync.WaitGroup
	defer attackers.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for i := range 500 {
		kind := i % len(slowness)
		attackers.Go(func() {
			lasted, err := bear(ctx, host, 2+i%10, slowness[kind].run)
			if err != nil && !t.Failed() { // or all are ended
				t.Errorf("a client that %s: %v", slowness[kind].name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			held[kind] = append(held[kind], lasted)
		})
	}
	done := make(chan struct{})
	go func() { attackers.Wait(); close(done) }()

	var pages []time.Duration
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for attacked := true; attacked; {
		began := time.Now()
		if r := owner.get(t, "/"); r.status != http.StatusOK {
			t.Errorf("the owner's page answers %d, want 200", r.status)
		}
		s.send(t, `427["send_message",{"chat_id":"den","message":"still here"}]`)
		s.expect(t, "437")
		pages = append(pages, time.Since(began))
		select {
		case <-done:
			attacked = false
		case <-look.C:
		}
	}
	for kind, times := range held {
		slices.Sort(times)
		t.Logf("%d clients, each of which %s, were cut after %v to %v", len(times), slowness[kind].name, ms(times[0]), ms(times[len(times)-1]))
	}
	slices.Sort(pages)
	t.Logf("a page and a message took %v at the median, %v at p99, over %d", ms(pages[len(pages)/2]), ms(pages[len(pages)*99/100]), len(pages))
}

// bear is one slow client with an address of this machine's. It returns how long
// the server bore with it.
func bear(ctx context.Context, host string, address int, run func(*net.TCPConn, string) error) (time.Duration, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(fmt.Sprintf("127.0.0.%d", address))}}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	tcp := conn.(*net.TCPConn)
	_ = tcp.SetReadBuffer(4 << 10) // as small as the system allows
	began := time.Now()
	stop := context.AfterFunc(ctx, func() { _ = tcp.Close() })
	_ = run(tcp, host)
	if !stop() {
		return 0, fmt.Errorf("it was not cut in %v", time.Since(began))
	}
	return time.Since(began), nil
}

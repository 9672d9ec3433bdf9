package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// FuzzUpgrade plays a client on polling that opens a websocket for its session
// with any headers, and anything behind them, with the promises of FuzzWebsocket.
// Whatever that was, a session whose probe was not answered goes on on polling.
func FuzzUpgrade(f *testing.F) {
	const upgrade = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
	for _, seed := range [][2]string{
		{upgrade, ""}, {upgrade, zeroMasked("2probe")}, {upgrade, zeroMasked("2probe") + zeroMasked("5") + zeroMasked(`42["a",1]`)},
		{upgrade, zeroMasked("5")}, {upgrade, zeroMasked("2probe") + zeroMasked("1")}, {upgrade, zeroMasked("2probe") + "\x88\x800000"},
		{upgrade, "\x81"}, {upgrade, "\x82\x8600002probe"}, {upgrade, "GET / HTTP/1.1\r\n\r\n"},
		{strings.Replace(upgrade, "13", "12", 1), ""}, {strings.Replace(upgrade, "websocket", "h2c", 1), ""}, {strings.Replace(upgrade, "AAAA", "", 1), ""},
		{upgrade + "\r\nContent-Length: 5", "12345"}, {upgrade + "\r\nTransfer-Encoding: chunked", "0\r\n\r\n"}, {upgrade + "\r\nSec-WebSocket-Protocol: a, b", ""},
		{"", ""}, {"Host: x", ""}, {"Host", ""}, {"Host: x\r\nHost: y", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, headers, behind string) {
		synctest.Test(t, func(t *testing.T) {
			w := newSuspect(t)
			session := w.OpenPolling()
			w.Post(session, "40")
			conn := w.DialRaw()
			heard := make(chan string, 1)
			go func() { // a server that gives up early breaks this off
				_, _ = io.WriteString(conn, "GET /socket.io/?EIO=4&transport=websocket"+strings.TrimPrefix(session, "polling")+" HTTP/1.1\r\n"+headers+"\r\n\r\n"+behind)
			}()
			go func() {
				all, _ := io.ReadAll(conn)
				heard <- string(all)
			}()
			synctest.Wait()
			_ = conn.Close()
			answer := <-heard
			if answer != "" && !strings.HasPrefix(answer, "HTTP/1.") {
				t.Errorf("the answer is %q", answer)
			}
			if strings.Contains(answer, "3probe") {
				return
			}
			synctest.Wait()
			if status, text := w.Post(session, `42["a",1]`); status != http.StatusOK {
				t.Fatalf("after %q a POST got %d %s", answer, status, text)
			}
			if status, text := w.Get(session); status != http.StatusOK || !strings.HasSuffix(text, "}\x1e"+`42["seen",1]`) {
				t.Fatalf("after %q a poll got %d %s", answer, status, text)
			}
		})
	})
}

package cmd

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// webSocket is a Socket.IO connection over a websocket, as small as can be.
type webSocket struct{ conn *websocket.Conn }

// dial connects to the default namespace with the browser's cookie.
func (b *browser) dial(t testing.TB) *webSocket {
	t.Helper()
	client := *b.http
	client.Timeout = 0 // it would end the connection, not the handshake
	conn, _, err := websocket.Dial(t.Context(), b.base+socketPath+"?EIO=4&transport=websocket", &websocket.DialOptions{
		HTTPClient: &client,
		HTTPHeader: http.Header{"Origin": {b.base}},
	})
	if err != nil {
		t.Fatalf("opening a websocket: %v", err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() }) // The server may have closed it.
	s := &webSocket{conn}
	s.expect(t, "0{")
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("40")); err != nil {
		t.Fatalf("sending CONNECT: %v", err)
	}
	s.expect(t, "40{")
	return s
}

// expect reads packets until one begins with prefix, which it returns, and answers
// pings.
func (s *webSocket) expect(t testing.TB, prefix string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, packet, err := s.conn.Read(ctx)
		switch {
		case err != nil:
			t.Fatalf("waiting for %s: %v", prefix, err)
		case strings.HasPrefix(string(packet), prefix):
			return string(packet)
		case string(packet) == "2":
			if err := s.conn.Write(ctx, websocket.MessageText, []byte("3")); err != nil {
				t.Fatalf("answering a ping: %v", err)
			}
		}
	}
}

// pollingSocket is a Socket.IO connection over polling, as small as can be.
type pollingSocket struct {
	browser *browser
	path    string
}

// openPolling connects to the default namespace.
func (b *browser) openPolling(t *testing.T) *pollingSocket {
	t.Helper()
	s := &pollingSocket{b, socketPath + "?EIO=4&transport=polling"}
	open := s.poll(t)
	sid := regexp.MustCompile(`"sid":"([^"]+)"`).FindStringSubmatch(open)
	if sid == nil {
		t.Fatalf("the handshake answers %q, want a sid", open)
	}
	s.path += "&sid=" + sid[1]
	connect := b.request(t, http.MethodPost, s.path, "40")
	connect.Header.Set("Content-Type", "text/plain")
	if r := b.do(t, connect); r.status != http.StatusOK {
		t.Fatalf("CONNECT answers %d %q, want 200", r.status, r.body)
	}
	if got := s.poll(t); !strings.HasPrefix(got, "40{") {
		t.Fatalf("CONNECT is answered by %q, want 40{...}", got)
	}
	return s
}

// poll waits for the next packets.
func (s *pollingSocket) poll(t *testing.T) string {
	t.Helper()
	return s.browser.get(t, s.path).body
}

// sid is the id of the connection.
func (s *pollingSocket) sid() string { return s.path[strings.LastIndex(s.path, "=")+1:] }

// answers ends the test unless the connection works both ways.
func (s *pollingSocket) answers(t *testing.T) {
	t.Helper()
	r := s.browser.do(t, s.browser.request(t, http.MethodPost, s.path, "40/nowhere,"))
	if got := s.poll(t); r.status != http.StatusOK || !strings.HasPrefix(got, "44/nowhere,") {
		t.Fatalf("a packet is answered %d %q, and by %q; want 200 and 44/nowhere", r.status, r.body, got)
	}
}

// send sends one packet.
func (s *webSocket) send(t *testing.T, packet string) {
	t.Helper()
	if err := s.conn.Write(t.Context(), websocket.MessageText, []byte(packet)); err != nil {
		t.Fatalf("sending %s: %v", packet, err)
	}
}

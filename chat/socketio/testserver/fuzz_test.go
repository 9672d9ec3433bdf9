package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
	"chat/chat/socketio"
)

// A witness handles events and holds them to what the package promises.
type witness struct {
	*socketio.Socket
	t *testing.T
}

func (w *witness) see(e *socketio.Event) error {
	if len(e.Attachments) > 10 {
		w.t.Errorf("an event with %d attachments", len(e.Attachments))
	}
	for _, arg := range e.Args {
		if !json.Valid(arg) || !utf8.Valid(arg) {
			w.t.Errorf("an argument that is no JSON: %q", arg)
		}
	}
	w.Send(socketio.EncodeRaw(w.Namespace(), "seen", e.Args, e.Attachments))
	e.AckRaw(e.Args, e.Attachments)
	return nil
}

// A hearsay logs as an error what the server has to say of a panic.
type hearsay struct{ t *testing.T }

func (h hearsay) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "panic") {
		h.t.Errorf("the server logged %s", line)
	}
	return len(line), nil
}

// newSuspect starts a server with a witness in two namespaces, and reports how
// each of its sockets ends.
func newSuspect(t *testing.T) *enginetest.World {
	server := socketio.NewServer(socketio.Config{Log: slog.New(slog.NewTextHandler(hearsay{t}, nil))})
	for _, name := range []string{"/", "/custom"} {
		ns := socketio.Of(server, name, func(_ context.Context, s *socketio.Socket, auth json.RawMessage) (*witness, error) {
			if len(auth) > 0 && !json.Valid(auth) {
				t.Errorf("a CONNECT with %q", auth)
			}
			return &witness{s, t}, nil
		})
		inside := false
		ns.OnConnect(func(*witness) { inside = true })
		ns.OnDisconnect(func(*witness, engineio.Reason) {
			if !inside {
				t.Error("somebody left who had not come")
			}
			inside = false
		})
		for _, event := range []string{"a", "message", "1"} {
			ns.OnEvent(event, (*witness).see)
		}
	}
	t.Cleanup(func() { time.Sleep(time.Minute) }) // for whatever has a deadline
	w := enginetest.New(t, "/socket.io/", server)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		if n := server.Len(); n != 0 {
			t.Errorf("%d sockets live on", n)
		}
	})
	return w
}

// FuzzWebsocket plays a client that sends anything behind its handshake. The
// server must not panic, its handlers must see only what is valid, and when the
// client is gone nothing may be left: synctest ends the test if a goroutine is.
func FuzzWebsocket(f *testing.F) {
	for _, seed := range []string{
		"", "\x81\x820000\x04\x00", "\x82\x80000", "\x89\x80000", "\x01\x810000\x04", "\x88\x820000\x33\xd8", "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff",
		zeroMasked("40") + zeroMasked(`42["a",{"x":1}]`) + zeroMasked("41") + zeroMasked("40"),
		zeroMasked("40/custom,{}") + zeroMasked(`452-/custom,7["a",{"_placeholder":true,"num":1}]`) + "\x82\x81\x00\x00\x00\x00x\x82\x80\x00\x00\x00\x00",
		zeroMasked("40") + zeroMasked("3") + zeroMasked(`420["message"]`) + zeroMasked(`430[]`) + zeroMasked("1"),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frames []byte) {
		synctest.Test(t, func(t *testing.T) {
			w := newSuspect(t)
			conn := w.DialRaw()
			go func() { // a server that gives up early breaks this off
				_, _ = io.WriteString(conn, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"+
					"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
				_, _ = conn.Write(frames)
			}()
			go func() { _, _ = io.Copy(io.Discard, bufio.NewReader(conn)) }()
			synctest.Wait()
			_ = conn.Close()
		})
	})
}

// zeroMasked is a short text frame with a mask that changes nothing, so that the
// fuzzer sees the text.
func zeroMasked(text string) string {
	return "\x81" + string([]byte{0x80 | byte(len(text)), 0, 0, 0, 0}) + text
}

// FuzzPolling plays a client that posts anything, twice, with the promises of
// FuzzWebsocket. The session answers as long as it lives.
func FuzzPolling(f *testing.F) {
	for _, seed := range [][2]string{
		{"40", `42["a"]`}, {"40\x1e42[\"a\",1]\x1e3", "1"}, {"40/custom,", "451-/custom,[\"a\",{\"_placeholder\":true,\"num\":0}]\x1ebAQID"},
		{"", "\x1e"}, {"bAQID", "2probe"}, {`430["x"]`, `420["message",null]`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		synctest.Test(t, func(t *testing.T) {
			w := newSuspect(t)
			session := w.OpenPolling()
			for _, body := range []string{first, second} {
				if status, answer := w.Post(session, body); status != http.StatusOK && status != http.StatusBadRequest {
					t.Errorf("a POST got %d %s", status, answer)
				}
			}
		})
	})
}

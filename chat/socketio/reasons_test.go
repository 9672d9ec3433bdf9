package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
	"chat/chat/socketio"
)

// A leaver is a client that is in, and is about to end.
type leaver struct {
	*enginetest.Websocket
	world  *enginetest.World
	server *socketio.Server
	socket *socketio.Socket
	left   chan engineio.Reason
}

// endings are what brings each reason about. What a caller of the package says
// of a socket, it says here.
var endings = map[engineio.Reason]func(leaver) error{
	engineio.ClientClose:      func(l leaver) error { return l.say("1") },
	engineio.ClientDisconnect: func(l leaver) error { return l.say("41") },
	engineio.TransportError:   func(l leaver) error { return l.Conn.CloseNow() },
	engineio.PingTimeout:      func(leaver) error { return nil }, // it answers no ping
	engineio.ParseError:       func(l leaver) error { return l.say("nonsense") },
	engineio.BadText:          func(l leaver) error { return l.say("4\xff") },
	engineio.TooLarge:         func(l leaver) error { return l.say(strings.Repeat("4", maxPayload+1)) },
	engineio.BadFrame: func(l leaver) error { // on a connection of its own, without a mask
		conn := l.world.DialRaw()
		_, err := io.WriteString(conn, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"+
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\x81\x0241")
		_, _ = io.Copy(io.Discard, conn)
		return err
	},
	engineio.MessageTimeout: func(l leaver) error {
		w, err := l.Conn.Writer(context.Background(), websocket.MessageText)
		if err == nil {
			_, err = w.Write(make([]byte, maxPayload/2)) // and no more
		}
		return err
	},
	engineio.ConnectTimeout: func(l leaver) error { return l.say("41") },
	engineio.Slow:           func(l leaver) error { return l.socket.Emit("x", strings.Repeat("x", maxQueue)) },
	engineio.Flood:          func(l leaver) error { l.socket.Drop(engineio.Flood); return nil },
	engineio.Replaced:       func(l leaver) error { l.socket.Drop(engineio.Replaced); return nil },
	engineio.SessionEnded:   func(l leaver) error { l.server.CloseOwner("ann", engineio.SessionEnded); return nil },
	engineio.ServerClose:    func(l leaver) error { l.socket.Disconnect(engineio.ServerClose); return nil },
	engineio.Shutdown:       func(l leaver) error { return l.server.Shutdown(context.Background()) },
	engineio.Panic:          func(l leaver) error { return l.say(`42["panic"]`) },
}

const maxPayload, maxQueue = 20_000, 50_000

func (l leaver) say(text string) error {
	return l.Conn.Write(context.Background(), websocket.MessageText, []byte(text))
}

// Every reason that there is happens, is told to the namespace, and is counted as
// what it is.
func TestEveryReasonHappens(t *testing.T) {
	for why := range socketio.NewServer(socketio.Config{}).Counts().Ended {
		if endings[why] == nil {
			t.Errorf("nothing brings about %q", why)
		}
	}
	for why, end := range endings {
		t.Run(why.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLeaver(t)
				go func() {
					if err := end(l); err != nil {
						t.Errorf("ending: %v", err)
					}
				}()
				told := why
				if why == engineio.ConnectTimeout {
					told = engineio.ClientDisconnect // and then it joined in nothing else
				}
				if why != engineio.BadFrame {
					if got := <-l.left; got != told {
						t.Errorf("it left for %q, want %q", got, told)
					}
				}
				if why == engineio.ConnectTimeout {
					time.Sleep(10 * time.Second)
				}
				synctest.Wait()
				for other, n := range l.server.Counts().Ended {
					if want := other == why && why != engineio.ClientDisconnect; (n == 1) != want {
						t.Errorf("%d sockets ended for %q", n, other)
					}
				}
			})
		})
	}
}

func newLeaver(t *testing.T) leaver {
	t.Helper()
	cfg := socketio.Config{Log: slog.New(slog.DiscardHandler)}
	cfg.Engine = engineio.Config{MaxPayload: maxPayload, MaxQueue: maxQueue}
	cfg.Engine.Authorize = func(*http.Request) (context.Context, string, error) { return context.Background(), "ann", nil }
	l := leaver{server: socketio.NewServer(cfg), left: make(chan engineio.Reason, 1)}
	sockets := make(chan *socketio.Socket, 1)
	ns := socketio.Of(l.server, "/", func(_ context.Context, s *socketio.Socket, _ json.RawMessage) (*socketio.Socket, error) {
		sockets <- s
		return s, nil
	})
	ns.OnDisconnect(func(_ *socketio.Socket, why engineio.Reason) { l.left <- why })
	ns.OnEvent("panic", func(*socketio.Socket, *socketio.Event) error { panic(errors.New("a fault of the handler")) })
	l.world = enginetest.New(t, "/socket.io/", l.server)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = l.server.Shutdown(ctx)
	})
	l.Websocket = l.world.Dial("websocket")
	l.Read()
	l.Send("40")
	l.Read()
	l.socket = <-sockets
	go func() {
		for {
			if _, _, err := l.Conn.Read(context.Background()); err != nil {
				return
			}
		}
	}()
	return l
}

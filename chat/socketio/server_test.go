package socketio_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
	"chat/chat/socketio"
)

// A guest is what the tests know of a client.
type guest struct {
	*socketio.Socket
	log chan string
}

type greeting struct {
	Name string `json:"name"`
}

func (g *guest) greet(_ context.Context, in greeting) (greeting, error) {
	switch in.Name {
	case "":
		return greeting{}, &socketio.Error{Code: "empty", Message: "say who you are"}
	case "secret":
		return greeting{}, errors.New("the password of the database is hunter2")
	}
	return greeting{"hello " + in.Name}, nil
}

func (g *guest) echo(e *socketio.Event) error {
	g.Send(socketio.EncodeRaw(g.Namespace(), "echoed", e.Args, e.Attachments))
	e.AckRaw(e.Args, e.Attachments)
	return nil
}

// twice acknowledges what it was sent more often than it may.
func (g *guest) twice(e *socketio.Event) error {
	if err := e.Ack("first"); err != nil {
		return err
	}
	if e.WantsAck() {
		return errors.New("an acknowledgement is owed still")
	}
	e.AckRaw(nil, nil)
	return e.Ack("second")
}

func (g *guest) ask(*socketio.Event) error {
	go func() {
		ctx, cancel := context.WithTimeout(g.Context(), time.Second)
		defer cancel()
		reply, err := g.Ask(ctx, "question")
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			g.log <- "no answer"
		case err != nil:
			g.log <- err.Error()
		default:
			g.log <- string(reply.Args[0])
		}
	}()
	return nil
}

// newParty starts a server with the namespaces / and /vip, which lets nobody in.
func newParty(t *testing.T) (*enginetest.World, chan string) {
	t.Helper()
	log := make(chan string, 100)
	server := socketio.NewServer(socketio.Config{Log: slog.New(slog.DiscardHandler)})
	ns := socketio.Of(server, "/", func(_ context.Context, s *socketio.Socket, _ json.RawMessage) (*guest, error) {
		return &guest{s, log}, nil
	})
	ns.OnConnect(func(g *guest) { _ = g.Emit("welcome", "<you> & all") })
	ns.OnDisconnect(func(_ *guest, why engineio.Reason) { log <- why.String() })
	socketio.Handle(ns, "greet", (*guest).greet)
	ns.OnEvent("echo", (*guest).echo)
	ns.OnEvent("ask", (*guest).ask)
	ns.OnEvent("twice", (*guest).twice)
	ns.OnEvent("kick", func(g *guest, _ *socketio.Event) error { g.Disconnect(engineio.ServerClose); return nil })
	socketio.Of(server, "/vip", func(context.Context, *socketio.Socket, json.RawMessage) (*guest, error) {
		return nil, &socketio.Error{Code: "vip", Message: "Not on the list"}
	})
	w := enginetest.New(t, "/socket.io/", server)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = server.Shutdown(ctx)
	})
	return w, log
}

// enter connects a websocket to the namespace /.
func enter(t *testing.T, w *enginetest.World) *enginetest.Websocket {
	t.Helper()
	c := w.Dial("websocket")
	enginetest.SID(t, c.Read())
	c.Send("40")
	if got := c.Read(); got[:9] != `40{"sid":` {
		t.Fatalf("got %q, want the answer to CONNECT", got)
	}
	c.Want(`42["welcome","<you> & all"]`)
	return c
}

func TestEvents(t *testing.T) {
	for _, test := range []struct{ name, in, out string }{
		{"typed, with ack", `421["greet",{"name":"Ann"}]`, `431[{"name":"hello Ann"}]`},
		{"ack id 0", `420["greet",{"name":"Ann"}]`, `430[{"name":"hello Ann"}]`},
		{"refused", `421["greet",{"name":""}]`, `431[{"error":{"code":"empty","message":"say who you are"}}]`},
		{"an error that is nobody's business", `421["greet",{"name":"secret"}]`,
			`431[{"error":{"code":"internal","message":"something went wrong on the server"}}]`},
		{"a wrong type", `421["greet",{"name":["x"]}]`,
			`431[{"error":{"code":"bad_payload","message":"name of greet has to be a string"}}]`},
		{"not an object", `421["greet","x"]`,
			`431[{"error":{"code":"bad_payload","message":"the argument of greet has to be an object"}}]`},
		{"no argument", `421["greet"]`, `431[{"error":{"code":"bad_payload","message":"greet needs an argument"}}]`},
		{"any arguments", `42["echo",1,null,{"a":["é"]}]`, `42["echoed",1,null,{"a":["é"]}]`},
		{"no arguments", `42["echo"]`, `42["echoed"]`},
		{"an unknown namespace", `40/nowhere,`, `44/nowhere,{"message":"Invalid namespace"}`},
		{"a namespace that refuses", `40/vip,`, `44/vip,{"message":"Not on the list","data":{"code":"vip"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, _ := newParty(t)
				c := enter(t, w)
				c.Send(test.in)
				c.Want(test.out)
			})
		})
	}
}

// An event without a handler gets no acknowledgement, and an acknowledgement
// that nobody waits for is ignored: the next thing to come is the echo.
func TestWhatIsIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newParty(t)
		c := enter(t, w)
		c.Send(`421["no such event"]`)
		c.Send(`4399["nobody asked"]`)
		c.Send(`42["echo"]`)
		c.Want(`42["echoed"]`)
	})
}

// A client that gets two acknowledgements would take the second for that of
// another event with the same id.
func TestAnEventIsAcknowledgedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newParty(t)
		c := enter(t, w)
		c.Send(`427["twice"]`)
		c.Want(`437["first"]`)
		c.Send(`42["echo"]`)
		c.Want(`42["echoed"]`)
	})
}

func TestBinary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newParty(t)
		c := enter(t, w)
		c.Send(`452-7["echo",{"b":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]`)
		c.SendBinary("\x00first")
		c.SendBinary("\xffsecond")
		c.Want(`452-["echoed",{"b":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]`)
		c.Want("\x00first")
		c.Want("\xffsecond")
		c.Want(`462-7[{"b":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]`)
		c.Want("\x00first")
		c.Want("\xffsecond")
	})
}

// The attack: announce ten attachments, send nine as large as may be, and have
// them kept for as long as the connection lives. They come with their packet, or
// not at all.
func TestAttachmentsHaveToArriveInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := newParty(t)
		c := enter(t, w)
		c.Send(`451-["echo"]`)
		c.SendBinary("in time")
		c.Want(`451-["echoed"]`)
		c.Want("in time")
		time.Sleep(15 * time.Second)
		start := time.Now()
		c.Send(`4510-["echo"]`)
		for range 9 {
			time.Sleep(time.Second)
			c.SendBinary("x")
		}
		c.WantClosed(websocket.StatusPolicyViolation)
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("closed after %v, want 10s", got)
		}
		if got, want := <-log, "message timeout"; got != want {
			t.Errorf("the socket left for %q, want %q", got, want)
		}
	})
}

// No more is kept of attachments than would be queued for the client: 4 MiB.
func TestAttachmentsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := newParty(t)
		c := enter(t, w)
		c.Send(`4510-["echo"]`)
		for range 4 {
			c.SendBinary(strings.Repeat("x", 1<<20))
		}
		synctest.Wait()
		if len(log) > 0 {
			t.Fatalf("the socket left for %q with 4 MiB", <-log)
		}
		c.SendBinary("x")
		c.WantClosed(websocket.StatusMessageTooBig)
		if got, want := <-log, "too large"; got != want {
			t.Errorf("the socket left for %q, want %q", got, want)
		}
	})
}

func TestFaultsEndTheConnection(t *testing.T) {
	for _, test := range []struct {
		name string
		in   []string
	}{
		{"a second CONNECT", []string{`40`}},
		{"an event of a namespace not joined", []string{`42/vip,["echo"]`}},
		{"a reserved name", []string{`42["disconnect"]`}},
		{"an empty event", []string{`42[]`}},
		{"text while attachments are owed", []string{`451-["echo",{"_placeholder":true,"num":0}]`, `42["echo"]`}},
		{"a malformed packet", []string{`4nonsense`}},
		{"JSON that does not end", []string{`42["echo"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, log := newParty(t)
				other := enter(t, w)
				c := enter(t, w)
				for _, text := range test.in {
					c.Send(text)
				}
				c.WantClosed(websocket.StatusPolicyViolation)
				if got, want := <-log, "parse error"; got != want {
					t.Errorf("the socket left for %q, want %q", got, want)
				}
				other.Send(`42["echo"]`)
				other.Want(`42["echoed"]`)
			})
		})
	}
}

func TestABinaryThatNobodyOwesEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newParty(t)
		c := enter(t, w)
		_ = c.Conn.Write(t.Context(), websocket.MessageBinary, []byte("x"))
		c.WantClosed(websocket.StatusPolicyViolation)
	})
}

func TestLeavingANamespaceKeepsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := newParty(t)
		c := enter(t, w)
		c.Send("41")
		if got, want := <-log, "client disconnect"; got != want {
			t.Errorf("left for %q, want %q", got, want)
		}
		c.Send("40")
		c.Read() // the answer to CONNECT
		c.Want(`42["welcome","<you> & all"]`)
	})
}

func TestDisconnectTellsTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, log := newParty(t)
		c := enter(t, w)
		c.Send(`42["kick"]`)
		c.Want("41")
		c.WantClosed(websocket.StatusNormalClosure)
		if got, want := <-log, "server close"; got != want {
			t.Errorf("left for %q, want %q", got, want)
		}
	})
}

func TestAClientThatJoinsNothingIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newParty(t)
		c := w.Dial("websocket")
		c.Read()
		c.Send("40/vip,") // refused, so it has joined nothing
		c.Read()
		start := time.Now()
		c.WantClosed(websocket.StatusPolicyViolation)
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("closed after %v, want 10s", got)
		}
	})
}

func TestAClientThatLeftEverythingIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newParty(t)
		c := enter(t, w)
		time.Sleep(time.Minute / 4)
		start := time.Now()
		c.Send("41")
		c.WantClosed(websocket.StatusPolicyViolation)
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("closed after %v, want 10s", got)
		}
	})
}

func TestAsk(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"answered": {`430["the answer"]`, `"the answer"`},
		"silent":   {"", "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, log := newParty(t)
				c := enter(t, w)
				c.Send(`42["ask"]`)
				c.Want(`420["question"]`)
				if test.in != "" {
					c.Send(test.in)
				}
				if got := <-log; got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

package socketio_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"testing/synctest"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
	"chat/chat/socketio"
)

// TestResume shows the order in which a client gets what it missed, what is said
// while it is let in, the answer to its CONNECT, and what comes later.
func TestResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := socketio.NewServer(socketio.Config{Log: slog.New(slog.DiscardHandler)})
		packet := func(offset string, args ...any) socketio.Packet {
			p, err := socketio.Encode("/", "said", args...)
			if err != nil {
				t.Fatal(err)
			}
			return p.WithOffset(offset)
		}
		ns := socketio.Of(server, "/", func(_ context.Context, s *socketio.Socket, auth json.RawMessage) (*socketio.Socket, error) {
			if pid, offset := socketio.Returning(auth); pid == "secret" && offset == "a" {
				s.Resume("id", pid, packet("b", 1, `"<2>"`), packet("c"))
				s.Send(packet("d", socketio.Binary("x")))
			}
			return s, nil
		})
		ns.OnConnect(func(s *socketio.Socket) {
			var batch engineio.Batch
			s.SendIn(&batch, packet("e", s.ID() == "id", s.Recovered()))
			batch.Flush()
		})
		w := enginetest.New(t, "/socket.io/", server)
		t.Cleanup(func() { server.CloseAll(engineio.ServerClose) })

		c := w.Dial("websocket")
		c.Read() // the open packet
		c.Send(`40{"pid":"secret","offset":"a"}`)
		for _, text := range []string{
			`42["said",1,"\"<2>\"","b"]`, `42["said","c"]`, `451-["said",{"_placeholder":true,"num":0},"d"]`, "x",
			`40{"sid":"id","pid":"secret"}`, `42["said",true,true,"e"]`,
		} {
			c.Want(text)
		}

		c = w.Dial("websocket")
		c.Read()
		c.Send(`40{"pid":"guessed","offset":"a"}`)
		c.Read() // the answer, with an id of its own
		c.Want(`42["said",false,false]`)
	})
}

func TestReturning(t *testing.T) {
	for _, test := range []struct{ auth, pid, offset string }{
		{`{"pid":"p","offset":"o"}`, "p", "o"},
		{`{"token":"t","offset":"o","pid":"p"}`, "p", "o"},
		{``, "", ""},
		{`{}`, "", ""},
		{`{"pid":"p"}`, "", ""},
		{`{"offset":"o"}`, "", ""},
		{`{"pid":"p","offset":1}`, "", ""},
		{`{"pid":["p"],"offset":"o"}`, "", ""},
		{`{"pid":{},"offset":null}`, "", ""},
	} {
		if pid, offset := socketio.Returning(json.RawMessage(test.auth)); pid != test.pid || offset != test.offset {
			t.Errorf("Returning(%s): got %q, %q, want %q, %q", test.auth, pid, offset, test.pid, test.offset)
		}
	}
}

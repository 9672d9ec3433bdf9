package chat_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"chat/chat"
	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

func TestCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		bo := w.join("Bo", "den")
		ann.wantEvent("member_joined")
		w.join("Ann", "den")
		cy := w.connect("Cy")
		for range 3 {
			ann.ask("send_message", `{"chat_id":"den","message":"hi"}`)
			bo.wantEvent("receive_message")
		}
		ann.ask("send_message", `{"chat_id":"den","message":"once","client_id":"1"}`)
		bo.wantEvent("receive_message")
		ann.ask("send_message", `{"chat_id":"den","message":"once","client_id":"1"}`)
		ann.ask("send_message", `{"chat_id":"den","message":""}`) // refused
		cy.Send("1")
		synctest.Wait()
		got := w.chat.Counts()
		if got.Rooms != 1 || got.People != 2 || got.Said != 4 || got.Deliveries != 8 {
			t.Errorf("got %+v, want 1 room, 2 people, 4 said and 8 deliveries", got)
		}
		if got.Sockets.Websocket != 3 || got.Sockets.Polling != 0 || got.Sockets.Ended[engineio.ClientClose] != 1 {
			t.Errorf("got the sockets %+v, want 3 open and 1 ended by its client", got.Sockets)
		}
		acks := got.Acks.Over
		for _, n := range got.Acks.Within {
			acks += n
		}
		if acks != 4 {
			t.Errorf("got %d acknowledgements that took a time, want 4: %+v", acks, got.Acks)
		}
	})
}

// A client that does not read is counted as what it is.
func TestCountsOfSlowClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, unlimited, smallQueue)
		ann := w.join("Ann", "den")
		bo := w.DialWith("websocket", http.Header{"X-Visitor": {"Bo"}})
		enginetest.SID(t, bo.Read())
		bo.Send("40")
		bo.Read()
		bo.Send(`42["join",{"chat_id":"den"}]`)
		ann.wantEvent("member_joined")
		for range 30 {
			ann.ask("send_message", `{"chat_id":"den","message":"`+strings.Repeat("x", 10<<10)+`"}`)
		}
		synctest.Wait()
		if got := w.chat.Counts().Sockets; got.Overflows != 1 || got.Ended[engineio.Slow] != 1 {
			t.Errorf("got %+v, want one overflow that ended one socket", got)
		}
	})
}

func unlimited(c *chat.Config)  { c.Limits.Messages = -1 }
func smallQueue(c *chat.Config) { c.Socket.Engine.MaxQueue = 100 << 10 }

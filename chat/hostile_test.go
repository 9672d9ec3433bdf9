package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"

	"chat/chat"
	"chat/chat/engineio/enginetest"
)

func withoutRates(c *chat.Config) { c.Limits.Messages = -1 }

// D04. The attack: come in again and again, and guess from one's own the private
// ids by which others may come back, or their sockets.
func TestPrivateIDsAreDrawnAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withoutRates)
		c := w.DialWith("websocket", http.Header{"X-Visitor": {"Ann"}, "User-Agent": {"Mozilla/5.0"}})
		enginetest.SID(t, c.Read())
		private, sockets := make([]string, 10_000), make([]string, 10_000)
		for i := range private {
			c.Send("40")
			var ids struct{ SID, PID string }
			if err := json.Unmarshal([]byte(strings.TrimPrefix(c.Read(), "40")), &ids); err != nil {
				t.Fatal(err)
			}
			private[i], sockets[i] = ids.PID, ids.SID
			c.Send("41")
		}
		enginetest.WantRandom(t, private)
		enginetest.WantRandom(t, sockets)
		enginetest.WantRandom(t, append(private, sockets...))
	})
}

// D18. The attack: join 10,000 rooms over one connection, with names that mean
// something elsewhere and others that are none. The server has those that it
// allows, and each is a room like another.
func TestTenThousandRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, withoutRates)
		mallory := w.connect("Mallory")
		for _, name := range []string{"__proto__", "constructor", "toString"} {
			if got := mallory.ask("join", `{"chat_id":"`+name+`"}`); !strings.HasPrefix(got, `{"room":"`+name+`",`) {
				t.Errorf("%s: got %s, want a room", name, got)
			}
		}
		before := enginetest.InUse()
		for i := range 10_000 {
			got := mallory.ask("join", fmt.Sprintf(`{"chat_id":"room-%d"}`, i))
			if in := strings.HasPrefix(got, `{"room":`); in != (i < 17) || !in && !strings.Contains(got, "too_many_rooms") {
				t.Fatalf("room %d: got %s", i, got)
			}
		}
		if got := w.chat.Counts().Rooms; got != 20 {
			t.Errorf("there are %d rooms, want 20", got)
		}
		if got := enginetest.InUse() - before; got > 2<<20 {
			t.Errorf("%d bytes are kept of rooms that there are not", got)
		}
	})
}

// D18. The attack: join a room whose name is 10 MB. It is longer than a message
// may be, so the client is out and nobody else notices.
func TestARoomOfTenMegabytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, mallory := w.join("Ann", "den"), w.connect("Mallory")
		join := `42["join",{"chat_id":"` + strings.Repeat("x", 10<<20) + `"}]`
		var attack sync.WaitGroup
		defer attack.Wait()
		attack.Go(func() { // the server hangs up in the middle
			_ = mallory.Conn.Write(context.Background(), websocket.MessageText, []byte(join))
		})
		mallory.WantClosed(websocket.StatusMessageTooBig)
		ann.wantSilence("den")
		if got := w.chat.Counts().Rooms; got != 1 {
			t.Errorf("there are %d rooms, want one", got)
		}
	})
}

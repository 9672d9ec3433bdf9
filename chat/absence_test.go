package chat_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

// A browser is an unmodified official client: it remembers a private id and the
// last offset, and knows nothing of our ids.
type browser struct {
	*guest
	sid, pid, offset string
	missed           []string // what came before the answer to CONNECT
	offsets          []string // of all that came
}

// open connects as the official client does, which says what it remembers.
func (w *world) open(name, agent string, b *browser) *browser {
	w.t.Helper()
	header := http.Header{"X-Visitor": {name}, "User-Agent": {agent}}
	ws := w.DialWith("websocket", header)
	enginetest.SID(w.t, ws.Read())
	auth := ""
	if b != nil {
		auth = fmt.Sprintf(`{"pid":%q,"offset":%q}`, b.pid, b.offset)
	}
	ws.Send("40" + auth)
	now := &browser{guest: &guest{ws, w.t}}
	for {
		got := ws.Read()
		if strings.HasPrefix(got, "42") {
			now.take(got)
			continue
		}
		var answer struct{ SID, PID string }
		if err := json.Unmarshal([]byte(strings.TrimPrefix(got, "40")), &answer); err != nil {
			w.t.Fatalf("got %q, want the answer to CONNECT", got)
		}
		now.sid, now.pid = answer.SID, answer.PID
		return now
	}
}

// annAndBo are in the den, Ann with a script and Bo with a browser.
func (w *world) annAndBo() (ann *guest, bo *browser) {
	w.t.Helper()
	ann, bo = w.join("Ann", "den"), w.open("Bo", "Mozilla/5.0", nil)
	bo.ask("join", `{"chat_id":"den"}`)
	ann.wantEvent("member_joined")
	return ann, bo
}

// take reads an event with its offset.
func (b *browser) take(packet string) {
	b.t.Helper()
	var args []json.RawMessage
	if err := json.Unmarshal([]byte(packet[2:]), &args); err != nil || len(args) != 3 {
		b.t.Fatalf("got %s, want an event with an offset", packet)
	}
	var payload struct{ Message string }
	_ = json.Unmarshal(args[1], &payload)
	_ = json.Unmarshal(args[2], &b.offset)
	b.offsets = append(b.offsets, b.offset)
	b.missed = append(b.missed, payload.Message)
}

func TestAnUnmodifiedClientComesBackToWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient)
		ann := w.join("Ann", "den")
		ann.ask("join", `{"chat_id":"attic"}`)
		bo := w.open("Bo", "Mozilla/5.0", nil)
		bo.ask("join", `{"chat_id":"den"}`)
		ann.wantEvent("member_joined")
		bo.ask("join", `{"chat_id":"attic"}`)
		ann.wantEvent("member_joined")
		ann.say("attic", "1")
		bo.take(bo.Read())
		ann.say("den", "2")
		bo.take(bo.Read())
		bo.say("den", "my own")
		ann.wantEvent("receive_message")
		// These two are on their way when the tunnel comes: they are sent, and
		// never arrive.
		ann.say("attic", "3")
		ann.say("den", "4")
		_ = bo.Conn.CloseNow()
		synctest.Wait()
		ann.say("den", "5")
		ann.say("attic", "6")
		ann.wantEvent("member_left")
		ann.wantEvent("member_left")
		time.Sleep(time.Minute)

		back := w.open("Bo", "Mozilla/5.0", bo)
		if got := strings.Join(back.missed, " "); got != "3 4 5 6" || back.sid != bo.sid || back.pid != bo.pid {
			t.Errorf("got %s as %s, want 3 4 5 6 as %s", got, back.sid, bo.sid)
		}
		ann.wantEvent("member_joined")
		ann.wantEvent("member_joined")
		ann.say("attic", "7")
		back.missed = nil
		back.take(back.Read())
		if got := strings.Join(back.missed, " "); got != "7" {
			t.Errorf("then got %s, want 7", got)
		}
	})
}

// The client notices the tunnel at once, the server only after the heartbeat.
// The client must not have to wait for that, nor be there twice.
func TestComingBackBeforeTheServerNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient)
		ann, bo := w.annAndBo()
		ann.say("den", "1")
		bo.take(bo.Read())
		go func() {
			for { // what the network still takes goes nowhere
				if _, _, err := bo.Conn.Read(t.Context()); err != nil {
					return
				}
			}
		}()
		ann.say("den", "2")
		back := w.open("Bo", "Mozilla/5.0", bo)
		if got := strings.Join(back.missed, " "); got != "2" || back.sid != bo.sid {
			t.Errorf("got %q as %s, want 2 as %s", got, back.sid, bo.sid)
		}
		ann.wantSilence("den")
		if got := w.chat.Counts().Sockets.Ended[engineio.Replaced]; got != 1 {
			t.Errorf("%d sockets were replaced, want the old one", got)
		}
	})
}

// What a client says of itself when it comes back may be made up, out of date,
// or somebody else's. Then it is a new client, in no room.
func TestWhoDoesNotComeBack(t *testing.T) {
	for _, test := range []struct {
		name   string
		who    string
		after  time.Duration
		change func(*browser)
	}{
		{"somebody else", "Mallory", time.Second, func(*browser) {}},
		{"with a private id that is made up", "Bo", time.Second, func(b *browser) { b.pid = strings.Repeat("A", 26) }},
		{"with an offset that is made up", "Bo", time.Second, func(b *browser) { b.offset = "00000000000000000000 den" }},
		{"too late", "Bo", 3 * time.Minute, func(*browser) {}},
		{"without an offset", "Bo", time.Second, func(b *browser) { b.offset = "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, patient)
				ann, bo := w.annAndBo()
				ann.say("den", "1")
				bo.take(bo.Read())
				_ = bo.Conn.CloseNow()
				ann.wantEvent("member_left")
				ann.say("den", "2")
				time.Sleep(test.after)
				test.change(bo)
				back := w.open(test.who, "Mozilla/5.0", bo)
				if len(back.missed) > 0 || back.sid == bo.sid || back.pid == bo.pid || back.pid == "" {
					t.Errorf("got %v as %s and %s, want a new client", back.missed, back.sid, back.pid)
				}
				if got := back.ask("stop_typing", `{"chat_id":"den"}`); !strings.Contains(got, "not_joined") {
					t.Errorf("it is in the room: %s", got)
				}
			})
		})
	}
}

// The official client for Python hands every argument to the handler of the
// event, which takes one.
func TestPythonGetsNoOffsets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		bo := w.open("Bo", "Python/3.13 aiohttp/3.11.16", nil)
		if bo.pid != "" {
			t.Errorf("got the private id %q, want none", bo.pid)
		}
		bo.ask("join", `{"chat_id":"den"}`)
		ann.wantEvent("member_joined")
		ann.say("den", "1")
		if got := bo.Read(); !strings.HasSuffix(got, "}]") {
			t.Errorf("got %s, want no offset", got)
		}
	})
}

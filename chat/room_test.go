package chat_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

func TestAMessageReachesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		bo := w.join("Bo", "den")
		ann.wantEvent("member_joined")
		elsewhere := w.join("Cy", "attic")

		ack := ann.ask("send_message", `{"chat_id":"den","message":"<b>hi</b> & \u2028","timestamp":"1999"}`)
		if !regexp.MustCompile(`^\{"id":"[0-9a-f]{20}","timestamp":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}$`).MatchString(ack) {
			t.Errorf("acknowledged with %s, want id and timestamp", ack)
		}
		got := bo.wantEvent("receive_message")
		if want := "<b>hi</b> & \u2028"; got["message"] != want {
			t.Errorf("got the message %q, want %q as it was sent", got["message"], want)
		}
		if want := "map[id:ann name:Ann]"; fmt.Sprint(got["sender"]) != want {
			t.Errorf("got the sender %v, want %s", got["sender"], want)
		}
		if want := fmt.Sprintf(`{"id":%q,"timestamp":%q}`, got["id"], got["timestamp"]); ack != want {
			t.Errorf("the sender was told %s, the others %s", ack, want)
		}
		ann.wantSilence("den")
		elsewhere.wantSilence("attic")
	})
}

// The server owns identity and time; what a client says of them is ignored.
func TestAForgedSenderIsIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		mallory := w.join("Mallory", "den")
		ann.wantEvent("member_joined")
		mallory.ask("send_message", `{"chat_id":"den","message":"x","id":"1","timestamp":"1","sender":{"id":"bo","name":"Bo"}}`)
		got := ann.wantEvent("receive_message")
		if fmt.Sprint(got["sender"]) != "map[id:mallory name:Mallory]" || got["id"] == "1" || got["timestamp"] == "1" {
			t.Errorf("got %v, want the server's sender, id and time", got)
		}
		mallory.emit("receive_message", `{"chat_id":"den","message":"forged"}`)
		ann.wantSilence("den")
	})
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct{ name, event, payload, code string }{
		{"join without a room", "join", `{}`, "bad_room"},
		{"join with nothing", "join", `null`, "bad_room"},
		{"join with an empty room", "join", `{"chat_id":""}`, "bad_room"},
		{"join with a list", "join", `{"chat_id":["den"]}`, "bad_payload"},
		{"join with an object", "join", `{"chat_id":{"x":1}}`, "bad_payload"},
		{"join with a string", "join", `"den"`, "bad_payload"},
		{"join with a space", "join", `{"chat_id":"a b"}`, "bad_room"},
		{"join with a long name", "join", `{"chat_id":"` + strings.Repeat("x", 129) + `"}`, "bad_room"},
		{"send to a room not joined", "send_message", `{"chat_id":"other","message":"x"}`, "not_joined"},
		{"type in a room not joined", "typing", `{"chat_id":"other"}`, "not_joined"},
		{"leave a room not joined", "leave", `{"chat_id":"other"}`, "not_joined"},
		{"send to a list of rooms", "send_message", `{"chat_id":["den"],"message":"x"}`, "bad_payload"},
		{"send null", "send_message", `{"chat_id":"den","message":null}`, "empty"},
		{"send nothing", "send_message", `{"chat_id":"den"}`, "empty"},
		{"send white space", "send_message", `{"chat_id":"den","message":" \n"}`, "empty"},
		{"send what nobody sees", "send_message", `{"chat_id":"den","message":"\u200b\u2060\u3164"}`, "empty"},
		{"send a number", "send_message", `{"chat_id":"den","message":5}`, "bad_payload"},
		{"send a book", "send_message", `{"chat_id":"den","message":"` + strings.Repeat("x", 16<<10+1) + `"}`, "too_long"},
		{"send a book as data", "send_message", `{"chat_id":"den","message":"data:text/html,` + strings.Repeat("x", 16<<10) + `"}`, "too_long"},
		{"send a book as an image", "send_message", `{"chat_id":"den","message":"data:image/png;base64,` + strings.Repeat("x ", 16<<10) + `"}`, "too_long"},
		{"send a file that is none", "send_message", `{"chat_id":"den","message":"","file":"x"}`, "bad_payload"},
		{"send a file there is not", "send_message", `{"chat_id":"den","message":"","file":{"name":"x","width":1,"height":1}}`, "no_file"},
		{"send a file without a size", "send_message", `{"chat_id":"den","message":"","file":{"name":"x"}}`, "bad_payload"},
		{"send a file with a long blur", "send_message", `{"chat_id":"den","message":"","file":{"name":"x","width":1,"height":1,"blur":"` + strings.Repeat("x", 401) + `"}}`, "bad_payload"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				ann := w.join("Ann", "den")
				mallory := w.join("Mallory", "den")
				ann.wantEvent("member_joined")
				if got, want := mallory.ask(test.event, test.payload), `{"error":{"code":"`+test.code+`"`; !strings.HasPrefix(got, want) {
					t.Errorf("%s %.80s: got %s, want %s", test.event, test.payload, got, want)
				}
				mallory.emit(test.event, test.payload) // without an acknowledgement nothing breaks either
				mallory.wantSilence("den")
				ann.wantSilence("den")
			})
		})
	}
}

func TestALongImageInTheTextIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		image := "data:image/png;base64," + strings.Repeat("A", 100_000)
		ann.ask("send_message", `{"chat_id":"den","message":"`+image+`"}`)
		if got := bo.wantEvent("receive_message"); got["message"] != image {
			t.Errorf("the image did not arrive as it was sent")
		}
	})
}

func TestPresenceIsOfPeopleNotTabs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		bo := w.connect("Bo")
		want := `{"room":"den","you":{"id":"bo","name":"Bo"},"members":[{"id":"ann","name":"Ann"},{"id":"bo","name":"Bo"}],` +
			`"messages":[],"last":"00000000000000000000","more":false,"older":false,"gap":false}`
		if got := bo.ask("join", `{"chat_id":"den"}`); got != want {
			t.Errorf("join: got %s, want %s", got, want)
		}
		if got := bo.ask("join", `{"chat_id":"den"}`); got != want {
			t.Errorf("join again: got %s, want %s", got, want)
		}
		if got := fmt.Sprint(ann.wantEvent("member_joined")["member"]); got != "map[id:bo name:Bo]" {
			t.Errorf("joined: got %s, want Bo", got)
		}
		tab := w.join("Bo", "den")
		ann.wantSilence("den")
		_ = tab.Conn.CloseNow()
		ann.wantSilence("den")
		bo.ask("leave", `{"chat_id":"den"}`)
		if got := fmt.Sprint(ann.wantEvent("member_left")["member"]); got != "map[id:bo name:Bo]" {
			t.Errorf("left: got %s, want Bo", got)
		}
	})
}

func TestRenameReachesEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		w.chat.Rename("bo", "Robert")
		for _, g := range []*guest{ann, bo} {
			if got := fmt.Sprint(g.wantEvent("member_renamed")["member"]); got != "map[id:bo name:Robert]" {
				t.Errorf("got %s, want Robert", got)
			}
		}
		bo.ask("send_message", `{"chat_id":"den","message":"me"}`)
		if got := fmt.Sprint(ann.wantEvent("receive_message")["sender"]); got != "map[id:bo name:Robert]" {
			t.Errorf("got the sender %s, want Robert", got)
		}
	})
}

// One's own words in a second tab come with one's own sender, so that the page
// can tell them from those of others.
func TestTheSendersOtherTabGetsTheMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		one, two := w.join("Ann", "den"), w.join("Ann", "den")
		one.ask("send_message", `{"chat_id":"den","message":"x"}`)
		if got := fmt.Sprint(two.wantEvent("receive_message")["sender"]); got != "map[id:ann name:Ann]" {
			t.Errorf("got the sender %s, want Ann", got)
		}
	})
}

func TestTypingEnds(t *testing.T) {
	for name, end := range map[string]func(*guest){
		"when the typist says so":    func(g *guest) { g.emit("stop_typing", `{"chat_id":"den"}`) },
		"when the typist leaves":     func(g *guest) { g.emit("leave", `{"chat_id":"den"}`) },
		"when the tab is closed":     func(g *guest) { _ = g.Conn.CloseNow() },
		"with the message":           func(g *guest) { g.emit("send_message", `{"chat_id":"den","message":"x"}`) },
		"six seconds after the last": func(*guest) { time.Sleep(6 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
				ann.wantEvent("member_joined")
				bo.ask("typing", `{"chat_id":"den"}`)
				if got := fmt.Sprint(ann.wantEvent("show_typing")["sender"]); got != "map[id:bo name:Bo]" {
					t.Errorf("got %s typing, want Bo", got)
				}
				end(bo)
				ann.wantEvent("hide_typing")
			})
		})
	}
}

// Everybody sees one order, whoever sends and however many at once.
func TestOneOrderForAll(t *testing.T) {
	const senders, each = 5, 20
	w := newWorld(t)
	reader1, reader2 := w.join("R1", "den"), w.join("R2", "den")
	reader1.wantEvent("member_joined")
	all := make([]*guest, senders)
	for i := range all {
		all[i] = w.join(fmt.Sprint("S", i), "den")
		reader1.wantEvent("member_joined")
		reader2.wantEvent("member_joined")
	}
	for i, g := range all {
		go func() {
			for n := range each {
				_ = g.Conn.Write(t.Context(), websocket.MessageText,
					fmt.Appendf(nil, `42["send_message",{"chat_id":"den","message":"%d-%d"}]`, i, n))
			}
		}()
	}
	last := ""
	for range senders * each {
		one, two := reader1.wantEvent("receive_message"), reader2.wantEvent("receive_message")
		if one["id"] != two["id"] {
			t.Fatalf("one reader got %v, the other %v", one, two)
		}
		if id := one["id"].(string); id <= last {
			t.Fatalf("id %s came after %s", id, last)
		} else {
			last = id
		}
	}
}

// D15. The attack: one member sends and types as fast as it can. It is refused,
// then closed, and the others get what was taken.
func TestAFloodIsLimitedThenEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, mallory := w.join("Ann", "den"), w.join("Mallory", "den")
		ann.wantEvent("member_joined")
		got := make(map[string]int)
		for range 100 {
			ack := mallory.ask("send_message", `{"chat_id":"den","message":"x"}`)
			got[fmt.Sprint(strings.Contains(ack, "rate_limited"))]++
		}
		if got["false"] != 30 {
			t.Errorf("%d of 100 messages at once were taken, want the burst of 30", got["false"])
		}
		go func() { // beside the reading, for a pipe holds nothing
			for range 200 {
				_ = mallory.Conn.Write(t.Context(), websocket.MessageText, []byte(`42["typing",{"chat_id":"den"}]`))
			}
		}()
		mallory.WantClosed(websocket.StatusPolicyViolation)
		for range 30 {
			ann.wantEvent("receive_message")
		}
		for ann.Read() != `42["member_left",{"chat_id":"den","member":{"id":"mallory","name":"Mallory"}}]` {
		}
		ann.wantSilence("den")
	})
}

// D15. The attack: somebody types all the time, and every other member is told of
// it each time. They may twice a second, four times at once, and the rest is
// refused and told to nobody.
func TestTypingIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, mallory := w.join("Ann", "den"), w.join("Mallory", "den")
		ann.wantEvent("member_joined")
		taken := func(times int) (n int) {
			for range times {
				if ack := mallory.ask("typing", `{"chat_id":"den"}`); !strings.Contains(ack, "rate_limited") {
					n++
				}
			}
			return n
		}
		for _, want := range []int{4, 2, 2} {
			got := taken(20)
			if got != want {
				t.Errorf("%d of 20 typing events were taken, want %d", got, want)
			}
			for range got {
				ann.wantEvent("show_typing")
			}
			time.Sleep(time.Second)
		}
		ann.wantSilence("den")
	})
}

// The attack: leave the namespace, or the server, and come back with a fresh
// budget.
func TestComingBackRefillsNoBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		mallory := w.join("Mallory", "den")
		taken := 0
		say := func(g *guest) {
			for range 40 {
				if ack := g.ask("send_message", `{"chat_id":"den","message":"x"}`); !strings.Contains(ack, "error") {
					taken++
				}
			}
		}
		say(mallory)
		mallory.Send("41")
		mallory.Send("40")
		mallory.Read()
		mallory.ask("join", `{"chat_id":"den"}`)
		say(mallory)
		_ = mallory.Conn.CloseNow()
		synctest.Wait()
		say(w.join("Mallory", "den"))
		if taken != 30 {
			t.Errorf("%d messages at once were taken, want the burst of 30", taken)
		}
	})
}

func TestAClientIsInTwentyRoomsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := w.connect("Ann")
		for i := range 20 {
			if got := g.ask("join", fmt.Sprintf(`{"chat_id":"room%d"}`, i)); strings.Contains(got, "error") {
				t.Fatalf("room %d: %s", i, got)
			}
		}
		if got := g.ask("join", `{"chat_id":"onemore"}`); !strings.Contains(got, "too_many_rooms") {
			t.Errorf("got %s, want too_many_rooms", got)
		}
	})
}

func TestTheEndOfASessionEndsItsSockets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, tab, bo := w.join("Ann", "den"), w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		tab.wantEvent("member_joined")
		start := time.Now()
		w.chat.End("ann", "logout")
		for _, g := range []*guest{ann, tab} {
			if got := g.wantEvent("session_ended")["reason"]; got != "logout" {
				t.Errorf("got the reason %v, want logout", got)
			}
			g.Want("41")
			g.WantClosed(websocket.StatusNormalClosure)
		}
		bo.wantEvent("member_left")
		if took := time.Since(start); took > 0 { // as it would be if they were expected back
			t.Errorf("Bo was told after %v, want at once", took)
		}
		bo.wantSilence("den")
		w.chat.EndAll("rotated")
		bo.wantEvent("session_ended")
		bo.WantClosed(websocket.StatusNormalClosure)
		synctest.Wait()
		if got := w.chat.Counts().Sockets.Ended[engineio.SessionEnded]; got != 3 {
			t.Errorf("%d sockets ended with their session, want 3", got)
		}
	})
}

// A connection that is in no namespace when its session ends, be it that it was
// about to join or that it left, must not come in afterwards.
func TestTheEndOfASessionReachesConnectionsThatAreNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		early := w.DialWith("websocket", http.Header{"X-Visitor": {"Ann"}})
		enginetest.SID(t, early.Read())
		left := w.connect("Ann")
		left.Send("41")
		w.chat.End("ann", "logout")
		early.WantClosed(websocket.StatusNormalClosure)
		left.WantClosed(websocket.StatusNormalClosure)
		if got := w.chat.Counts().Sockets.Ended[engineio.SessionEnded]; got != 2 {
			t.Errorf("%d sockets ended with their session, want 2", got)
		}
		// The handshake that was under way: authorized, and registered only now.
		late := w.DialWith("websocket", http.Header{"X-Visitor": {"Ann"}})
		enginetest.SID(t, late.Read())
		late.Send("40")
		if got := late.Read(); !strings.HasPrefix(got, "44") || !strings.Contains(got, "bad_session") {
			t.Errorf("got %s, want a refusal", got)
		}
	})
}

func TestAStrangerGetsNoSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		if status, body := w.Get("polling"); status != 403 {
			t.Errorf("got %d %s, want 403", status, body)
		}
	})
}

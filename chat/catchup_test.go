package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat"
	"chat/chat/history"
)

// patient keeps sockets that answer no ping.
func patient(c *chat.Config) { c.Socket.Engine.PingInterval = 24 * time.Hour }

// forgetting keeps what is said for a while only.
func forgetting(t *testing.T, age time.Duration) func(c *chat.Config) {
	log := history.OpenMemory(history.Options{Retention: history.Retention{Age: age}})
	t.Cleanup(func() {
		if err := log.Close(context.Background()); err != nil {
			t.Errorf("closing the log: %v", err)
		}
	})
	return func(c *chat.Config) { c.History = log }
}

// An answer is what join and history are acknowledged with.
type answer struct {
	Messages []struct {
		ID   string `json:"id"`
		Text string `json:"message"`
	} `json:"messages"`
	Last             string
	More, Older, Gap bool
}

// texts is what was said, one letter after the other.
func (a answer) texts() string {
	var all []string
	for _, m := range a.Messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, " ")
}

func (a answer) last() string { return a.Messages[len(a.Messages)-1].ID }

func (g *guest) page(event, payload string) answer {
	g.t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(g.ask(event, payload)), &a); err != nil {
		g.t.Fatalf("%s %s: %v", event, payload, err)
	}
	return a
}

// say sends a message and returns its id.
func (g *guest) say(room, text string) string {
	g.t.Helper()
	var ack struct{ ID string }
	got := g.ask("send_message", fmt.Sprintf(`{"chat_id":%q,"message":%q}`, room, text))
	if err := json.Unmarshal([]byte(got), &ack); err != nil || ack.ID == "" {
		g.t.Fatalf("send_message: got %s", got)
	}
	return ack.ID
}

// Whoever comes in finds what was said before, with the time and the id that
// those who were there got.
func TestARoomRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		id := ann.say("den", "hello")
		bo := w.connect("Bo")
		a := bo.page("join", `{"chat_id":"den"}`)
		if a.texts() != "hello" || a.last() != id || a.More || a.Older || a.Gap {
			t.Errorf("got %+v, want the one message %s", a, id)
		}
	})
}

// Somebody was in a tunnel: what was said meanwhile comes with the answer to
// join, and what is said from then on behind it.
func TestComingBackMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		last := ann.say("den", "1")
		_ = bo.Conn.CloseNow()
		synctest.Wait()
		ann.say("den", "2")
		ann.say("den", "3")
		bo = w.connect("Bo")
		if a := bo.page("join", `{"chat_id":"den","after":"`+last+`"}`); a.texts() != "2 3" || a.More || a.Gap {
			t.Errorf("got %+v, want 2 and 3 and no more", a)
		}
		ann.say("den", "4")
		if got := bo.wantEvent("receive_message")["message"]; got != "4" {
			t.Errorf("got %v, want 4", got)
		}
	})
}

// Who missed more than a page gets page after page, and nothing between them
// that would be out of order.
func TestCatchingUpInPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *chat.Config) { c.Limits.Messages = -1 })
		ann, bo := w.join("Ann", "den"), w.connect("Bo")
		var want []string
		after := ann.say("den", "0")
		for i := 1; i <= 450; i++ {
			want = append(want, fmt.Sprint(i))
			ann.say("den", fmt.Sprint(i))
		}
		var got []string
		for more, rounds := true, 0; more; rounds++ {
			a := bo.page("join", `{"chat_id":"den","after":"`+after+`"}`)
			got, after, more = append(got, a.texts()), a.last(), a.More
			if rounds == 0 {
				ann.wantEvent("member_joined")
				ann.say("den", "late")
				want = append(want, "late")
			}
			if rounds > 3 {
				t.Fatalf("there is no end of pages")
			}
		}
		if got, want := strings.Join(got, " "), strings.Join(want, " "); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		ann.say("den", "now")
		if got := bo.wantEvent("receive_message")["message"]; got != "now" {
			t.Errorf("got %v, want what is said now", got)
		}
	})
}

// While pages are read others go on talking. Every message has to come once,
// in its order, whichever side of the answer it is on.
func TestCatchingUpWhileOthersTalk(t *testing.T) {
	const messages, rounds = 300, 20
	w := newWorld(t, func(c *chat.Config) { c.Limits.Messages = -1 })
	ann := w.join("Ann", "den")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range messages {
			ann.emit("send_message", fmt.Sprintf(`{"chat_id":"den","message":"%04d"}`, i))
		}
	}()
	seen := make(chan string)
	for range rounds {
		bo := w.connect("Bo")
		go func() {
			var got []string
			after := ""
			for more := true; more; {
				a := bo.page("join", `{"chat_id":"den","after":"`+after+`"}`)
				if after == "" {
					got = nil
				}
				for _, m := range a.Messages {
					got = append(got, m.Text)
					after = m.ID
				}
				more = a.More
			}
			for len(got) == 0 || got[len(got)-1] != fmt.Sprintf("%04d", messages-1) {
				if text := bo.Read(); strings.HasPrefix(text, `42["receive_message"`) {
					_, rest, _ := strings.Cut(text, `"message":"`)
					got = append(got, rest[:4])
				}
			}
			seen <- strings.Join(got, " ")
		}()
	}
	for range rounds {
		got := <-seen
		first, err := strconv.Atoi(got[:4])
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i := first; i < messages; i++ {
			want = append(want, fmt.Sprintf("%04d", i))
		}
		if got != strings.Join(want, " ") {
			t.Errorf("got %s", got)
		}
	}
	<-done
}

func TestOlderPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *chat.Config) { c.Limits.Messages = -1 })
		ann := w.join("Ann", "den")
		for i := range 120 {
			ann.say("den", fmt.Sprint(i))
		}
		bo := w.connect("Bo")
		a := bo.page("join", `{"chat_id":"den"}`)
		if len(a.Messages) != 50 || a.Messages[0].Text != "70" || !a.Older {
			t.Fatalf("join: got %d messages from %q, older %v; want the last 50 of 120", len(a.Messages), a.Messages[0].Text, a.Older)
		}
		a = bo.page("history", `{"chat_id":"den","before":"`+a.Messages[0].ID+`","limit":60}`)
		if len(a.Messages) != 60 || a.Messages[0].Text != "10" || !a.Older {
			t.Errorf("history: got %d from %q, older %v; want 60 from 10", len(a.Messages), a.Messages[0].Text, a.Older)
		}
		a = bo.page("history", `{"chat_id":"den","before":"`+a.Messages[0].ID+`"}`)
		if len(a.Messages) != 10 || a.Older {
			t.Errorf("history: got %d, older %v; want the first 10", len(a.Messages), a.Older)
		}
		a = bo.page("history", `{"chat_id":"den","after":"`+a.last()+`"}`)
		if len(a.Messages) != 100 || a.Messages[0].Text != "10" || !a.More || a.Gap || a.Last != a.last() {
			t.Errorf("history, after: got %d from %q, more %v; want 100 from 10", len(a.Messages), a.Messages[0].Text, a.More)
		}
		a = bo.page("history", `{"chat_id":"den","after":"`+a.Last+`"}`)
		if len(a.Messages) != 10 || a.More {
			t.Errorf("history, after: got %d, more %v; want the last 10", len(a.Messages), a.More)
		}
	})
}

// Somebody asks for the history with numbers and words that make no sense, or
// of a room that is not theirs (CASES H13).
func TestBadHistoryRequests(t *testing.T) {
	for _, test := range []struct{ event, payload, code string }{
		{"history", `{"chat_id":"attic"}`, "not_joined"},
		{"history", `{"chat_id":"den","before":"-1"}`, "bad_payload"},
		{"history", `{"chat_id":"den","before":-1}`, "bad_payload"},
		{"history", `{"chat_id":"den","before":"ffffffffffffffffffff0"}`, "bad_payload"},
		{"history", `{"chat_id":"den","before":"FFFFFFFFFFFFFFFFFFFF"}`, "bad_payload"},
		{"history", `{"chat_id":"den","after":"x"}`, "bad_payload"},
		{"history", `{"chat_id":"den","limit":"all"}`, "bad_payload"},
		{"history", `{"chat_id":"den","limit":1e18}`, "bad_payload"},
		{"history", `{"chat_id":"den","limit":999999999}`, ""},
		{"history", `{"chat_id":"den","limit":-5}`, ""},
		{"join", `{"chat_id":"den","after":"'; DROP"}`, "bad_payload"},
		{"send_message", `{"chat_id":"den","message":"x","client_id":"a b"}`, "bad_payload"},
		{"send_message", `{"chat_id":"den","message":"x","client_id":"` + strings.Repeat("x", 65) + `"}`, "bad_payload"},
		{"send_message", `{"chat_id":"den","message":"x","reply_to":"../.."}`, "bad_payload"},
	} {
		t.Run(test.payload, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				g := w.join("Mallory", "den")
				got := g.ask(test.event, test.payload)
				want := `{"error":{"code":"` + test.code + `"`
				if test.code == "" {
					want = `{"messages":[],"older":false}`
				}
				if !strings.HasPrefix(got, want) {
					t.Errorf("%s: got %s, want %s", test.event, got, want)
				}
			})
		})
	}
}

// The acknowledgement was lost in a tunnel, so the client sends its message
// again, on a new connection: it is one message, and has the first one's id.
func TestAMessageSentAgainIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient)
		bo := w.join("Bo", "den")
		const message = `{"chat_id":"den","message":"once","client_id":"3f-A_"}`
		ann := w.join("Ann", "den")
		first := ann.ask("send_message", message)
		bo.wantEvent("member_joined")
		if got := bo.wantEvent("receive_message")["client_id"]; got != "3f-A_" {
			t.Errorf("the message has the client_id %v, want the sender's", got)
		}
		_ = ann.Conn.CloseNow()
		bo.wantEvent("member_left")
		time.Sleep(10 * time.Minute)
		ann = w.join("Ann", "den")
		bo.wantEvent("member_joined")
		if again := ann.ask("send_message", message); again != first {
			t.Errorf("sent again: got %s, want %s", again, first)
		}
		bo.wantSilence("den")
		// The name of a message is its sender's: somebody else's is another.
		if other := bo.ask("send_message", message); other == first {
			t.Errorf("somebody else's message under the same name got %s as well", other)
		}
	})
}

// What a client has is later than all that the log has: the log was lost. The
// client is told, and not left waiting for messages that it thinks it has.
func TestALogThatLostItsMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		ann.say("den", "after the loss")
		bo := w.connect("Bo")
		a := bo.page("join", `{"chat_id":"den","after":"ffffffffffff00000000"}`)
		if !a.Gap || a.texts() != "after the loss" {
			t.Errorf("got %+v, want a gap and the latest page", a)
		}
		ann.wantEvent("member_joined")
		ann.say("den", "next")
		if got := bo.wantEvent("receive_message")["message"]; got != "next" {
			t.Errorf("got %v, want what is said next", got)
		}
	})
}

// A forgetful room shows nothing of what was said to those who come in, but
// everything to those who lost their connection.
func TestAForgetfulRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *chat.Config) { c.Forgetful = true })
		ann := w.join("Ann", "den")
		first := ann.say("den", "1")
		ann.say("den", "2")
		bo := w.connect("Bo")
		if a := bo.page("join", `{"chat_id":"den"}`); len(a.Messages) != 0 || a.Older {
			t.Errorf("coming in: got %+v, want nothing", a)
		}
		if a := bo.page("history", `{"chat_id":"den"}`); len(a.Messages) != 0 || a.Older {
			t.Errorf("asking: got %+v, want nothing", a)
		}
		if a := bo.page("join", `{"chat_id":"den","after":"`+first+`"}`); a.texts() != "2" {
			t.Errorf("coming back: got %+v, want what was missed", a)
		}
	})
}

// Somebody comes into a room that shows nothing, loses the connection before
// anything is said, and comes back: with what join told them to have, they get
// what was said in between, and are not told of a gap where there is none.
func TestWhoSawNothingYetMissesNothing(t *testing.T) {
	for _, test := range []struct {
		name  string
		early bool // something was said, and forgotten, before
	}{{"in a new room", false}, {"in a room that forgot", true}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, patient, func(c *chat.Config) { c.Forgetful = true }, forgetting(t, time.Minute))
				ann := w.join("Ann", "den")
				if test.early {
					ann.say("den", "0")
					time.Sleep(2 * time.Minute)
				}
				bo := w.connect("Bo")
				last := bo.page("join", `{"chat_id":"den"}`).Last
				_ = bo.Conn.CloseNow()
				ann.wantEvent("member_joined")
				synctest.Wait()
				bo = w.connect("Bo")
				if a := bo.page("join", `{"chat_id":"den","after":"`+last+`"}`); a.texts() != "" || a.Gap || a.Last != last {
					t.Errorf("back at once: got %+v, want nothing and no gap", a)
				}
				_ = bo.Conn.CloseNow()
				synctest.Wait()
				ann.say("den", "1")
				if a := w.connect("Bo").page("join", `{"chat_id":"den","after":"`+last+`"}`); a.texts() != "1" || a.Gap {
					t.Errorf("back a moment later: got %+v, want what was missed and no gap", a)
				}
			})
		})
	}
}

// Pictures in the text are large. A page of them must not be larger than what a
// slow client may leave unread.
func TestAPageIsBoundedInBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *chat.Config) { c.Limits.Messages = -1 })
		ann := w.join("Ann", "den")
		first := ann.say("den", "0")
		image := "data:image/png;base64," + strings.Repeat("A", 300<<10)
		for range 5 {
			ann.say("den", image)
		}
		bo := w.connect("Bo")
		a := bo.page("join", `{"chat_id":"den"}`)
		if len(a.Messages) != 1 || !a.Older {
			t.Errorf("join: got %d pictures, older %v; want the last one", len(a.Messages), a.Older)
		}
		a = bo.page("join", `{"chat_id":"den","after":"`+first+`"}`)
		if len(a.Messages) != 1 || !a.More {
			t.Errorf("join again: got %d pictures, more %v; want the first one", len(a.Messages), a.More)
		}
	})
}

// A short break is not worth telling the others; a long one is.
func TestPresenceOutlivesAShortBreak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient)
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		_ = bo.Conn.CloseNow()
		time.Sleep(2 * time.Second)
		bo = w.join("Bo", "den")
		time.Sleep(time.Minute)
		ann.wantSilence("den")
		_ = bo.Conn.CloseNow()
		time.Sleep(5 * time.Second)
		ann.wantEvent("member_left")
	})
}

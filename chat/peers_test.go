package chat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat"
	"chat/chat/internal/redistest"
)

// H02. The fault: a client stops reading in a busy room. It is closed, the others
// notice nothing, and when it is back it gets what it missed, once.
func TestWhoStopsReadingMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient, func(c *chat.Config) { c.Limits.Messages = -1 })
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		has := ann.say("den", "seen")
		bo.wantEvent("receive_message")
		var missed []string
		for range 100 {
			missed = append(missed, ann.say("den", strings.Repeat("x", 1000)))
		}
		time.Sleep(10 * time.Second) // for which a write may take
		time.Sleep(5 * time.Second)  // for which somebody may be back
		ann.wantEvent("member_left")
		bo = w.connect("Bo")
		var page struct{ Messages []struct{ ID string } }
		got := bo.ask("join", fmt.Sprintf(`{"chat_id":"den","after":%q}`, has))
		if err := json.Unmarshal([]byte(got), &page); err != nil {
			t.Fatal(err)
		}
		var back []string
		for _, m := range page.Messages {
			back = append(back, m.ID)
		}
		if fmt.Sprint(back) != fmt.Sprint(missed) {
			t.Errorf("got %d messages, want the %d that were missed, in order", len(back), len(missed))
		}
		missed = append(missed, ann.sayAfter("member_joined", "den", "live"))
		if got := bo.wantEvent("receive_message")["id"]; got != missed[len(missed)-1] {
			t.Errorf("got %v, want what is said now", got)
		}
	})
}

// sayAfter is say behind an event that comes first.
func (g *guest) sayAfter(event, room, text string) string {
	g.t.Helper()
	g.wantEvent(event)
	return g.say(room, text)
}

// H03. The fault: nothing from one client arrives any more, nor is it told that
// its connection is gone. It is away in 45 seconds; back, it is there once.
func TestHalfOpenClientIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		go func() { // What is sent to Bo gets lost, and is not refused.
			for {
				if _, _, err := bo.Conn.Read(t.Context()); err != nil {
					return
				}
			}
		}()
		start := time.Now()
		for {
			got := ann.Read()
			if strings.HasPrefix(got, `42["member_left"`) {
				break
			}
			if got != "2" {
				t.Fatalf("got %s, want pings until Bo is away", got)
			}
			ann.Send("3")
		}
		if took := time.Since(start); took > 45*time.Second { // of a clock that stands still while anybody works
			t.Errorf("Bo was away after %v, want 45 s at most", took)
		}
		back := w.connect("Bo")
		if got := back.ask("join", `{"chat_id":"den"}`); strings.Count(got, `"id":"bo"`) != 2 { // in you, and in members
			t.Errorf("got %s, want Bo there once", got)
		}
		ann.wantEvent("member_joined")
		ann.wantSilence("den")
	})
}

// Somebody's connection breaks, and the balancer leads them to another server.
// The others are told nothing of it.
func TestShortBreakOverTwoServers(t *testing.T) {
	t.Parallel()
	a, b := newNeighbours(t, redistest.Embedded(t))
	ann, bo := a.join("Ann", "den"), a.join("Bo", "den")
	ann.wantEvent("member_joined")
	_ = bo.Conn.CloseNow()
	bo = b.connect("Bo")
	got := bo.ask("join", `{"chat_id":"den"}`)
	if strings.Count(got, `"id":"bo"`) != 2 { // in you, and in members
		t.Errorf("got %s, want Bo there once", got)
	}
	if !strings.Contains(got, `"id":"ann"`) { // Her server may be late to say that she is there.
		bo.wantEvent("member_joined")
	}
	bo.ask("typing", `{"chat_id":"den"}`)
	ann.wantEvent("show_typing")
	bo.ask("stop_typing", `{"chat_id":"den"}`)
	ann.wantEvent("hide_typing")
	ann.wantSilence("den")
}

package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Everybody hears of a change at once, and whoever comes later finds it in the
// history.
func TestChanges(t *testing.T) {
	for _, test := range []struct{ event, payload, told, want, kind string }{
		{"edit_message", `"message":"<i>better</i>"`, "message_edited", `"message":"<i>better</i>"`, "edit"},
		{"delete_message", `"x":1`, "message_deleted", "", "delete"},
		{"react", `"emoji":"👍🏽","on":true`, "message_reacted", `"emoji":"👍🏽","on":true`, "reaction"},
		{"react", `"emoji":"👍"`, "message_reacted", `"emoji":"👍","on":false`, "reaction"},
		{"set_title", `"title":"Plans & pans"`, "room_titled", `"title":"Plans & pans"`, "title"},
		{"set_title", `"title":""`, "room_titled", `"title":""`, "title"},
	} {
		t.Run(test.event, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
				ann.wantEvent("member_joined")
				id := ann.say("den", "good")
				bo.wantEvent("receive_message")
				ack := ann.ask(test.event, fmt.Sprintf(`{"chat_id":"den","id":%q,%s}`, id, test.payload))
				if !strings.HasPrefix(ack, `{"id":"`) || strings.Contains(ack, id) {
					t.Errorf("acknowledged with %s, want an id of its own", ack)
				}
				told := bo.Read()
				if !strings.HasPrefix(told, `42["`+test.told+`",{"chat_id":"den","id":"`) || !strings.Contains(told, test.want) ||
					!strings.Contains(told, `"kind":"`+test.kind+`"`) || !strings.Contains(told, `"sender":{"id":"ann","name":"Ann"}`) {
					t.Errorf("the others got %s, want %s with %s", told, test.told, test.want)
				}
				if test.event != "set_title" && !strings.Contains(told, `"target":"`+id+`"`) {
					t.Errorf("the others got %s, want the target %s", told, id)
				}
				payload := strings.TrimPrefix(told[:strings.LastIndex(told, "}")+1], `42["`+test.told+`",`)
				if got := w.connect("Cy").ask("join", `{"chat_id":"den"}`); !strings.Contains(got, payload) {
					t.Errorf("who came later got %s, want in it %s", got, payload)
				}
			})
		})
	}
}

// Somebody tries to change what is not theirs, or is not there, or is too old.
func TestChangesThatAreRefused(t *testing.T) {
	for _, test := range []struct{ name, event, payload, code string }{
		{"another's words", "edit_message", `"id":"%s","message":"x"`, "not_yours"},
		{"another's message", "delete_message", `"id":"%s"`, "not_yours"},
		{"no message", "edit_message", `"id":"018bcfe5680000000001","message":"x"`, "no_message"},
		{"no id", "delete_message", `"id":""`, "bad_payload"},
		{"a list of ids", "delete_message", `"id":["%s"]`, "bad_payload"},
		{"a reaction to nothing", "react", `"id":"018bcfe5680000000001","emoji":"x","on":true`, "no_message"},
		{"a reaction without an emoji", "react", `"id":"%s","on":true`, "bad_payload"},
		{"a reaction that is a book", "react", `"id":"%s","emoji":"` + strings.Repeat("x", 65) + `","on":true`, "bad_payload"},
		{"a long title", "set_title", `"title":"` + strings.Repeat("é", 81) + `"`, "too_long"},
		{"a title that nobody sees", "set_title", `"title":"\u200b"`, "too_long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				ann := w.join("Ann", "den")
				id := ann.say("den", "mine")
				payload := `{"chat_id":"den",` + strings.ReplaceAll(test.payload, "%s", id) + `}`
				mallory := w.connect("Mallory")
				if got := mallory.ask(test.event, payload); !strings.Contains(got, "not_joined") && test.code != "bad_payload" {
					t.Errorf("from outside: got %s, want not_joined", got)
				}
				mallory.ask("join", `{"chat_id":"den"}`)
				ann.wantEvent("member_joined")
				if got := mallory.ask(test.event, payload); !strings.HasPrefix(got, `{"error":{"code":"`+test.code+`"`) {
					t.Errorf("got %s, want %s", got, test.code)
				}
				ann.wantSilence("den")
			})
		})
	}
}

func TestWordsStandAfterAQuarterOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient)
		ann := w.join("Ann", "den")
		id := ann.say("den", "first")
		edit := fmt.Sprintf(`{"chat_id":"den","id":%q,"message":"second"}`, id)
		time.Sleep(15 * time.Minute)
		if got := ann.ask("edit_message", edit); strings.Contains(got, "error") {
			t.Errorf("after a quarter of an hour: got %s", got)
		}
		time.Sleep(time.Second)
		if got := ann.ask("edit_message", edit); !strings.Contains(got, "too_late") {
			t.Errorf("a second later: got %s, want too_late", got)
		}
	})
}

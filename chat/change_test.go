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

// The answer to a change is lost, and the client sends it again when it could not
// make it any more: it is too late, or what it is about is gone. It was stored, and
// that is the answer.
func TestChangesAgainWhenTheyAreOvertaken(t *testing.T) {
	for _, test := range []struct{ name, event, payload, after string }{
		{"an edit, too late", "edit_message", `"id":"%s","message":"second"`, ""},
		{"a deletion, too late", "delete_message", `"id":"%s"`, ""},
		{"an edit of what was deleted since", "edit_message", `"id":"%s","message":"second"`, "delete_message"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, patient)
				ann := w.join("Ann", "den")
				id := ann.say("den", "first")
				request := fmt.Sprintf(`{"chat_id":"den","client_id":"lost",`+test.payload+`}`, id)
				first := ann.ask(test.event, request)
				if test.after != "" {
					ann.ask(test.after, fmt.Sprintf(`{"chat_id":"den","id":%q}`, id))
				}
				time.Sleep(20 * time.Minute)
				if again := ann.ask(test.event, request); again != first || !strings.HasPrefix(first, `{"id":"`) {
					t.Errorf("first %s, again %s", first, again)
				}
				other := strings.Replace(request, "lost", "other", 1)
				if got := ann.ask(test.event, other); !strings.Contains(got, "error") {
					t.Errorf("under another name: got %s, want a refusal", got)
				}
				bo := w.join("Bo", "den")
				if got := bo.ask(test.event, request); !strings.Contains(got, "not_yours") {
					t.Errorf("somebody else: got %s", got)
				}
			})
		})
	}
}

// A picture is sent, the answer lost, and the message deleted elsewhere. Sent again,
// it is not refused for want of the file.
func TestPictureAgainWhenItWasDeleted(t *testing.T) {
	w := newWorld(t)
	ann := w.join("Ann", "den")
	_, file := w.upload("Ann", "den", "bytes")
	request := fmt.Sprintf(`{"chat_id":"den","message":"","client_id":"lost","file":{"name":%q,"width":1,"height":1}}`, file["name"])
	first := ann.ask("send_message", request)
	id, _, _ := strings.Cut(strings.TrimPrefix(first, `{"id":"`), `"`)
	if got := ann.ask("delete_message", fmt.Sprintf(`{"chat_id":"den","id":%q}`, id)); strings.Contains(got, "error") {
		t.Fatalf("deleting: %s", got)
	}
	if again := ann.ask("send_message", request); again != first {
		t.Errorf("first %s, again %s", first, again)
	}
}

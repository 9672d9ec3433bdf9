package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"chat/chat"
	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// onBoth runs a test on a server with its rooms in memory, and on one with them
// on a Redis of each kind.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	t.Run("alone", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		redistest.Each(t, func(t *testing.T, r *redistest.Redis) { test(t, sharing(t, r.Client(t))) })
	})
}

// Ann writes what she should not have, edits it twice and deletes it, with a
// client that loses its answers. Whoever comes later finds none of it, in the
// latest page, behind what they have, or when scrolling up.
func TestTextThatIsTakenBackIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann := w.join("Ann", "den")
		first := ann.say("den", "before")
		id := ann.say("den", "password1")
		twice := func(name, event, more string) {
			t.Helper()
			request := fmt.Sprintf(`{"chat_id":"den","id":%q,"client_id":%q%s}`, id, name, more)
			a, b := ann.ask(event, request), ann.ask(event, request)
			if a != b || !strings.HasPrefix(a, `{"id":`) {
				t.Errorf("%s: got %s, and then %s", event, a, b)
			}
		}
		look := func(when, want string, gone ...string) {
			t.Helper()
			bo := w.connect("Bo")
			for _, got := range []string{
				bo.ask("join", `{"chat_id":"den"}`),
				bo.ask("join", `{"chat_id":"den","after":"`+first+`"}`),
				bo.ask("history", `{"chat_id":"den","before":"ffffffffffffffffffff"}`),
			} {
				for _, text := range gone {
					if strings.Contains(got, text) {
						t.Errorf("%s: %s is there still: %s", when, text, got)
					}
				}
				if !strings.Contains(got, want) || !strings.Contains(got, id) || strings.Contains(got, `"gap":true`) {
					t.Errorf("%s: got %s, want %s in it, and no gap", when, got, want)
				}
			}
			bo.ask("leave", `{"chat_id":"den"}`)
			ann.wantEvent("member_joined")
			ann.wantEvent("member_left")
			_ = bo.Conn.CloseNow() // only not to be there any more
		}
		twice("one", "edit_message", `,"message":"password2"`)
		look("after an edit", "password2", "password1")
		twice("two", "edit_message", `,"message":"password3"`)
		look("after another", "password3", "password1", "password2")
		twice("three", "delete_message", "")
		look("deleted", `"kind":"delete"`, "password1", "password2", "password3")
		edit := fmt.Sprintf(`{"chat_id":"den","id":%q,"message":"again"}`, id)
		if got := ann.ask("edit_message", edit); !strings.Contains(got, "no_message") {
			t.Errorf("editing what is deleted: got %s, want no_message", got)
		}
	})
}

// A room got its title long ago. Who comes in learns it, although the entry is
// kept no more, and although the room was empty in between.
func TestTitleOutlivesItsEntry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir)
	w := newWorld(t, func(c *chat.Config) { c.History = log })
	ann := w.join("Ann", "den")
	if got := ann.ask("join", `{"chat_id":"den"}`); strings.Contains(got, `"title"`) {
		t.Errorf("without a title: got %s", got)
	}
	ann.ask("set_title", `{"chat_id":"den","title":"Plans & <pans>"}`)
	want := `"title":"Plans & <pans>"`
	for range 5 {
		ann.say("den", "more")
	}
	if got := w.connect("Bo").ask("join", `{"chat_id":"den"}`); !strings.Contains(got, want) || strings.Contains(got, `"kind":"title"`) {
		t.Errorf("while it is open: got %s, want %s in it", got, want)
	}
	_ = log.Close(t.Context())
	w = newWorld(t, func(c *chat.Config) { c.History = openLog(t, dir) })
	cy := w.connect("Cy")
	if got := cy.ask("join", `{"chat_id":"den"}`); !strings.Contains(got, want) {
		t.Errorf("after a restart: got %s, want %s in it", got, want)
	}
	cy.ask("set_title", `{"chat_id":"den","title":""}`)
	if got := w.connect("Di").ask("join", `{"chat_id":"den"}`); strings.Contains(got, `"title":"Plans`) {
		t.Errorf("without a title again: got %s", got)
	}
}

// openLog opens a log on disk that keeps three entries of a room.
func openLog(t *testing.T, dir string) *history.Disk {
	t.Helper()
	log, err := history.OpenDisk(history.Options{Dir: dir, Retention: history.Retention{Messages: 3}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close(t.Context()) })
	return log
}

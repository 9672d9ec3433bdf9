//go:build e2e

package history_test

import (
	"strings"
	"testing"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// The attack: read in a copy of Redis what somebody took back. It is in none of
// its keys, in a room of this version or an older one, small or large.
func TestRedisForgetsTakenText(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t, "--rdbcompression", "no")
	p, c := join(t, r), r.Client(t)
	for _, room := range []string{"new", "old", "large"} {
		edited := p.say(room, "secret1")
		deleted := p.say(room, "secret2")
		if room == "large" {
			sayTimes(p, room, 600, strings.Repeat("x", 100))
		}
		if room == "old" {
			asOlderVersion(t, c, room)
		}
		p.insist(room, history.Entry{Data: []byte("edit"), Blanks: []history.Blank{{ID: edited, Data: []byte("secret3")}}})
		p.insist(room, history.Entry{Data: []byte("edit"), Blanks: []history.Blank{{ID: edited, Data: []byte("public")}, {ID: deleted}}})
	}
	found := 0
	for _, key := range c.Keys(t.Context(), "*").Val() {
		dump := c.Dump(t.Context(), key).Val()
		if strings.Contains(dump, "secret") {
			t.Errorf("the key %s has the text still", key)
		}
		found += strings.Count(dump, "public")
	}
	if found != 3 {
		t.Errorf("found what replaced it %d times, want 3; the test does not see what is there", found)
	}
}

// Somebody edits in a room of a thousand long messages, with the half second that
// Redis has for an answer. A room of an older version may need another try.
func TestRedisBlankInALargeRoom(t *testing.T) {
	t.Parallel()
	r := redistest.StartProcess(t, "--appendfsync", "everysec")
	p := join(t, r)
	sayTimes(p, "den", 1000, strings.Repeat("x", 16<<10))
	edit := func(text string) {
		t.Helper()
		id := p.say("den", "secret")
		p.insist("den", history.Entry{Key: text, Data: []byte(text), Blanks: []history.Blank{{ID: id, Data: []byte("public")}}})
		page, _, err := p.Before(t.Context(), "den", "", 2)
		if err != nil || texts(page) != "public "+text {
			t.Errorf("the log ends with %.100q, %v", texts(page), err)
		}
	}
	edit("one")
	asOlderVersion(t, patient(t, r), "den")
	edit("two")
	edit("three")
}

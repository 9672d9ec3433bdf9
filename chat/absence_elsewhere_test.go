package chat_test

import (
	"testing"

	"chat/chat/internal/redistest"
)

// An unmodified client comes back to another server than it was with, since a
// balancer sent it there, and misses nothing. Later it comes back to the first.
func TestAClientComesBackToAnotherServer(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, b := newNeighbours(t, r)
		ann, bo := a.twoInDen()
		bo.say("den", "my own")
		ann.until(`42["receive_message"`)
		_ = bo.Conn.CloseNow()
		ann.say("den", "2")
		bo = b.back(bo, "2")
		ann.say("den", "3")
		bo.take(bo.Read())
		_ = bo.Conn.CloseNow()
		ann.say("den", "4")
		a.back(bo, "4")
	})
}

// The client notices that its connection broke, and its server does not yet.
func TestAClientComesBackToAnotherServerThatThinksItIsThere(t *testing.T) {
	t.Parallel()
	a, b := newNeighbours(t, redistest.Embedded(t))
	ann, bo := a.twoInDen()
	ann.say("den", "2")
	b.back(bo, "2")
}

// Somebody else has the private id of a client, and a session of their own.
func TestNobodyElseComesBackToAnotherServer(t *testing.T) {
	t.Parallel()
	a, b := newNeighbours(t, redistest.Embedded(t))
	ann, bo := a.twoInDen()
	_ = bo.Conn.CloseNow()
	ann.say("den", "2")
	if eve := b.open("Eve", "Mozilla/5.0", bo); eve.sid == bo.sid || len(eve.missed) > 0 {
		t.Errorf("Eve comes back as Bo, and is told %q", eve.missed)
	}
}

// twoInDen are Ann, and Bo with an official client, who has heard one message.
func (w *world) twoInDen() (ann *guest, bo *browser) {
	w.t.Helper()
	ann = w.join("Ann", "den")
	bo = w.open("Bo", "Mozilla/5.0", nil)
	bo.ask("join", `{"chat_id":"den"}`)
	ann.until(`42["member_joined"`)
	ann.say("den", "1")
	bo.take(bo.Read())
	return ann, bo
}

// back opens a client that missed one message, and wants it to be the same one.
func (w *world) back(b *browser, missed string) *browser {
	w.t.Helper()
	now := w.open("Bo", "Mozilla/5.0", b)
	if now.sid != b.sid || len(now.missed) != 1 || now.missed[0] != missed {
		w.t.Fatalf("the same one: %t; missed: %q, want %q", now.sid == b.sid, now.missed, missed)
	}
	return now
}

package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// A client comes back, and its connection breaks again while it gets what it
// missed: before any of that arrived, or behind the first part of it. It gets the
// rest when it comes back once more.
func TestComingBackTwice(t *testing.T) {
	for _, test := range []struct {
		name string
		got  int // of three that it missed, when the connection breaks again
		want string
	}{
		{"before anything arrived", 0, "2 3 4 5"},
		{"behind the first part", 1, "3 4 5"},
		{"behind all", 3, "5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, patient)
				ann, bo := w.annAndBo()
				offsets := []string{hear(ann, bo, "1")}
				_ = bo.Conn.CloseNow()
				synctest.Wait()
				for _, text := range []string{"2", "3", "4"} {
					ann.say("den", text)
				}
				back := w.open("Bo", "Mozilla/5.0", bo)
				if got := strings.Join(back.missed, " "); got != "2 3 4" {
					t.Fatalf("got %s, want 2 3 4", got)
				}
				offsets = append(offsets, back.offsets...)
				_ = back.Conn.CloseNow()
				synctest.Wait()
				ann.say("den", "5")
				back.offset = offsets[test.got]
				again := w.open("Bo", "Mozilla/5.0", back)
				if got := strings.Join(again.missed, " "); got != test.want || again.sid != bo.sid {
					t.Errorf("got %q as %s, want %s as %s", got, again.sid, test.want, bo.sid)
				}
			})
		})
	}
}

// What somebody said before the connection broke twice is not told to them again.
func TestOwnWordsDoNotComeBackTheSecondTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient)
		ann, bo := w.annAndBo()
		hear(ann, bo, "1")
		bo.say("den", "own")
		for range 2 {
			_ = bo.Conn.CloseNow()
			synctest.Wait()
			back := w.open("Bo", "Mozilla/5.0", bo)
			if back.sid != bo.sid || len(back.missed) > 0 {
				t.Errorf("same one: %t; Bo is told %v again", back.sid == bo.sid, back.missed)
			}
			back.offset, bo = bo.offset, back
		}
	})
}

// Much is said in one room. What came in another one before that does not come
// again.
func TestAQuietRoomBesideABusyOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient, unlimited)
		ann := w.join("Ann", "den")
		ann.ask("join", `{"chat_id":"attic"}`)
		bo := w.open("Bo", "Mozilla/5.0", nil)
		for _, room := range []string{"den", "attic"} {
			bo.ask("join", `{"chat_id":"`+room+`"}`)
			ann.wantEvent("member_joined")
		}
		hear(ann, bo, "1")
		for i := range 600 {
			ann.say("attic", fmt.Sprint(i))
			bo.take(bo.Read())
		}
		_ = bo.Conn.CloseNow()
		synctest.Wait()
		ann.say("den", "2")
		back := w.open("Bo", "Mozilla/5.0", bo)
		if got := strings.Join(back.missed, " "); got != "2" || back.sid != bo.sid {
			t.Errorf("got %q as %s, want 2 as %s", got, back.sid, bo.sid)
		}
	})
}

// A client joins a room again that it is in, and the connection breaks before the
// answer. What was on its way is not lost.
func TestJoiningAgainTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, patient)
		ann, bo := w.annAndBo()
		offset := hear(ann, bo, "1")
		ann.say("den", "2")
		bo.take(bo.Read())
		bo.ask("join", `{"chat_id":"den"}`)
		_ = bo.Conn.CloseNow()
		synctest.Wait()
		bo.offset = offset // as if neither came
		back := w.open("Bo", "Mozilla/5.0", bo)
		if got := strings.Join(back.missed, " "); got != "2" || back.sid != bo.sid {
			t.Errorf("got %q as %s, want 2 as %s", got, back.sid, bo.sid)
		}
	})
}

// hear has one say something in the den that another one gets, and returns the
// offset of that.
func hear(speaker *guest, listener *browser, text string) (offset string) {
	speaker.say("den", text)
	listener.take(listener.Read())
	return listener.offset
}

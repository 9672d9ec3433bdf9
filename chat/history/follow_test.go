package history_test

import (
	"sync"
	"testing"

	"chat/chat/history"
)

// Somebody joins while others speak: what is read up to the id that Follow
// returned, and what is delivered, are together the log, each entry once.
func TestFollowMissesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		const messages = 300
		var wg sync.WaitGroup
		wg.Go(func() { w.sayMany("room", 0, messages) })
		for range 30 {
			heard := make(chan history.ID, messages)
			last, err := w.Follow("room", func(e history.Entry) { heard <- e.ID })
			if err != nil {
				t.Fatalf("Follow: %v", err)
			}
			w.say("room", "mine")
			w.Unfollow("room")
			first := <-heard
			page, _, _, err := w.After(t.Context(), "room", last, 1)
			if err != nil || len(page) != 1 || page[0].ID != first {
				t.Fatalf("after %s comes %v (%v), but %s is delivered first", last, page, err, first)
			}
		}
		wg.Wait()
	})
}

func TestOneFollower(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		w := open(t, o)
		heard := 0
		if _, err := w.Follow("room", func(history.Entry) { heard++ }); err != nil {
			t.Fatalf("Follow: %v", err)
		}
		if _, err := w.Follow("room", func(history.Entry) {}); err == nil {
			t.Error("a second follower is accepted")
		}
		id := w.say("room", "a")
		w.Unfollow("room")
		w.Unfollow("room")
		w.Unfollow("nobody's")
		w.say("room", "b")
		if heard != 1 {
			t.Errorf("%d entries are delivered, want the one before Unfollow", heard)
		}
		last, err := w.Follow("room", func(history.Entry) {})
		if err != nil || last <= id {
			t.Errorf("Follow returns %q, %v, want the last id", last, err)
		}
	})
}

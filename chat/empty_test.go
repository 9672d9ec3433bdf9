package chat

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// D18. The attack: enter one room after the other and leave it, so that the
// server remembers them all.
func TestEmptyRoomsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{rooms: make(map[string]*Room), closing: make(map[string]<-chan struct{})}
		visit := func(name string) {
			r := s.enter(name)
			r.visitors["ann"] = struct{}{}
			s.release(r)
			synctest.Wait()
		}
		for range 3 * maxEmpty { // one that is empty often is one
			visit("often")
		}
		if !s.has("often") {
			t.Error("a room is forgotten because it became empty often")
		}
		most := 0
		for i := range 5 * maxEmpty {
			visit(fmt.Sprint(i))
			most = max(most, len(s.rooms))
		}
		if most > 2*maxEmpty || len(s.rooms) < maxEmpty {
			t.Errorf("%d rooms that nobody is in are remembered, %d in the end, want %d to %d", most, len(s.rooms), maxEmpty, 2*maxEmpty)
		}
		if !s.has(fmt.Sprint(5*maxEmpty - 1)) {
			t.Error("the room that became empty last is forgotten")
		}
	})
}

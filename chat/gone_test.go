package chat

import (
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"chat/chat/socketio"
)

// breakOff is a client that came in and broke off.
func (a *absences) breakOff(pid string) weak.Pointer[client] {
	c := &client{server: &Server{}, pid: pid, visitor: "ann", socket: &socketio.Socket{}, trail: &trail{}}
	a.expect(c)
	a.begin(c)
	return weak.Make(c)
}

// Somebody connects and breaks off all the time. What is kept of each is little,
// of so many only, and for two minutes.
func TestBreakingOffAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a absences
		first := a.breakOff("first")
		for i := range maxGone {
			a.breakOff(strconv.Itoa(i))
		}
		runtime.GC()
		if first.Value() != nil {
			t.Error("a client that broke off is in memory still")
		}
		if n := len(a.byPID); n != maxGone || a.gone != n {
			t.Errorf("%d may come back, %d are counted, want %d", n, a.gone, maxGone)
		}
		if a.take(strconv.Itoa(maxGone-1), "ann") != nil {
			t.Error("one more than the most may come back")
		}
		if a.take("first", "bo") != nil || a.take("first", "ann") == nil || a.take("first", "ann") != nil {
			t.Error("the first may not come back once, as who it is")
		}
		a.breakOff("last")
		if a.take("last", "ann") == nil {
			t.Error("the place of who came back is not free")
		}
		time.Sleep(absenceLasts + time.Second)
		synctest.Wait()
		if n := len(a.byPID); n != 0 || a.gone != 0 {
			t.Errorf("%d may come back for ever, %d are counted", n, a.gone)
		}
	})
}

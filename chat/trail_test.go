package chat

import (
	"fmt"
	"testing"

	"chat/chat/history"
)

// A client hears something in one room after the other. Those that it left cost
// nothing; in too many at once it is lost, and comes back as somebody new.
func TestATrailThroughManyRooms(t *testing.T) {
	for name, leaves := range map[string]bool{"it leaves each": true, "it stays": false} {
		t.Run(name, func(t *testing.T) {
			var now trail
			var last step
			for i := range maxPassed + 2*maxSteps {
				last = step{fmt.Sprint("room", i), history.NewID(uint64(i), 0)}
				now.mu.Lock()
				now.add(last)
				now.mu.Unlock()
				if leaves && i >= maxSteps {
					now.leave(fmt.Sprint("room", i-maxSteps))
				}
			}
			if _, ok := now.upTo(last.String()); ok != leaves || now.isLost() == leaves {
				t.Errorf("it can be told where the client was: %t, want %t", ok, leaves)
			}
			if len(now.passed) > maxSteps {
				t.Errorf("%d rooms are remembered", len(now.passed))
			}
		})
	}
}

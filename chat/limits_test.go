package chat

import "testing"

// The fault: twice the number that stands for no limit is none that an int of 32
// bits holds. It takes a test with GOARCH=386 to see that.
func TestTypingWithoutALimit(t *testing.T) {
	b := Limits{Typing: -1}.withDefaults().newBudget()
	for i := range 100 {
		if !b.typing.Allow() {
			t.Fatalf("typing event %d is refused without a limit", i+1)
		}
	}
}

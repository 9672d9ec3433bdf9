package cmd

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// A21. The attack: make the server crash, again and again, each time with a few
// guesses in between or under way, so that it forgets them. The fault: the same,
// and everybody is logged out, or a used code is good again.
func TestCrashLoop(t *testing.T) {
	t.Parallel() // The servers are processes of their own.
	if runtime.GOOS == "windows" {
		t.Log("Kill is no SIGKILL there, but ends a process as hard.")
	}
	dir := t.TempDir()
	s := enrolIn(t, dir)
	c := spawn(t, dir)
	owner := newChildBrowser(t)
	code := codeAt(t, s.Groups(), time.Now())
	if status := c.comeIn(owner, "203.0.113.1", code); status != http.StatusSeeOther {
		t.Fatalf("login answers %d, want 303\n%s", status, c.log)
	}
	evaluated := 0
	seen := func() {
		evaluated += strings.Count(c.log.String(), `outcome=wrong`) + strings.Count(c.log.String(), `outcome=malformed`)
		if strings.Contains(c.log.String(), "state file is damaged") {
			t.Errorf("after a crash the state is damaged:\n%s", c.log)
		}
	}
	moments := rand.New(rand.NewPCG(4, 2))
	for round := range 40 {
		var all sync.WaitGroup
		for n := range 5 {
			addr := fmt.Sprintf("198.51.%d.%d", round, n+1)
			all.Go(func() { c.guess(newChildBrowser(t), addr, "12345") }) // of no length that could be right by chance
		}
		if round%2 == 0 {
			all.Wait()
		} else {
			for range moments.IntN(2_000_000) { // up to a few milliseconds: there is no clock in this
				runtime.KeepAlive(round)
			}
		}
		c.kill()
		all.Wait()
		seen()
		c = spawn(t, dir)
		answer, err := owner.Get(c.base + "/")
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("round %d: the owner's session gets %d, want 200\n%s", round, answer.StatusCode, c.log)
		}
	}
	// One was answered to the owner and refunded. A guess that was charged and
	// not answered is lost to the attacker.
	if evaluated > 20 {
		t.Errorf("guesses evaluated in 40 lives: got %d, want at most 20", evaluated)
	}
	if evaluated < 5 {
		t.Errorf("guesses evaluated in 40 lives: got %d; this test tests nothing", evaluated)
	}
	if status := c.comeIn(newChildBrowser(t), "203.0.113.2", codeAt(t, s.Groups(), time.Now())); status != http.StatusUnauthorized {
		t.Errorf("a single code from a new device gets %d, want 401", status)
	}
	if status := c.comeIn(owner, "203.0.113.1", code); status != http.StatusUnauthorized {
		t.Errorf("the used code gets %d, want 401", status)
	}
	c.kill() // so that the log is all here
	if !strings.Contains(c.log.String(), `codes=1 trusted=true`) {
		t.Errorf("the owner's device is not trusted any more:\n%s", c.log)
	}
}

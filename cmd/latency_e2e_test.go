//go:build e2e

package cmd

import (
	"net/http"
	"testing"
)

// A14. The attack: a thousand guesses a second, with one code, two and three.
// The owner, on a new device, is in at the first try or, on a machine that can
// do no more, at one of the next.
func TestOwnerUnderAttack(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		o := newAttackedOwner(t, storage)
		net := attackAt(o.server, 1000)
		defer net.stop()
		net.await(1000)
		for login := range 5 {
			codes := o.unusedCodes(t)
			var statuses []int
			for len(statuses) < 20 {
				status, _ := o.server.guess(newChildBrowser(t), "203.0.113.1", codes...)
				if statuses = append(statuses, status); status != http.StatusServiceUnavailable {
					break
				}
				codes = o.unusedCodes(t)
			}
			if got := statuses[len(statuses)-1]; got != http.StatusSeeOther {
				t.Errorf("login %d is answered %v, want 303 at the end", login, statuses)
			}
		}
	})
}

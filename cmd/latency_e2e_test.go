//go:build e2e

package cmd

import (
	"net/http"
	"testing"
)

// A14. The attack: a thousand guesses a second, with one code, two and three.
// The owner, on a new device, is in: attackers and server share this machine's
// processors, so that Redis may take longer than the half second that a command
// has. Such a try is not evaluated and uses nothing up, the page says to come
// again, and the owner does. How long that takes is what BenchmarkLogin says.
func TestOwnerUnderAttack(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		o := newAttackedOwner(t, storage)
		// More under way would only be a queue that is longer than half a second
		// where the machine is slow, and nobody would get in at all.
		net := attackAt(o.server, 1000, 100)
		defer net.stop()
		net.await(1000)
		for login := range 5 {
			var statuses []int
			for len(statuses) < 20 {
				status, _ := o.server.guess(newChildBrowser(t), "203.0.113.1", o.unusedCodes(t)...)
				if statuses = append(statuses, status); status != http.StatusServiceUnavailable {
					break
				}
			}
			if got := statuses[len(statuses)-1]; got != http.StatusSeeOther {
				t.Errorf("login %d is answered %v, want 303 at the end", login, statuses)
			}
		}
	})
}

//go:build e2e

package cmd

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A14. The attack: a thousand guesses a second, with one code, two and three.
// The owner, on a new device, is in: attackers and server share this machine's
// processors, so that Redis may take longer than the half second that a command
// has. Such a try is not evaluated and uses nothing up, the page says to come
// again, and the owner does. How long that takes is what BenchmarkLogin says.
func TestOwnerUnderAttack(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) { newAttackedOwner(t, storage).getsIn(t) })
}

// A14. The attack: the same, after ten thousand addresses have each failed as often
// as they may in a day. What is kept of them all costs the owner nothing.
func TestOwnerUnderALongAttack(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	var all []entry
	for i := range 10_000 {
		record := "0 3 0" + strings.Repeat(fmt.Sprint(" ", now.Add(-time.Hour).UnixMilli()), 20)
		all = append(all, entry{
			Key: fmt.Sprintf("%slogin:source:10.%d.%d.%d", redisPrefix, i>>16, i>>8&255, i&255), Text: []byte(record), Until: now.Add(23 * time.Hour).UnixMilli(),
		})
	}
	lines, end := holding(t, all...).snapshot()
	if len(lines) < compactAt {
		t.Fatalf("the state has %d bytes; this test tests nothing", len(lines))
	}
	writeFile(t, filepath.Join(dir, journalName), string(lines)+end, 0o600)
	newAttackedOwnerIn(t, dir, embeddedStorage).getsIn(t)
}

// getsIn has the owner log in five times during an attack.
func (o *attackedOwner) getsIn(t *testing.T) {
	t.Helper()
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
}

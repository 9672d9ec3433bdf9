package engineio_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"chat/chat/engineio"
	"chat/chat/engineio/enginetest"
)

// D04. The attack: open sessions, and guess the ids of others from one's own.
func TestSessionIDsAreDrawnAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sessions = 10_000
		w := newWorld(t, engineio.Config{}, newEcho(make(chan engineio.Reason, sessions)))
		ids := make([]string, sessions)
		for i := range ids {
			_, ids[i], _ = strings.Cut(w.OpenPolling(), "sid=")
		}
		enginetest.WantRandom(t, ids)
	})
}

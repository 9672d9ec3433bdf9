package engineio_test

import (
	"encoding/base32"
	"math/bits"
	"strings"
	"testing"
	"testing/synctest"

	"chat/chat/engineio"
)

// Whoever knows some session ids must not come to know others: none comes twice,
// and each bit is as often set as not, so that there is no clock and no counter
// in them.
func TestSessionIDsAreDrawnAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sessions = 2000
		w := newWorld(t, engineio.Config{}, newEcho(make(chan engineio.Reason, sessions)))
		seen, set := make(map[string]bool), make(map[int]int)
		for range sessions {
			_, sid, _ := strings.Cut(w.OpenPolling(), "sid=")
			if seen[sid] {
				t.Fatalf("%q was given twice", sid)
			}
			seen[sid] = true
			raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(sid)
			if err != nil || len(raw)*8 < 120 {
				t.Fatalf("got %q, want 120 random bits or more: %v", sid, err)
			}
			for i, b := range raw {
				for bit := range 8 {
					set[i*8+bit] += bits.OnesCount8(b >> bit & 1)
				}
			}
		}
		for bit, n := range set {
			if n < sessions*2/5 || n > sessions*3/5 {
				t.Errorf("bit %d is set in %d of %d ids, want about half", bit, n, sessions)
			}
		}
	})
}

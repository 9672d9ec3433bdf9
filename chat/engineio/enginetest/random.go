package enginetest

import (
	"encoding/base32"
	"math/bits"
	"testing"
)

// WantRandom checks that ids, in the order in which they were given, are drawn at
// random, so that whoever knows some does not come to know others: none comes
// twice, each has 120 bits or more, each bit is as often set as not, so that there
// is no clock and no counter in them, and they go up as often as down.
func WantRandom(t testing.TB, ids []string) {
	t.Helper()
	seen, set, up := make(map[string]bool), make(map[int]int), 0
	for i, id := range ids {
		if seen[id] {
			t.Fatalf("%q was given twice", id)
		}
		seen[id] = true
		if i > 0 && id > ids[i-1] {
			up++
		}
		raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(id)
		if err != nil || len(raw)*8 < 120 {
			t.Fatalf("got %q, want 120 random bits or more: %v", id, err)
		}
		for i, b := range raw {
			for bit := range 8 {
				set[i*8+bit] += bits.OnesCount8(b >> bit & 1)
			}
		}
	}
	isHalf := func(n int) bool { return n > len(ids)*2/5 && n < len(ids)*3/5 }
	for bit, n := range set {
		if !isHalf(n) {
			t.Errorf("bit %d is set in %d of %d ids, want about half", bit, n, len(ids))
		}
	}
	if !isHalf(up) {
		t.Errorf("%d of %d ids are above the one before, want about half", up, len(ids))
	}
}

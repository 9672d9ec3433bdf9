package history

import (
	"hash/maphash"
	"time"
)

// keepKeys is how long the key of an entry is known, also when the entry has
// been dropped meanwhile: long enough for every client that tries again.
const keepKeys = time.Hour

// maxSpent bounds how many keys of dropped entries are known, whatever their
// age. It takes hundreds of dropped messages a second to come there.
const maxSpent = 1 << 19

// A key is the hash of a room's name and the Key of an entry in it; 0 is none.
// The seed is secret, so that nobody can choose keys that meet.
type key uint64

// keys finds the entry of a key, for those that are kept and those that were
// dropped lately.
type keys struct {
	seed  maphash.Seed
	found map[key]place
	spent []spentKey // of dropped entries, in the order in which they went
}

type spentKey struct {
	key key
	at  place
}

func newKeys() keys { return keys{seed: maphash.MakeSeed(), found: make(map[key]place)} }

func (k *keys) of(room, text string) key {
	if text == "" {
		return 0
	}
	var h maphash.Hash
	h.SetSeed(k.seed)
	_, _ = h.WriteString(room)
	_ = h.WriteByte(0xff) // It stands in no name that is UTF-8.
	_, _ = h.WriteString(text)
	return key(max(h.Sum64(), 1))
}

func (k *keys) find(one key) (place, bool) {
	if one == 0 {
		return place{}, false
	}
	at, ok := k.found[one]
	return at, ok
}

// hold notes the key of an entry that is kept.
func (k *keys) hold(s slot) {
	if s.key != 0 {
		k.found[s.key] = s.place()
	}
}

// spend notes that the entry of a key has been dropped.
func (k *keys) spend(one key, at place) {
	if one != 0 {
		k.spent = append(k.spent, spentKey{one, at})
	}
}

// forget forgets the keys of dropped entries that are old enough, or too many.
func (k *keys) forget(now time.Time) {
	until := uint64(max(now.Add(-keepKeys).UnixMilli(), 0))
	for len(k.spent) > 0 && (k.spent[0].at.ms < until || len(k.spent) > maxSpent) {
		one := k.spent[0]
		k.spent = k.spent[1:]
		if k.found[one.key] == one.at {
			delete(k.found, one.key)
		}
	}
}

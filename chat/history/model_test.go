package history_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"chat/chat/history"
)

// A model is what a log must hold, in the simplest way: lists.
type model struct {
	*world
	random *rand.Rand
	seed   uint64

	rooms map[string][]history.Entry // all that was ever stored
	kept  map[string]int             // the last so many of them are kept
}

const (
	modelMessages = 20
	modelAge      = 30 * time.Minute
)

// Whatever happens, in any order, a log does what its model does: people speak,
// send again, read, time passes, the server is restarted.
func TestModel(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		o.Retention = history.Retention{Messages: modelMessages, Age: modelAge, Bytes: 1 << 20}
		o.SegmentBytes(16 << 10)
		o.Sync(func(*os.File) error { return nil })
		seed := rand.Uint64()
		m := &model{
			world: open(t, o), seed: seed, random: rand.New(rand.NewPCG(seed, 0)),
			rooms: make(map[string][]history.Entry), kept: make(map[string]int),
		}
		for range 3000 {
			m.step()
		}
	})
}

func (m *model) step() {
	room := []string{"a", "b", "c", "d"}[min(m.random.IntN(8), 3)] // d is the busy one
	switch n := m.random.IntN(100); {
	case n < 60:
		m.speak(room)
	case n < 90:
		m.check(room)
	case n < 98:
		m.pass(time.Duration(m.random.ExpFloat64()*60_000) * time.Millisecond)
	case m.options.Dir != "" && n == 99:
		m.reopen()
		m.trim()
		m.checkFiles()
	}
}

// speak stores a new entry, or one that may be there already.
func (m *model) speak(room string) {
	e := history.Entry{Key: fmt.Sprint(m.random.IntN(500)), Data: make([]byte, m.random.IntN(2000))}
	if m.random.IntN(5) == 0 {
		e.File = fmt.Sprint("file", m.random.IntN(10))
	}
	first, known := m.find(room, e.Key)
	a := m.try(room, e)
	if a.err != nil {
		m.t.Fatalf("seed %d: storing: %v", m.seed, a.err)
	}
	if known && (!a.again || a.entry.ID != first.ID) {
		m.t.Fatalf("seed %d: key %s in %s is stored again as %s, it was %s", m.seed, e.Key, room, a.entry.ID, first.ID)
	}
	if !a.again {
		e.ID = a.entry.ID
		m.rooms[room] = append(m.rooms[room], e)
		m.kept[room] = min(m.kept[room]+1, modelMessages)
	}
	m.trim()
}

// find returns the last entry of a key, if the log must know it: it is kept, or
// not an hour old.
func (m *model) find(room, key string) (history.Entry, bool) {
	list := m.rooms[room]
	for i, e := range slices.Backward(list) {
		if e.Key == key {
			return e, i >= len(list)-m.kept[room] || m.clock().Sub(e.ID.Time()) < time.Hour
		}
	}
	return history.Entry{}, false
}

// trim drops what is too old.
func (m *model) trim() {
	for room, list := range m.rooms {
		for n := m.kept[room]; n > 0 && m.clock().Sub(list[len(list)-n].ID.Time()) > modelAge; n-- {
			m.kept[room] = n - 1
		}
	}
}

// check reads a page behind an entry, and one in front of it.
func (m *model) check(room string) {
	all := m.rooms[room]
	if len(all) == 0 {
		return
	}
	first := len(all) - m.kept[room]
	at := m.random.IntN(len(all))
	limit := 1 + m.random.IntN(30)

	from := max(at+1, first)
	want := all[from:min(from+limit, len(all))]
	page, more, gap, err := m.After(m.t.Context(), room, all[at].ID, limit)
	if err != nil || !alike(page, want) || more != (from+limit < len(all)) {
		m.t.Fatalf("seed %d: after %d of %d, %d kept: %d entries, more is %t, %v; want %d", m.seed, at, len(all), len(all)-first, len(page), more, err, len(want))
	}
	if lost := at+1 < first; lost && !gap || at >= first && gap {
		m.t.Fatalf("seed %d: after %d of %d, %d kept: gap is %t", m.seed, at, len(all), len(all)-first, gap)
	}

	until := max(at, first)
	want = all[max(first, until-limit):until]
	page, more, err = m.Before(m.t.Context(), room, all[at].ID, limit)
	if err != nil || !alike(page, want) || more != (until-limit > first) {
		m.t.Fatalf("seed %d: before %d of %d, %d kept: %d entries, more is %t, %v; want %d", m.seed, at, len(all), len(all)-first, len(page), more, err, len(want))
	}
}

// checkFiles compares what the log and the model say of uploads.
func (m *model) checkFiles() {
	want := make(map[string]bool)
	for room, list := range m.rooms {
		for _, e := range list[len(list)-m.kept[room]:] {
			if e.File != "" {
				want[room+"/"+e.File] = true
			}
		}
	}
	got := make(map[string]bool)
	for room, file := range m.Files() {
		got[room+"/"+file] = true
	}
	if !maps.Equal(got, want) {
		m.t.Fatalf("seed %d: files are %v, want %v", m.seed, got, want)
	}
}

func alike(a, b []history.Entry) bool {
	return slices.EqualFunc(a, b, func(a, b history.Entry) bool {
		return a.ID == b.ID && a.Key == b.Key && a.File == b.File && len(a.Data) == len(b.Data)
	})
}

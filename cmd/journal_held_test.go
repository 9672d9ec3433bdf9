package cmd

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// attacked are the counters that a crowd of guessers leaves, each from a network of
// its own: n sources and networks, all of which last for a day and some for longer.
func attacked(n int) []entry {
	list, day := make([]entry, n), time.Now().Add(24*time.Hour).UnixMilli()
	for i := range list {
		name, host := "network:10.%d.%d.0/24", i/2
		if i%2 == 0 {
			name = "source:10.%d.%d.1"
		}
		list[i] = entry{
			Key:   redisPrefix + "login:" + fmt.Sprintf(name, host>>8, host&255),
			Text:  []byte("0 0 0 1767225600000"),
			Until: day + int64(i),
		}
	}
	return list
}

// valued are entries that stand for more than work that is saved.
var valued = []entry{
	{Key: "chat:login:guard", Hash: map[string][]byte{"single": []byte("1")}},
	{Key: "chat:login:devices", Hash: map[string][]byte{"d": []byte("1")}, Until: time.Now().Add(time.Hour).UnixMilli()},
	{Key: "chat:session:source:", Text: []byte("{}"), Until: time.Now().Add(time.Hour).UnixMilli()},
	{Key: "chat:sessions", Sorted: map[string]float64{"source:": 1}},
	{Key: "chat:steps:1767225600", Sorted: map[string]float64{"59848646": 59848646}},
}

// keepsWhatCounts checks what is left of a crowd: few of it, of these who ends last,
// and everything else.
func keepsWhatCounts(t *testing.T, m *miniredis.Miniredis, last entry) {
	t.Helper()
	keys := m.Keys()
	if n := len(keys); n > maxSources+len(valued) || n < keptSources {
		t.Errorf("%d keys are left, want %d to %d", n, keptSources, maxSources)
	}
	for _, e := range append(slices.Clone(valued), last) {
		if !m.Exists(e.Key) {
			t.Errorf("%s is gone", e.Key)
		}
	}
}

// The attack: guess from so many addresses that what is remembered of them fills the
// memory and the disk.
func TestSourcesAreBounded(t *testing.T) {
	k, crowd := keeperOf(t), attacked(maxSources+5_000)
	for part := range slices.Chunk(append(slices.Clone(valued), crowd...), 500) {
		keys := make([]string, len(part))
		for i, e := range part {
			keys[i] = e.Key
		}
		err := k.during(t.Context(), keys, func() error {
			fillStore(k.m, part)
			return nil
		})
		if err != nil {
			t.Fatalf("writing: %v", err)
		}
		if n := len(k.m.Keys()); n > maxSources+len(valued) || n != len(k.journal.live) {
			t.Fatalf("it holds %d keys and remembers %d", n, len(k.journal.live))
		}
	}
	keepsWhatCounts(t, k.m, crowd[len(crowd)-1])
	if k.m.Exists(crowd[0].Key) {
		t.Error("who ended first is still there")
	}
	// What was dropped is nothing for whoever comes next, and may come back.
	err := k.during(t.Context(), []string{crowd[0].Key}, func() error { return k.m.Set(crowd[0].Key, "0 0 0 1") })
	if err != nil || string(k.journal.live[crowd[0].Key].Text) != "0 0 0 1" {
		t.Errorf("somebody who was forgotten: got %v, %v", k.journal.live[crowd[0].Key], err)
	}
}

// The attack: guess from ever new addresses, day after day. Of keys that have ended
// the store remembers nothing, or at least little.
func TestStoreForgetsKeys(t *testing.T) {
	m := miniredis.NewMiniRedis()
	before := heap()
	for round := range 24 {
		for i := range 5_000 {
			key := fmt.Sprintf("chat:login:source:2001:db8:%x:%x::/64", round, i)
			if err := m.Set(key, "0 0 0 1767225600000"); err != nil {
				t.Fatal(err)
			}
			m.SetTTL(key, time.Second)
		}
		pass(m, 2*time.Second)
	}
	if n := len(m.Keys()); n != 0 {
		t.Errorf("%d keys are left, want none", n)
	}
	if grown := int64(heap()) - int64(before); grown > 6<<20 {
		t.Errorf("after 120,000 keys the heap has grown by %d MB, want 6 at most", grown>>20)
	}
	runtime.KeepAlive(m)
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

func fillStore(m *miniredis.Miniredis, entries []entry) {
	live := make(map[string]entry)
	for _, e := range entries {
		live[e.Key] = e
	}
	restore(m, live, time.Now())
}

// The same attack, and a start with what it left: it reads what is there, and keeps
// no more than it would have while it ran.
func TestStartAfterACrowd(t *testing.T) {
	t.Parallel()
	dir, crowd := t.TempDir(), attacked(180_000)
	lines, end := holding(t, append(slices.Clone(valued), crowd...)...).snapshot()
	path := filepath.Join(dir, journalName)
	writeFile(t, path, string(lines)+end, 0o600)
	j, flaw, err := openJournal(dir, time.Now())
	if err != nil || flaw != nil {
		t.Fatalf("opening it: %v, %v", flaw, err)
	}
	defer j.close()
	m := miniredis.NewMiniRedis()
	restore(m, j.live, time.Now())
	keepsWhatCounts(t, m, crowd[len(crowd)-1])
	b, err := os.ReadFile(path)
	if n := bytes.Count(b, []byte("\n")); err != nil || n > maxSources+len(valued)+2 {
		t.Errorf("the file has %d lines, %v, want what is kept", n, err)
	}
}

// What a crowd costs a server that starts.
func BenchmarkStartAfterACrowd(b *testing.B) {
	lines, end := holding(b, attacked(180_000)...).snapshot()
	text := string(lines) + end
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		writeFile(b, filepath.Join(dir, journalName), text, 0o600)
		b.StartTimer()
		_, stop, err := startEmbedded(dir, time.Hour, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		stop()
		b.StartTimer()
	}
}

// What a crowd costs everybody once a second: nobody is served meanwhile.
func BenchmarkTickAfterACrowd(b *testing.B) {
	j := holding(b, attacked(180_000)...)
	j.thin()
	m := miniredis.NewMiniRedis()
	restore(m, j.live, time.Now())
	for b.Loop() {
		m.FastForward(time.Millisecond)
	}
}

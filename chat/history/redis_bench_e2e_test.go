//go:build e2e

package history_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// usual is what a room keeps if nobody says otherwise.
var usual = history.Retention{Messages: 1000, Age: 7 * 24 * time.Hour, Bytes: 16 << 20}

// Fifty people talk in one room, each as soon as the last message was
// acknowledged. Beside the time of a message it reports how many there are in a
// second, how long half of them and one in a hundred waits, and how many
// commands Redis is sent for each.
func BenchmarkRedisAppend(b *testing.B) {
	for _, test := range []struct {
		name    string
		servers int
		keep    history.Retention
		fsync   string
	}{
		{"one server", 1, history.Retention{}, "everysec"},
		{"one server that drops old ones", 1, usual, "everysec"},
		{"two servers", 2, usual, "everysec"},
		{"two servers, each batch synced", 2, usual, "always"},
	} {
		b.Run(test.name, func(b *testing.B) {
			r := redistest.StartProcess(b, "--appendfsync", test.fsync)
			var peers []*peer
			for range test.servers {
				p := join(b, r, retain(test.keep))
				p.follow("den")
				peers = append(peers, p)
			}
			talkInBench(b, r, peers)
		})
	}
}

func talkInBench(b *testing.B, r *redistest.Redis, peers []*peer) {
	const writers = 50
	data := []byte(strings.Repeat("x", 200))
	took := make([][]time.Duration, writers)
	c := r.Client(b)
	before := calls(b, c)
	b.ResetTimer()
	start := time.Now()
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := w; i < b.N; i += writers {
				sent := time.Now()
				if a := peers[w%len(peers)].try("den", history.Entry{Key: fmt.Sprint(i), Data: data}); a.err != nil {
					b.Errorf("Append: %v", a.err)
				}
				took[w] = append(took[w], time.Since(sent))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	times := slices.Concat(took...)
	slices.Sort(times)
	b.ReportMetric(float64(len(times))/time.Since(start).Seconds(), "msgs/s")
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "median-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(calls(b, c)-before)/float64(b.N), "scripts/msg")
}

// A thousand rooms are caught up with after the connection broke, while
// something was said in each of them.
func BenchmarkRedisCatchUp(b *testing.B) {
	const rooms = 1000
	r := redistest.StartProcess(b)
	speaker, hearer := join(b, r), join(b, r)
	var heard []*hearing
	for i := range rooms {
		heard = append(heard, hearer.follow(fmt.Sprint(i)))
	}
	for n := 1; b.Loop(); n++ {
		hearer.faults.Break()
		for i := range rooms {
			speaker.Append(fmt.Sprint(i), history.Entry{Key: fmt.Sprint(n)}, func(history.Entry, bool, error) {})
		}
		for _, h := range heard {
			h.await(b, n)
		}
	}
}

// Reading the latest page of a room, as everybody does who comes in.
func BenchmarkRedisBefore(b *testing.B) {
	p := join(b, redistest.StartProcess(b))
	for i := range 200 {
		p.say("den", fmt.Sprint(i, strings.Repeat("x", 200)))
	}
	for b.Loop() {
		if page, _, err := p.Before(context.Background(), "den", "", 50); err != nil || len(page) != 50 {
			b.Fatalf("Before: got %d, %v", len(page), err)
		}
	}
}

// Somebody edits what was just said, in a room that has so many entries of a
// size.
func BenchmarkRedisBlank(b *testing.B) {
	for _, test := range []struct{ entries, bytes int }{{10, 200}, {1000, 200}, {1000, 16 << 10}} {
		b.Run(fmt.Sprint(test.entries, " of ", test.bytes), func(b *testing.B) {
			p := join(b, redistest.StartProcess(b, "--appendfsync", "everysec"), retain(history.Retention{Messages: test.entries, Age: usual.Age}))
			text := strings.Repeat("x", test.bytes)
			sayTimes(p, "den", test.entries, text)
			last := p.say("den", text)
			for b.Loop() {
				a := p.try("den", history.Entry{Data: []byte(text), Blanks: []history.Blank{{ID: last, Data: []byte("x")}}})
				if a.err != nil {
					b.Fatal(a.err)
				}
				last = a.entry.ID
			}
		})
	}
}

// How much of Redis an entry takes, in a room as one usually is.
func BenchmarkRedisMemory(b *testing.B) {
	const entries, bytes = 1000, 250
	for b.Loop() {
		r := redistest.StartProcess(b)
		sayTimes(join(b, r), "den", entries, strings.Repeat("x", bytes))
		c, used := r.Client(b), int64(0)
		for _, key := range c.Keys(b.Context(), "*").Val() {
			used += c.MemoryUsage(b.Context(), key, 0).Val()
		}
		b.ReportMetric(float64(used)/entries, "bytes/entry")
	}
}

// sayTimes says the same many times.
func sayTimes(p *peer, room string, times int, text string) {
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range times / 20 {
				p.say(room, text)
			}
		})
	}
	all.Wait()
}

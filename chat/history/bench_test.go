//go:build unix

package history_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"chat/chat/history"
)

// BenchmarkAppend stores messages of 200 bytes in ten rooms, with so many on
// their way at any time. It reports the time from Append to done, and the
// processor time of it all.
func BenchmarkAppend(b *testing.B) {
	for _, inFlight := range []int{1, 50, 1000} {
		b.Run(fmt.Sprint(inFlight), func(b *testing.B) {
			d, err := history.OpenDisk(history.Options{Dir: b.TempDir(), Retention: history.Retention{Messages: 1000}})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close(context.Background())
			data := []byte(strings.Repeat("x", 200))
			keys := make([]string, b.N)
			for i := range keys {
				keys[i] = fmt.Sprintf("%026d", i)
			}
			took := make([]time.Duration, b.N)
			slots := make(chan struct{}, inFlight)
			var wg sync.WaitGroup
			rooms := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
			b.ReportAllocs()
			before := cpuTime()
			b.ResetTimer()
			for i := range b.N {
				slots <- struct{}{}
				wg.Add(1)
				start := time.Now()
				d.Append(rooms[i%len(rooms)], history.Entry{Key: keys[i], Data: data}, func(_ history.Entry, _ bool, err error) {
					if took[i] = time.Since(start); err != nil {
						b.Error(err)
					}
					<-slots
					wg.Done()
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64((cpuTime()-before).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "median-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acks/s")
		})
	}
}

// BenchmarkIdleRooms reports what the index of 10,000 rooms with 10 messages
// each takes, after a restart.
func BenchmarkIdleRooms(b *testing.B) {
	const rooms = 10_000
	dir := b.TempDir()
	fill(b, dir, rooms, 10)
	for b.Loop() {
		before := heap()
		d, err := history.OpenDisk(history.Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(heap()-before)/rooms, "B/room")
		if err := d.Close(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen starts with 100,000 and 1,000,000 entries of 200 bytes.
func BenchmarkOpen(b *testing.B) {
	for _, messages := range []int{100, 1000} {
		b.Run(fmt.Sprint(1000*messages), func(b *testing.B) {
			dir := b.TempDir()
			fill(b, dir, 1000, messages)
			before := heap()
			for b.Loop() {
				d, err := history.OpenDisk(history.Options{Dir: dir})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				b.ReportMetric(float64(heap()-before)/float64(1000*messages), "B/entry")
				if err := d.Close(context.Background()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// BenchmarkRead reads the page that a client gets who joins, of messages that
// are in memory, and of such that are on the disk.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir, 1, 1000)
	d, err := history.OpenDisk(history.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close(context.Background())
	read := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if page, _, err := d.Before(context.Background(), "room-00000000000000000000", "", 50); len(page) != 50 || err != nil {
				b.Fatalf("%d entries, %v", len(page), err)
			}
		}
	}
	b.Run("disk", read)
	done := make(chan struct{}, 100)
	for range cap(done) {
		d.Append("room-00000000000000000000", history.Entry{Data: make([]byte, 200)}, func(history.Entry, bool, error) { done <- struct{}{} })
	}
	for range cap(done) {
		<-done
	}
	b.Run("memory", read)
}

// fill makes a log with so many messages of 200 bytes in each of its rooms.
func fill(b *testing.B, dir string, rooms, messages int) {
	b.Helper()
	d, err := history.OpenDisk(history.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	data := []byte(strings.Repeat("x", 200))
	slots := make(chan struct{}, 5000)
	for m := range messages {
		for r := range rooms {
			slots <- struct{}{}
			e := history.Entry{Key: fmt.Sprintf("%026d", m), Data: data}
			d.Append(fmt.Sprintf("room-%020d", r), e, func(_ history.Entry, _ bool, err error) {
				if err != nil {
					b.Error(err)
				}
				<-slots
			})
		}
	}
	if err := d.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// cpuTime is what this process has used of the processors.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() uint64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

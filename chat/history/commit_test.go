package history_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/history"
)

// Eight people answer each other as fast as they can, on a disk that takes a
// millisecond a sync. They share syncs. One who is alone waits for the disk and
// for nothing else.
func TestGroupCommit(t *testing.T) {
	const each, thinking, syncing = 20, 50 * time.Microsecond, time.Millisecond
	for _, c := range []struct {
		people, syncs int
		took          time.Duration
	}{
		{people: 1, syncs: 1 + each, took: syncing + each*(thinking+syncing)}, // the first is of the new file
		{people: 8, syncs: 1 + each + 5, took: syncing + each*(thinking+syncing+time.Millisecond)},
	} {
		t.Run(fmt.Sprint(c.people), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				syncs := 0
				o := history.Options{Dir: dir}
				o.Sync(func(*os.File) error {
					time.Sleep(syncing)
					syncs++
					return nil
				})
				d, err := history.OpenDisk(o)
				if err != nil {
					t.Fatal(err)
				}
				before, syncsBefore := time.Now(), syncs
				talk(t, d, c.people, each, thinking)
				took, syncs := time.Since(before), syncs-syncsBefore
				if err := d.Close(context.Background()); err != nil {
					t.Fatal(err)
				}
				if syncs > c.syncs || took > c.took {
					t.Errorf("%d entries of each of %d people took %d syncs and %v, want at most %d and %v",
						each, c.people, syncs, took, c.syncs, c.took)
				}
			})
		})
	}
}

// talk has people say things, each the next a while after the one before is
// stored.
func talk(t *testing.T, d *history.Disk, people, each int, thinking time.Duration) {
	var talking sync.WaitGroup
	for i := range people {
		talking.Go(func() {
			time.Sleep(time.Duration(i) * thinking)
			for n := range each {
				time.Sleep(thinking)
				stored := make(chan error)
				d.Append("room", history.Entry{Key: fmt.Sprint(i, " ", n), Data: []byte("text")}, func(_ history.Entry, _ bool, err error) {
					stored <- err
				})
				if err := <-stored; err != nil {
					t.Error(err)
				}
			}
		})
	}
	talking.Wait()
}

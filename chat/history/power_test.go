//go:build linux || darwin

package history_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"chat/chat/history"
)

// The machine loses power while people speak and segments are begun, rewritten
// and removed. The disk keeps what was synced, and any part of what was not. What
// was acknowledged before is there, in order, once.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 40, Bytes: 64 << 10}}
	o.SegmentBytes(4 << 10)
	d := &platter{dir: o.Dir, data: make(map[uint64][]byte)}
	o.Sync(d.sync)
	t.Cleanup(d.close)
	w := open(t, o)
	acked := make(map[string][]ack)
	losses := 0
	for round := range 30 {
		var said sync.WaitGroup
		var mu sync.Mutex
		for i := range 40 {
			room := "busy"
			if i == 0 {
				room = "quiet"
			}
			key := fmt.Sprint(round, "-", i)
			said.Add(1)
			w.Append(room, history.Entry{Key: key, Data: make([]byte, 100+rand.N(100))}, func(e history.Entry, _ bool, err error) {
				defer said.Done()
				if err != nil {
					t.Errorf("storing: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				acked[room] = append(acked[room], ack{room, key, e.ID})
			})
			if rand.N(20) == 0 {
				mu.Lock()
				before := map[string][]ack{"busy": acked["busy"], "quiet": acked["quiet"]}
				mu.Unlock()
				d.check(t, o, before)
				losses++
			}
		}
		said.Wait()
	}
	d.check(t, o, acked)
	if losses < 20 {
		t.Errorf("the power was lost %d times; that is not much of a test", losses)
	}
}

// A platter is what a disk holds for sure: the names of a folder when that was
// synced last, and for each file what it held when it was.
type platter struct {
	dir string

	mu    sync.Mutex
	names map[string]uint64 // the number of the file; guarded by mu
	data  map[uint64][]byte // by number; guarded by mu
	held  []*os.File        // guarded by mu
}

// sync brings a file or the folder to the disk.
func (p *platter) sync(f *os.File) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	number, err := numberOf(f.Name())
	if err != nil {
		return err
	}
	if f.Name() != p.dir {
		if _, known := p.data[number]; !known {
			if err := p.hold(f.Name()); err != nil {
				return err
			}
		}
		b, err := os.ReadFile(f.Name())
		p.data[number] = b
		return err
	}
	list, err := os.ReadDir(p.dir)
	p.names = make(map[string]uint64)
	for _, e := range list {
		if n, err := numberOf(filepath.Join(p.dir, e.Name())); err == nil { // Or it was removed just now.
			p.names[e.Name()] = n
		}
	}
	return err
}

// hold keeps the number of a file from being given to another one.
func (p *platter) hold(path string) error {
	f, err := os.Open(path)
	if err == nil {
		p.held = append(p.held, f)
	}
	return err
}

// close lets go of all files.
func (p *platter) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.held {
		_ = f.Close() // It was not even read.
	}
}

func numberOf(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Sys().(*syscall.Stat_t).Ino, nil
}

// check starts a server on what is left after the power was lost.
func (p *platter) check(t *testing.T, o history.Options, acked map[string][]ack) {
	t.Helper()
	o.Dir = t.TempDir()
	o.Sync(func(*os.File) error { return nil })
	p.mu.Lock()
	for name, number := range p.names {
		b := p.data[number]
		// Of what was written since, the disk may have a part.
		if now, err := os.ReadFile(filepath.Join(p.dir, name)); err == nil && bytes.HasPrefix(now, b) {
			b = now[:len(b)+rand.N(len(now)-len(b)+1)]
		}
		write(t, filepath.Join(o.Dir, name), b)
	}
	p.mu.Unlock()
	w := open(t, o)
	defer w.close()
	for room, list := range acked {
		checkAcked(t, w, room, list)
	}
}

package history_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// A peer is the log of one of several servers on a Redis.
type peer struct {
	*history.Redis
	t      testing.TB
	faults *redistest.Faults
	logged *logbook
}

// join opens a log on a Redis, as a server does.
func join(t testing.TB, r *redistest.Redis, change ...func(*history.RedisOptions)) *peer {
	t.Helper()
	p := &peer{t: t, faults: &redistest.Faults{}, logged: &logbook{}}
	o := history.RedisOptions{Client: r.Through(t, p.faults.Dial), Log: slog.New(slog.NewTextHandler(p.logged, nil))}
	for _, f := range change {
		f(&o)
	}
	var err error
	if p.Redis, err = history.OpenRedis(o); err != nil {
		t.Fatalf("OpenRedis: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

// logbook is what a peer logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// try appends an entry and waits for the answer.
func (p *peer) try(room string, e history.Entry) answer {
	c := make(chan answer, 1)
	p.Append(room, e, func(stored history.Entry, again bool, err error) { c <- answer{stored, again, err} })
	return <-c
}

// say stores a new text, like a person whose client tries again.
func (p *peer) say(room, text string) history.ID {
	p.t.Helper()
	return p.insist(room, history.Entry{Key: "say " + rand.Text(), Data: []byte(text)}).entry.ID
}

// insist tries an entry until it is stored.
func (p *peer) insist(room string, e history.Entry) (a answer) {
	p.t.Helper()
	insist(p.t, func() error {
		a = p.try(room, e)
		return a.err
	})
	return a
}

// insist does something until Redis is there for it.
func insist(t testing.TB, try func() error) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; {
		err := try()
		switch {
		case err == nil:
			return
		case !errors.Is(err, history.ErrUnavailable):
			t.Fatalf("trying: %v", err)
		case time.Now().After(end):
			t.Fatalf("trying for 20 s: %v", err)
		}
	}
}

// all reads a room page by page from its start.
func (p *peer) all(room string) (list []history.Entry) {
	p.t.Helper()
	after, more := history.ID(""), true
	for more {
		insist(p.t, func() error {
			page, later, _, err := p.After(context.Background(), room, after, 100)
			if err == nil {
				list, more = append(list, page...), later
			}
			return err
		})
		if len(list) > 0 {
			after = list[len(list)-1].ID
		}
	}
	return list
}

// A hearing is what a follower was told.
type hearing struct {
	last history.ID
	told chan struct{} // of something, at least once since it was last received from

	mu   sync.Mutex
	list []history.Entry // guarded by mu
}

// follow follows a room until the test ends.
func (p *peer) follow(room string) *hearing {
	p.t.Helper()
	h := &hearing{told: make(chan struct{}, 1)}
	insist(p.t, func() (err error) {
		h.last, err = p.Follow(room, h.deliver)
		return err
	})
	return h
}

func (h *hearing) deliver(e history.Entry) {
	h.mu.Lock()
	h.list = append(h.list, e)
	h.mu.Unlock()
	select {
	case h.told <- struct{}{}:
	default:
	}
}

func (h *hearing) entries() []history.Entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.list)
}

// await waits until n entries were told.
func (h *hearing) await(t testing.TB, n int) []history.Entry {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		if list := h.entries(); len(list) >= n {
			return list
		}
		select {
		case <-h.told:
		case <-limit:
			t.Fatalf("told of %d entries within 20 s, want %d: %s", len(h.entries()), n, short(h.entries()))
		}
	}
}

func ids(list []history.Entry) (ids []history.ID) {
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return ids
}

// same fails the test unless both are the same entries in the same order.
func same(t testing.TB, what string, got, want []history.Entry) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d entries, want %d\ngot  %s\nwant %s", what, len(got), len(want), short(got), short(want))
	}
	for i := range got {
		if got[i].ID != want[i].ID || got[i].Key != want[i].Key || !bytes.Equal(got[i].Data, want[i].Data) {
			t.Fatalf("%s: entry %d is %.200v, want %.200v", what, i, got[i], want[i])
		}
	}
}

func short(list []history.Entry) string { return fmt.Sprintf("%.500s", texts(list)) }

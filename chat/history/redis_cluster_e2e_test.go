//go:build e2e

package history_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	uploads "chat/chat/files"
	"chat/chat/history"
	"chat/chat/internal/redistest"
	"chat/chat/relay"
)

// Rooms are spread over a Redis Cluster of three processes. Two servers keep one
// order in each, also while a room moves to another node; they see who is with
// the other, and have one another's files.
func TestRedisCluster(t *testing.T) {
	t.Parallel()
	c := redistest.StartCluster(t)
	peers := []*peer{joinCluster(t, c), joinCluster(t, c)}
	const rooms, writers, each = 12, 4, 5
	heard := make(map[string][]*hearing)
	var names []string
	for i := range rooms {
		room := fmt.Sprint("room-", i)
		names = append(names, room)
		for _, p := range peers {
			heard[room] = append(heard[room], p.follow(room))
		}
	}
	talk := func(round int) {
		var all sync.WaitGroup
		for _, room := range names {
			for w := range writers {
				all.Go(func() {
					for i := range each {
						peers[(w+i)%2].insist(room, history.Entry{Key: fmt.Sprint(round, w, i), Data: fmt.Append(nil, round, w, i)})
					}
				})
			}
		}
		if round > 0 {
			for _, room := range names[:4] {
				from := c.Holder("{" + room + "}")
				c.Move(t, "{"+room+"}", from, (from+round)%3)
			}
		}
		all.Wait()
		for _, room := range names {
			want := peers[0].all(room)
			if len(want) != (round+1)*writers*each || !slices.IsSorted(ids(want)) {
				t.Fatalf("%s has %d entries, want %d in order", room, len(want), (round+1)*writers*each)
			}
			for i, h := range heard[room] {
				same(t, fmt.Sprintf("%s on server %d", room, i), h.await(t, len(want)), want)
			}
		}
	}
	talk(0)
	for _, node := range c.Nodes {
		if n := node.DBSize(t.Context()).Val(); n == 0 {
			t.Errorf("a node has nothing; the rooms are not spread")
		}
	}
	talk(1)
	clusterRelay(t, c)
	clusterFiles(t, c)
}

func joinCluster(t *testing.T, c *redistest.Cluster) *peer {
	t.Helper()
	return join(t, redistest.Embedded(t), func(o *history.RedisOptions) { o.Client = c.Client(t) })
}

// ear hears what a relay hears.
type ear chan string

func (e ear) Said(payload []byte)               { e <- "said " + string(payload) }
func (e ear) Here(server string, people []byte) { e <- "here " + string(people) }

func clusterRelay(t *testing.T, c *redistest.Cluster) {
	t.Helper()
	var relays []*relay.Relay
	var ears []ear
	for range 2 {
		r, err := relay.New(c.Client(t), relay.Options{})
		if err != nil {
			t.Fatalf("opening a relay: %v", err)
		}
		t.Cleanup(r.Close)
		e := make(ear, 10)
		for i := range 6 {
			if err := r.Join(fmt.Sprint("room-", i), e); err != nil {
				t.Fatalf("Join: %v", err)
			}
		}
		relays, ears = append(relays, r), append(ears, e)
	}
	next := func(e ear, want string) {
		t.Helper()
		select {
		case got := <-e:
			if got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("heard nothing for 20 s, want %q", want)
		}
	}
	for i := range 6 {
		relays[0].Here(fmt.Sprint("room-", i), []byte("ann"))
		next(ears[1], "here ann")
		relays[1].Say(fmt.Sprint("room-", i), []byte("typing"))
		next(ears[0], "said typing")
	}
}

func clusterFiles(t *testing.T, c *redistest.Cluster) {
	t.Helper()
	var servers []*uploads.Redis
	for range 2 {
		f, err := uploads.OpenRedis(c.Client(t), "", 8<<20, 1<<20)
		if err != nil {
			t.Fatalf("opening the files: %v", err)
		}
		servers = append(servers, f)
	}
	body := strings.Repeat("x", 600_000)
	for i := range 4 {
		room := fmt.Sprint("room-", i)
		name, _, err := servers[0].Save(t.Context(), room, strings.NewReader(body))
		if err != nil {
			t.Fatalf("Save: %v", err)
		}
		in, err := servers[1].Open(t.Context(), room, name)
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		if got, err := io.ReadAll(in); string(got) != body || err != nil {
			t.Errorf("read %d bytes, %v; want %d", len(got), err, len(body))
		}
	}
}

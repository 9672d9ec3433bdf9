package history_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// Somebody floods one room, by two servers. All rooms together keep to the limit,
// and the flood pays for it: what others said in theirs stays.
func TestRedisKeepsToItsSize(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		const limit = 200 << 10
		small := func(o *history.RedisOptions) { o.Retention = history.Retention{Bytes: limit, Age: time.Hour} }
		peers := []*peer{join(t, r, small), join(t, r, small)}
		const others, each = 10, 4 << 10
		for i := range others {
			peers[i%2].insist(fmt.Sprint("quiet", i), history.Entry{Data: bytes.Repeat([]byte("q"), each)})
		}
		for i := range 40 {
			peers[i%2].insist("flood", history.Entry{Data: bytes.Repeat([]byte("f"), each)})
			peers[i%2].insist("deluge", history.Entry{Data: bytes.Repeat([]byte("d"), each)})
		}
		kept := func(room string) int { return len(peers[0].all(room)) }
		eventually(t, "all rooms within the limit", func() bool {
			return (others+kept("flood")+kept("deluge"))*each <= limit
		})
		for i := range others {
			if n := kept(fmt.Sprint("quiet", i)); n != 1 {
				t.Errorf("a quiet room has %d entries, want the one that was said", n)
			}
		}
		if flood, deluge := kept("flood"), kept("deluge"); flood < 5 || deluge < 5 {
			t.Errorf("%d and %d entries are left of the floods, want no more gone than must", flood, deluge)
		}
		// And they go on.
		if last := peers[1].say("flood", "still here"); peers[0].all("flood")[kept("flood")-1].ID != last {
			t.Error("what is said last is not the last")
		}
	})
}

// Many rooms in each of which one thing was said are too much together. They go,
// each as a whole, and can be talked in again.
func TestRedisLetsGoOfWholeRooms(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		const limit, each, rooms = 64 << 10, 16 << 10, 12
		p := join(t, r, func(o *history.RedisOptions) { o.Retention = history.Retention{Bytes: limit} })
		for i := range rooms {
			p.insist(fmt.Sprint("room", i), history.Entry{Data: bytes.Repeat([]byte("x"), each)})
		}
		empty := ""
		eventually(t, "all rooms within the limit", func() bool {
			n := 0
			for i := range rooms {
				if len(p.all(fmt.Sprint("room", i))) == 1 {
					n++
				} else {
					empty = fmt.Sprint("room", i)
				}
			}
			return n*each <= limit
		})
		heard := p.follow(empty)
		want := p.say(empty, "again")
		if got := heard.await(t, 1)[0].ID; got != want {
			t.Errorf("heard %s, want %s", got, want)
		}
		if list := p.all(empty); len(list) != 1 || list[0].ID != want {
			t.Errorf("the room has %v, want what was said now", ids(list))
		}
	})
}

// Where there is no limit nothing is noted, or the notes would be kept for ever.
func TestRedisNotesNothingWithoutALimit(t *testing.T) {
	t.Parallel()
	p := join(t, redistest.Embedded(t))
	for i := range 10 {
		p.say(fmt.Sprint("room", i), "hello")
	}
	if n := p.Noted(); n != 0 {
		t.Errorf("the sizes of %d rooms are noted, want none", n)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for late := time.After(20 * time.Second); !is(); {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("20 s and not %s", what)
		}
	}
}

package chat_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"chat/chat"
	"chat/chat/history"
	"chat/chat/internal/redistest"
	"chat/chat/relay"
)

// newNeighbours makes two servers that share a Redis.
func newNeighbours(t *testing.T, r *redistest.Redis) (a, b *world) {
	t.Helper()
	return sharing(t, r.Client(t)), sharing(t, r.Client(t))
}

// sharing makes a server that has its rooms on a Redis.
func sharing(t *testing.T, client *redis.Client) *world {
	t.Helper()
	said, err := history.OpenRedis(history.RedisOptions{Client: client})
	if err != nil {
		t.Fatal(err)
	}
	others, err := relay.New(client, relay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		others.Close()
		if err := said.Close(context.Background()); err != nil {
			t.Errorf("closing the log: %v", err)
		}
	})
	return newWorld(t, func(c *chat.Config) {
		c.History, c.Relay, c.Distrust, c.Limits.Messages = said, others, true, -1
	})
}

// until reads up to a packet that begins so. What servers tell each other takes
// a moment, so who is there may be told a little late.
func (g *guest) until(prefix string) {
	for !strings.HasPrefix(g.Read(), prefix) {
	}
}

// People who are connected to different servers are in one room.
func TestNeighboursShareARoom(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		a, b := newNeighbours(t, r)
		ann := a.join("Ann", "den")
		bo := b.connect("Bo")
		if got := bo.ask("join", `{"chat_id":"den"}`); !strings.Contains(got, `{"id":"ann","name":"Ann"},{"id":"bo","name":"Bo"}`) {
			t.Errorf("join: got %s, want both", got)
		}
		if got := fmt.Sprint(ann.wantEvent("member_joined")["member"]); got != "map[id:bo name:Bo]" {
			t.Errorf("joined: got %s, want Bo", got)
		}
		id := ann.say("den", "across")
		if got := bo.wantEvent("receive_message"); got["message"] != "across" || got["id"] != id {
			t.Errorf("got %v, want the message %s", got, id)
		}
		bo.ask("typing", `{"chat_id":"den"}`)
		if got := fmt.Sprint(ann.wantEvent("show_typing")["sender"]); got != "map[id:bo name:Bo]" {
			t.Errorf("typing: got %s, want Bo", got)
		}
		bo.ask("stop_typing", `{"chat_id":"den"}`)
		ann.wantEvent("hide_typing")
		b.chat.Rename("bo", "Robert")
		if got := fmt.Sprint(ann.wantEvent("member_renamed")["member"]); got != "map[id:bo name:Robert]" {
			t.Errorf("renamed: got %s, want Robert", got)
		}
		bo.wantEvent("member_renamed")
		tab := b.join("Bo", "den") // in a second tab, which is no news
		_ = tab.Conn.CloseNow()
		bo.ask("leave", `{"chat_id":"den"}`)
		if got := fmt.Sprint(ann.wantEvent("member_left")["member"]); !strings.HasPrefix(got, "map[id:bo name:") {
			t.Errorf("left: got %s, want Bo", got)
		}
		ann.wantSilence("den")
	})
}

// Somebody has a tab with each server. They are one person, until both are
// closed; and a name that they take with one is theirs with the other.
func TestOnePersonOverTwoServers(t *testing.T) {
	t.Parallel()
	a, b := newNeighbours(t, redistest.Embedded(t))
	ann := a.join("Ann", "den")
	one := a.join("Bo", "den")
	ann.wantEvent("member_joined")
	two := b.join("Bo", "den")
	a.chat.Rename("bo", "Robert")
	ann.wantEvent("member_renamed")
	one.wantEvent("member_renamed")
	two.until(`42["member_renamed"`)
	two.say("den", "me")
	if got := fmt.Sprint(ann.wantEvent("receive_message")["sender"]); got != "map[id:bo name:Robert]" {
		t.Errorf("got the sender %s, want Robert", got)
	}
	one.wantEvent("receive_message")
	two.ask("typing", `{"chat_id":"den"}`) // which shows that Bo is known to be there
	ann.wantEvent("show_typing")
	two.ask("stop_typing", `{"chat_id":"den"}`)
	ann.wantEvent("hide_typing")
	one.wantEvent("show_typing")
	one.wantEvent("hide_typing")
	one.ask("leave", `{"chat_id":"den"}`)
	ann.wantSilence("den")
	two.ask("leave", `{"chat_id":"den"}`)
	ann.wantEvent("member_left")
}

var storedAs = regexp.MustCompile(`^43(\d+)\[\{"id":"`)

var unavailable = regexp.MustCompile(`^43(\d+)\[\{"error":\{"code":"unavailable"`)

// Everybody has the order of the log, with whichever server they are.
func TestOneOrderOverTwoServers(t *testing.T) {
	t.Parallel()
	const each = 50
	a, b := newNeighbours(t, redistest.Embedded(t))
	var guests []*guest
	names := []string{"Ann", "Bo", "Cy", "Di", "Lea"}
	for i, name := range names {
		g := []*world{a, b}[i%2].connect(name)
		g.Send(`421["join",{"chat_id":"den"}]`)
		g.until("431[")
		guests = append(guests, g)
	}
	listener := guests[4]
	guests = guests[:4]
	say := func(g *guest, number string) {
		g.Send(fmt.Sprintf(`42%s["send_message",{"chat_id":"den","message":"text","client_id":"%[1]s"}]`, number))
	}
	for _, g := range guests {
		go func() {
			for i := range each {
				say(g, strconv.Itoa(i))
			}
		}()
	}
	seen := make([]string, len(guests)+1)
	done := make(chan int)
	for i, g := range append(guests, listener) {
		go func() {
			defer func() { done <- i }()
			want := each * len(guests)
			if i < len(guests) {
				want -= each // one's own are acknowledged
			}
			var ids []string
			others, acknowledged := 0, make(map[string]bool)
			for others < want || i < len(guests) && len(acknowledged) < each {
				got := g.Read()
				if strings.HasPrefix(got, `42["receive_message"`) {
					_, rest, _ := strings.Cut(got, `"id":"`)
					ids = append(ids, rest[:20])
					if !strings.Contains(got, `"sender":{"id":"`+strings.ToLower(names[i])+`"`) {
						others++ // one's own come back if they were refused and yet stored
					}
				}
				if refused := unavailable.FindStringSubmatch(got); refused != nil {
					say(g, refused[1]) // a busy Redis may take too long
				} else if stored := storedAs.FindStringSubmatch(got); stored != nil {
					acknowledged[stored[1]] = true
				}
			}
			seen[i] = strings.Join(ids, " ")
		}()
	}
	for range seen {
		<-done
	}
	all := strings.Fields(seen[len(guests)])
	for i, ids := range seen {
		at := 0
		for _, id := range strings.Fields(ids) {
			for at < len(all) && all[at] != id {
				at++
			}
			if at == len(all) {
				t.Fatalf("guest %d got %s out of the order that the listener saw", i, id)
			}
		}
	}
}

package chat_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chat/chat"
	"chat/chat/history"
	"chat/chat/internal/redistest"
	"chat/chat/relay"
)

var (
	modelSends = flag.Int("model.sends", 40, "messages that each person of the model sends")
	modelSeed  = flag.Uint64("model.seed", 1, "where the model's chances begin")
)

// The promise of the whole: five people at two servers talk while connections
// break, Redis goes away and answers get lost. Whoever was not told that a
// message is stored sends it again. In the end everybody has every
// acknowledged message, once, in the order of the log.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	const people = 5
	r := redistest.Embedded(t)
	faults := &redistest.Faults{}
	servers := []*world{shared(t, r, faults), shared(t, r, faults)}

	ctx, stop := context.WithCancel(t.Context())
	var trouble sync.WaitGroup
	trouble.Go(func() { disturb(ctx, faults, rand.New(rand.NewPCG(*modelSeed, 0))) })
	all := make([]*speaker, people)
	var talking sync.WaitGroup
	for i := range all {
		all[i] = &speaker{t: t, name: fmt.Sprintf("P%d", i), servers: servers, rand: rand.New(rand.NewPCG(*modelSeed, uint64(i)+1))}
		talking.Go(all[i].talk)
	}
	talking.Wait()
	stop()
	trouble.Wait()
	for _, s := range all {
		s.finish()
	}
	judge(t, all)
}

// shared is a server that has its rooms on a Redis behind faults.
func shared(t *testing.T, r *redistest.Redis, faults *redistest.Faults) *world {
	t.Helper()
	client := r.Through(t, faults.Dial)
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
		c.History, c.Relay, c.Distrust, c.Unlimited = said, others, true, true
	})
}

// disturb breaks what can break, until ctx ends, and leaves it whole.
func disturb(ctx context.Context, faults *redistest.Faults, chance *rand.Rand) {
	defer faults.Plug()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(20+chance.IntN(120)) * time.Millisecond):
		}
		faults.Plug()
		switch chance.IntN(4) {
		case 0:
			faults.Break()
		case 1:
			faults.LoseAnswers(1 + chance.IntN(3))
		case 2:
			faults.Unplug()
		}
	}
}

// judge compares what everybody has with what everybody was told.
func judge(t *testing.T, all []*speaker) {
	t.Helper()
	log := all[0].got
	seen := make(map[string]string) // text to id
	for _, m := range log {
		if first, twice := seen[m.Text]; twice {
			t.Errorf("%s is in the log as %s and as %s", m.Text, first, m.ID)
		}
		seen[m.Text] = m.ID
	}
	for _, s := range all {
		if len(s.acked) != *modelSends {
			t.Errorf("%s has %d messages acknowledged, want %d", s.name, len(s.acked), *modelSends)
		}
		for text, id := range s.acked {
			if seen[text] != id {
				t.Errorf("%s was told that %s is stored as %s; the log has %q", s.name, text, id, seen[text])
			}
		}
		if !slices.Equal(s.got, log) {
			t.Errorf("%s has %d messages, %s has %d; or others, or in another order", s.name, len(s.got), all[0].name, len(log))
		}
	}
}

type message struct {
	ID   string `json:"id"`
	Text string `json:"message"`
}

// A speaker is a person with a client that keeps its promises: it asks for what
// came after the last message it has, and sends again what was not answered.
type speaker struct {
	t       *testing.T
	name    string
	servers []*world
	rand    *rand.Rand

	conn  *websocket.Conn
	asks  int
	has   string            // the last id that came; one's own are only acknowledged
	got   []message         // by id
	acked map[string]string // id by text
}

var errBroken = errors.New("broken")

func (s *speaker) talk() {
	s.acked = make(map[string]string)
	end := time.Now().Add(time.Minute)
	for i := 0; i < *modelSends; {
		if time.Now().After(end) {
			s.t.Errorf("%s is not done after a minute", s.name)
			return
		}
		if s.conn == nil && s.connect() != nil {
			s.hangUp()
			continue
		}
		if s.rand.IntN(10) == 0 {
			s.hangUp()
			continue
		}
		text := fmt.Sprintf("%s-%d", s.name, i)
		answer, err := s.ask("send_message", fmt.Sprintf(`{"chat_id":"den","message":%q,"client_id":%q}`, text, text))
		var ack struct{ ID string }
		if err != nil || json.Unmarshal(answer, &ack) != nil || ack.ID == "" {
			if s.rand.IntN(2) == 0 {
				s.hangUp() // an impatient one
			}
			continue
		}
		s.acked[text] = ack.ID
		s.put(message{ack.ID, text})
		i++
	}
}

// finish comes back once more when everybody is done and nothing is broken.
func (s *speaker) finish() {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		s.hangUp()
		if s.connect() == nil {
			s.hangUp()
			return
		}
	}
	s.t.Errorf("%s does not get to the end of the log", s.name)
}

// put keeps a message in its place, once.
func (s *speaker) put(m message) {
	at, there := slices.BinarySearchFunc(s.got, m, func(a, b message) int { return strings.Compare(a.ID, b.ID) })
	if !there {
		s.got = slices.Insert(s.got, at, m)
	}
}

// hear is put for what came, which has to come in order and once.
func (s *speaker) hear(m message) {
	if m.ID <= s.has {
		s.t.Errorf("%s got %s behind %s", s.name, m.ID, s.has)
	}
	s.has = m.ID
	s.put(m)
}

func (s *speaker) hangUp() {
	if s.conn != nil {
		_ = s.conn.CloseNow()
		s.conn = nil
	}
}

// connect opens a socket with one of the servers and catches up.
func (s *speaker) connect() error {
	w := s.servers[s.rand.IntN(len(s.servers))]
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, w.URL("websocket"), &websocket.DialOptions{
		HTTPClient: w.Client, HTTPHeader: http.Header{"X-Visitor": {s.name}, "User-Agent": {"python"}},
	})
	if err != nil {
		return err
	}
	conn.SetReadLimit(-1)
	s.conn = conn
	if _, err := s.read(); err != nil {
		return err
	}
	if err := conn.Write(ctx, websocket.MessageText, []byte("40")); err != nil {
		return err
	}
	if _, err := s.read(); err != nil {
		return err
	}
	return s.catchUp()
}

func (s *speaker) catchUp() error {
	for more := true; more; {
		answer, err := s.ask("join", fmt.Sprintf(`{"chat_id":"den","after":%q}`, s.has))
		if err != nil {
			return err
		}
		var page struct {
			Messages  []message
			More, Gap bool
			Error     *struct{ Code string }
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return err
		}
		if page.Error != nil {
			return errBroken
		}
		if page.Gap {
			s.t.Errorf("%s has a gap", s.name)
		}
		for _, m := range page.Messages {
			s.hear(m)
		}
		more = page.More
	}
	return nil
}

// ask emits an event and reads up to its acknowledgement. What comes before is
// heard.
func (s *speaker) ask(event, payload string) (json.RawMessage, error) {
	s.asks++
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
	defer cancel()
	packet := fmt.Sprintf(`42%d["%s",%s]`, s.asks, event, payload)
	if err := s.conn.Write(ctx, websocket.MessageText, []byte(packet)); err != nil {
		return nil, err
	}
	answer := fmt.Sprintf("43%d[", s.asks)
	for {
		text, err := s.read()
		if err != nil {
			return nil, err
		}
		if rest, ok := strings.CutPrefix(text, answer); ok {
			return json.RawMessage(strings.TrimSuffix(rest, "]")), nil
		}
		if rest, ok := strings.CutPrefix(text, `42["receive_message",`); ok {
			var m message
			if err := json.Unmarshal([]byte(strings.TrimSuffix(rest, "]")), &m); err != nil {
				return nil, err
			}
			s.hear(m)
		}
	}
}

func (s *speaker) read() (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
	defer cancel()
	_, text, err := s.conn.Read(ctx)
	return string(text), err
}

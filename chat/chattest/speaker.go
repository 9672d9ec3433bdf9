package chattest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// A Speaker is one person with one connection at a time. The fields down to
// Recovers are the caller's to set; the rest are for the caller to read when Talk
// has returned.
type Speaker struct {
	T    testing.TB
	Name string // begins the texts of this one, and of nobody else
	Room string
	// Dial opens a websocket to any of the servers.
	Dial   func(context.Context) (*websocket.Conn, error)
	Pause  time.Duration // between messages
	Chance *rand.Rand
	// Recovers says that the client has its connection recovered. Dial must not
	// call itself python then, because its client cannot.
	Recovers bool

	Got    []Message         // by id
	Acked  map[string]string // id by text
	GaveUp []string          // texts that were sent and never acknowledged
	Trials int               // how often anything was sent, with what was sent again

	Recovered int // how often a connection was recovered

	conn *websocket.Conn
	asks int
	has  string // the last id that came; one's own are only acknowledged

	sid, pid, offset string // what a connection is recovered by
}

// patience is how long a server may take for an answer, before this one tries
// another.
const patience = 5 * time.Second

// Talk sends messages for as long as more says so, which is asked before each
// with the number of those that are done. The connection breaks ahead of some, and
// of others when they are sent and not yet answered; some of these are given up on.
func (s *Speaker) Talk(ctx context.Context, more func(done int) bool) {
	s.Acked = make(map[string]string)
	for n := 0; more(n); n++ {
		if s.Chance.IntN(20) == 0 {
			s.hangUp()
		}
		if !s.say(ctx, fmt.Sprintf("%s-%d", s.Name, n)) {
			s.T.Errorf("%s is not heard", s.Name)
			return
		}
		s.rest(ctx)
	}
}

// say sends a message until it is acknowledged or given up on. It reports false
// when ctx ends first.
func (s *Speaker) say(ctx context.Context, text string) bool {
	for sent := false; ctx.Err() == nil; {
		if s.conn == nil && s.connect(ctx) != nil {
			s.hangUp()
			s.wait(ctx, time.Duration(10+s.Chance.IntN(50))*time.Millisecond)
			continue
		}
		if sent && s.Chance.IntN(10) == 0 {
			s.GaveUp = append(s.GaveUp, text)
			return true
		}
		sent = true
		s.Trials++
		request := fmt.Sprintf(`{"chat_id":%q,"message":%q,"client_id":%q}`, s.Room, text, text)
		if s.Chance.IntN(20) == 0 {
			_ = s.emit(ctx, "send_message", request) // whether it came, nobody knows
			s.hangUp()
			continue
		}
		answer, err := s.ask(ctx, "send_message", request)
		var ack struct{ ID string }
		if err == nil && json.Unmarshal(answer, &ack) == nil && ack.ID != "" {
			s.Acked[text] = ack.ID
			s.put(Message{ack.ID, text})
			return true
		}
		if err != nil || s.Chance.IntN(2) == 0 {
			s.hangUp() // it is broken, or this one is impatient
		}
		s.rest(ctx)
	}
	return false
}

// rest is the pause after a message: half as long up to half as long again.
func (s *Speaker) rest(ctx context.Context) {
	if s.Pause > 0 {
		s.wait(ctx, s.Pause/2+time.Duration(s.Chance.Int64N(int64(s.Pause))))
	}
}

func (s *Speaker) wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// Finish comes back once more when everybody is done and nothing is broken, so
// that this one has what the others said last.
func (s *Speaker) Finish(ctx context.Context) {
	s.T.Helper()
	if err := s.comeBack(ctx); err != nil {
		s.T.Errorf("%s does not get to the end of the log: %v", s.Name, err)
	}
	s.hangUp()
}

// comeBack connects anew. A server that has just got its log back may refuse that
// for a moment.
func (s *Speaker) comeBack(ctx context.Context) error {
	err := errBroken
	for end := time.Now().Add(20 * time.Second); err != nil && time.Now().Before(end); {
		s.hangUp()
		if err = s.connect(ctx); err != nil {
			s.wait(ctx, 50*time.Millisecond)
		}
	}
	return err
}

// Log reads all that the room remembers.
func (s *Speaker) Log(ctx context.Context) []Message {
	s.T.Helper()
	if err := s.comeBack(ctx); err != nil {
		s.T.Fatalf("coming back for the log: %v", err)
	}
	defer s.hangUp()
	var log []Message
	for older, before := true, "ffffffffffffffffffff"; older; {
		answer, err := s.ask(ctx, "history", fmt.Sprintf(`{"chat_id":%q,"before":%q,"limit":100}`, s.Room, before))
		var page struct {
			Messages []Message
			Older    bool
		}
		if err == nil {
			err = json.Unmarshal(answer, &page)
		}
		if err != nil || len(page.Messages) == 0 && page.Older {
			s.T.Fatalf("reading the log: %v, %s", err, answer)
		}
		log = slices.Concat(page.Messages, log)
		if older = page.Older; older {
			before = log[0].ID
		}
	}
	return log
}

// put keeps a message in its place, once.
func (s *Speaker) put(m Message) {
	at, there := slices.BinarySearchFunc(s.Got, m, func(a, b Message) int { return strings.Compare(a.ID, b.ID) })
	if !there {
		s.Got = slices.Insert(s.Got, at, m)
	}
}

// hear is put for what came, which has to come in order and once.
func (s *Speaker) hear(m Message) {
	if m.ID <= s.has {
		s.T.Errorf("%s got %s behind %s", s.Name, m.ID, s.has)
	}
	s.has = m.ID
	s.put(m)
}

func (s *Speaker) hangUp() {
	if s.conn != nil {
		_ = s.conn.CloseNow() // It may be broken.
		s.conn = nil
	}
}

var errBroken = errors.New("the connection is broken")

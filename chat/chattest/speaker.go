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

	Got    []Entry           // by id
	Said   map[string]Entry  // what was sent, by name, without ids
	Acked  map[string]string // ids by name
	GaveUp []string          // names of what was sent and never acknowledged
	Trials int               // how often anything was sent, with what was sent again

	Recovered int // how often a connection was recovered

	conn *websocket.Conn
	asks int
	has  string   // the last id that came; one's own are only acknowledged
	mine []string // ids of one's own messages that may be changed

	sid, pid, offset string // what a connection is recovered by
}

// patience is how long a server may take for an answer, before this one tries
// another.
const patience = 5 * time.Second

// Talk sends messages, and changes some of them, for as long as more says so, which
// is asked before each with the number of those that are done. The connection breaks
// ahead of some, and of others when they are sent and not yet answered; some of these
// are given up on.
func (s *Speaker) Talk(ctx context.Context, more func(done int) bool) {
	s.Said, s.Acked = make(map[string]Entry), make(map[string]string)
	for n := 0; more(n); n++ {
		if s.Chance.IntN(20) == 0 {
			s.hangUp()
		}
		if !s.say(ctx, s.idea(fmt.Sprintf("%s-%d", s.Name, n))) {
			s.T.Errorf("%s is not heard", s.Name)
			return
		}
		s.rest(ctx)
	}
}

// idea is what to say next, under that name: most often a message.
func (s *Speaker) idea(name string) Entry {
	e := Entry{Name: name}
	switch what := s.Chance.IntN(20); {
	case what < 3 && len(s.mine) > 0:
		e.Kind, e.Target, e.Text = edited, s.mine[s.Chance.IntN(len(s.mine))], name
	case what == 3 && len(s.mine) > 0:
		at := s.Chance.IntN(len(s.mine))
		e.Kind, e.Target = deleted, s.mine[at]
		s.mine = slices.Delete(s.mine, at, at+1)
	case what == 4 && len(s.Got) > 0 && s.Got[len(s.Got)-1].Kind == "":
		e.Kind, e.Target, e.Emoji = reaction, s.Got[len(s.Got)-1].ID, "👍"
	default:
		e.Text = name
	}
	return e
}

// say sends something until it is acknowledged or given up on. It reports false
// when ctx ends first.
func (s *Speaker) say(ctx context.Context, e Entry) bool {
	event, payload := s.request(e)
	for sent := false; ctx.Err() == nil; {
		if s.conn == nil && s.connect(ctx) != nil {
			s.hangUp()
			s.wait(ctx, time.Duration(10+s.Chance.IntN(50))*time.Millisecond)
			continue
		}
		if sent && s.Chance.IntN(10) == 0 {
			s.giveUp(e)
			return true
		}
		sent = true
		s.Said[e.Name] = e
		s.Trials++
		if s.Chance.IntN(20) == 0 {
			_ = s.emit(ctx, event, payload) // whether it came, nobody knows
			s.hangUp()
			continue
		}
		id, err := s.send(ctx, event, payload)
		if id != "" {
			s.acknowledged(e, id)
			return true
		}
		if err != nil || s.Chance.IntN(2) == 0 {
			s.hangUp() // it is broken, or this one is impatient
		}
		s.rest(ctx)
	}
	return false
}

// send returns the id under which something is stored, or none if it is not, or
// nobody knows.
func (s *Speaker) send(ctx context.Context, event, payload string) (id string, err error) {
	answer, err := s.ask(ctx, event, payload)
	if err != nil {
		return "", err
	}
	var ack struct {
		ID    string
		Error struct{ Code string }
	}
	if err := json.Unmarshal(answer, &ack); err != nil {
		return "", err
	}
	if ack.ID == "" && !slices.Contains(passing, ack.Error.Code) {
		s.T.Errorf("%s sends %s %s and is answered %s", s.Name, event, payload, answer)
	}
	return ack.ID, nil
}

// passing are the refusals after which to try again.
var passing = []string{"unavailable", "rate_limited"}

// acknowledged notes what is stored.
func (s *Speaker) acknowledged(e Entry, id string) {
	const most = 20 // of the latest, which may be changed for long enough
	s.Acked[e.Name] = id
	e.ID = id
	s.put(e)
	if e.Kind == "" {
		s.mine = append(s.mine, id)
		s.mine = s.mine[max(0, len(s.mine)-most):]
	}
}

// giveUp leaves something as it is. It may be stored, now or later, so that a
// message of which this one does not know what became is changed no more.
func (s *Speaker) giveUp(e Entry) {
	s.GaveUp = append(s.GaveUp, e.Name)
	if e.changes() {
		s.mine = slices.DeleteFunc(s.mine, func(id string) bool { return id == e.Target })
	}
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
func (s *Speaker) Log(ctx context.Context) []Entry {
	s.T.Helper()
	if err := s.comeBack(ctx); err != nil {
		s.T.Fatalf("coming back for the log: %v", err)
	}
	defer s.hangUp()
	var log []Entry
	for older, before := true, "ffffffffffffffffffff"; older; {
		answer, err := s.ask(ctx, "history", fmt.Sprintf(`{"chat_id":%q,"before":%q,"limit":100}`, s.Room, before))
		var page struct {
			Messages []Entry
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

// put keeps an entry in its place, once.
func (s *Speaker) put(e Entry) {
	at, there := slices.BinarySearchFunc(s.Got, e, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	if !there {
		s.Got = slices.Insert(s.Got, at, e)
	}
}

// hear is put for what came, which has to come in order and once.
func (s *Speaker) hear(e Entry) {
	if e.ID <= s.has {
		s.T.Errorf("%s got %s behind %s", s.Name, e.ID, s.has)
	}
	s.has = e.ID
	s.put(e)
}

func (s *Speaker) hangUp() {
	if s.conn != nil {
		_ = s.conn.CloseNow() // It may be broken.
		s.conn = nil
	}
}

var errBroken = errors.New("the connection is broken")

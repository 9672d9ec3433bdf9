package chat_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"chat/chat"
	"chat/chat/history"
)

// A strained log is a real one whose answers are late or get lost, as those of a
// Redis are behind a bad line.
type strained struct {
	chat.History

	mu      sync.Mutex
	hold    bool        // guarded by mu
	answers chan func() // that are held back
	entries chan func() // deliveries that are held back; nil: none is
}

func (l *strained) Append(room string, e history.Entry, done func(history.Entry, bool, error)) {
	l.mu.Lock()
	hold := l.hold
	l.mu.Unlock()
	l.History.Append(room, e, func(stored history.Entry, again bool, err error) {
		if !hold {
			done(stored, again, err)
			return
		}
		if l.entries != nil {
			done(e, false, history.ErrUnavailable) // ahead of what is held back
			return
		}
		l.answers <- func() { done(e, false, history.ErrUnavailable) }
	})
}

func (l *strained) Follow(room string, deliver func(history.Entry)) (history.ID, error) {
	return l.History.Follow(room, func(e history.Entry) {
		if l.entries == nil {
			deliver(e)
			return
		}
		l.entries <- func() { deliver(e) }
	})
}

func (l *strained) strain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold = true
}

// The log stores what Ann says, and its answer is lost. Others have it, so Ann
// must know before she hears what is said next: if her connection broke then, she
// would come back for what follows that.
func TestLostAnswerOfTheLog(t *testing.T) {
	for _, c := range []struct {
		name  string
		late  bool // the entry is delivered after the log has given up on it
		first string
		known string
	}{
		{name: "delivered, then refused", first: `431[{"id":"`},
		{name: "refused, then delivered", late: true, first: `431[{"error":{"code":"unavailable"`, known: `42["receive_message",`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			log := &strained{History: history.OpenMemory(history.Options{}), answers: make(chan func(), 1)}
			t.Cleanup(func() {
				if err := closing(log.History); err != nil {
					t.Error(err)
				}
			})
			if c.late {
				log.entries = make(chan func(), 2)
			}
			w := newWorld(t, func(cfg *chat.Config) { cfg.History = log })
			ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
			ann.wantEvent("member_joined")
			log.strain()
			ann.Send(`421["send_message",{"chat_id":"den","message":"mine","client_id":"k"}]`)
			if !c.late {
				mine := bo.wantEvent("receive_message")["id"].(string)
				if got := ann.Read(); !strings.HasPrefix(got, c.first+mine) {
					t.Errorf("got %s, want %s%s", got, c.first, mine)
				}
				(<-log.answers)()
				ann.wantSilence("den")
				return
			}
			if got := ann.Read(); !strings.HasPrefix(got, c.first) {
				t.Errorf("got %s, want %s", got, c.first)
			}
			(<-log.entries)()
			mine := bo.wantEvent("receive_message")["id"]
			if got := ann.Read(); !strings.HasPrefix(got, c.known) || !strings.Contains(got, mine.(string)) {
				t.Errorf("got %s, want %s with %s", got, c.known, mine)
			}
			ann.wantSilence("den")
		})
	}
}

func closing(h chat.History) error {
	if d, ok := h.(*history.Disk); ok {
		return d.Close(context.Background())
	}
	return errors.New("closing a log: it is none of ours")
}

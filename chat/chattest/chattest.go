// Package chattest answers: does a room keep its promise to people whose
// connections break?
//
// It is for tests only. A Speaker is a person with a client that keeps its own
// promises: it asks for what came after the last message that it has, or has its
// connection recovered as the official clients do, and sends again, under the same
// name, what was not answered. Judge compares what
// everybody has in the end with the log, and with what everybody was told.
package chattest

import (
	"slices"
	"testing"
)

// A Message is one of a room.
type Message struct {
	ID   string `json:"id"`
	Text string `json:"message"`
}

// Judge checks that everybody has the log, once and in its order; that what was
// acknowledged is in it, under the id that was told; and that what was given up
// on is in it once at most.
func Judge(t testing.TB, all []*Speaker, log []Message) {
	t.Helper()
	ids := make(map[string]string) // by text
	for i, m := range log {
		if first, twice := ids[m.Text]; twice {
			t.Errorf("%s is in the log as %s and as %s", m.Text, first, m.ID)
		}
		if i > 0 && m.ID <= log[i-1].ID {
			t.Errorf("the log has %s behind %s", m.ID, log[i-1].ID)
		}
		ids[m.Text] = m.ID
	}
	said := make(map[string]bool)
	for _, s := range all {
		for text, id := range s.Acked {
			said[text] = true
			if ids[text] != id {
				t.Errorf("%s was told that %s is stored as %s; the log has %q", s.Name, text, id, ids[text])
			}
		}
		for _, text := range s.GaveUp {
			said[text] = true
		}
		want := s.due(log)
		if !slices.Equal(s.Got, want) {
			t.Errorf("%s has %d messages, the log %d; or others, or in another order; the log has not %v, and only it has %v (given up on: %v)",
				s.Name, len(s.Got), len(want), without(s.Got, want), without(want, s.Got), s.GaveUp)
		}
	}
	for text := range ids {
		if !said[text] {
			t.Errorf("the log has %s, which nobody said", text)
		}
	}
}

// due is what somebody must have of a log: all of it, but for what they gave up
// on themselves, if they never asked for the log. A server does not tell people
// what they said, and an official client does not ask.
func (s *Speaker) due(log []Message) []Message {
	if !s.Recovers {
		return log
	}
	return slices.DeleteFunc(slices.Clone(log), func(m Message) bool {
		return slices.Contains(s.GaveUp, m.Text) && !slices.Contains(s.Got, m)
	})
}

// without is what is in one list and not in another.
func without(list, other []Message) []Message {
	return slices.DeleteFunc(slices.Clone(list), func(m Message) bool { return slices.Contains(other, m) })
}

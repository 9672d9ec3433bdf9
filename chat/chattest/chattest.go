// Package chattest answers: does a room keep its promise to people whose
// connections break?
//
// It is for tests only. A Speaker is a person with a client that keeps its own
// promises: it asks for what came after the last entry that it has, or has its
// connection recovered as the official clients do, and sends again, under the same
// name, what was not answered: messages, and edits, deletions and reactions. Judge
// compares what everybody has in the end with the log, and with what everybody was
// told.
package chattest

import (
	"maps"
	"slices"
	"testing"
)

// Judge checks that everybody has the log, once and in its order, and comes to the
// same view of it; that what was acknowledged is in it, under the id that was told;
// that what was given up on is in it once at most; and that no text stands in it
// that was edited away or deleted.
func Judge(t testing.TB, all []*Speaker, log []Entry) {
	t.Helper()
	byName := make(map[string]Entry)
	for i, e := range log {
		if first, twice := byName[e.Name]; twice {
			t.Errorf("%s is in the log as %s and as %s", e.Name, first.ID, e.ID)
		}
		if i > 0 && e.ID <= log[i-1].ID {
			t.Errorf("the log has %s behind %s", e.ID, log[i-1].ID)
		}
		byName[e.Name] = e
	}
	said := make(map[string]Entry)
	for _, s := range all {
		maps.Copy(said, s.Said)
		for name, id := range s.Acked {
			if byName[name].ID != id {
				t.Errorf("%s was told that %s is stored as %s; the log has %q", s.Name, name, id, byName[name].ID)
			}
		}
	}
	judgeTexts(t, all, log, said)
	for _, s := range all {
		s.judge(t, log)
	}
}

// judgeTexts checks that the log has what was said, but for texts that a later
// change took away. What was given up on may have come at any time, also behind
// what was said after it.
func judgeTexts(t testing.TB, all []*Speaker, log []Entry, said map[string]Entry) {
	t.Helper()
	changed, disputed := make(map[string]string), make(map[string]bool) // by id: its last change, and whether another was given up on
	for _, e := range log {
		if e.changes() {
			changed[e.Target] = e.ID
		}
	}
	for _, s := range all {
		for _, name := range s.GaveUp {
			if e := s.Said[name]; e.changes() {
				disputed[e.Target] = true
			}
		}
	}
	for _, e := range log {
		want, known := said[e.Name]
		if !known || e.Kind != want.Kind || e.Target != want.Target || e.Emoji != want.Emoji {
			t.Errorf("the log has %+v, where %+v was said", e, want)
			continue
		}
		at := e.ID
		if e.Kind == edited {
			at = e.Target
		}
		gone := changed[at] > e.ID
		switch {
		case disputed[at] && (e.Text == "" || e.Text == want.Text):
		case gone && e.Text != "":
			t.Errorf("the log has %+v, whose text was changed or deleted by %s", e, changed[at])
		case !gone && e.Text != want.Text:
			t.Errorf("the log has %+v, whose text was %q", e, want.Text)
		}
	}
}

// judge checks what one has in the end.
func (s *Speaker) judge(t testing.TB, log []Entry) {
	t.Helper()
	due := s.due(log)
	if !slices.EqualFunc(s.Got, due, Entry.is) {
		t.Errorf("%s has %d entries, the log %d; or others, or in another order; the log has not %v, and only it has %v (given up on: %v)",
			s.Name, len(s.Got), len(due), without(s.Got, due), without(due, s.Got), s.GaveUp)
		return
	}
	if got, want := view(s.Got), view(due); !maps.EqualFunc(got, want, maps.Equal[map[string]string, map[string]string]) {
		t.Errorf("%s sees %v, and who comes now %v", s.Name, got, want)
	}
}

// due is what somebody must have of a log: all of it, but for what they gave up
// on themselves, if they never asked for the log. A server does not tell people
// what they said, and an official client does not ask.
func (s *Speaker) due(log []Entry) []Entry {
	if !s.Recovers {
		return log
	}
	return slices.DeleteFunc(slices.Clone(log), func(e Entry) bool {
		return slices.Contains(s.GaveUp, e.Name) && !slices.ContainsFunc(s.Got, e.is)
	})
}

// without is what is in one list and not in another.
func without(list, other []Entry) []Entry {
	return slices.DeleteFunc(slices.Clone(list), func(e Entry) bool { return slices.ContainsFunc(other, e.is) })
}

package auth

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"chat/ui"
)

const (
	maxName  = 32 // characters
	maxMarks = 4  // combining marks in a row; more than writing needs climbs over the lines around it
)

// Rename gives the visitor another name (form field name). It answers 204 to a
// program, and sends a browser back to next. It must stand behind Gate.
func (s *Server) Rename(w http.ResponseWriter, r *http.Request) error {
	f := readForm(w, r)
	name, problem := cleanName(f.only("name"))
	if !problem.IsZero() {
		return &ui.Error{Status: http.StatusBadRequest, Code: "bad_name", Text: problem}
	}
	found, err := s.session(r.Context(), r)
	if err != nil {
		return err
	}
	if found.ctx == nil {
		return unavailable(errRedisRests)
	}
	// Put goes by way of the context that the session was loaded with.
	s.sessions.Put(found.ctx, keyName, name)
	switch _, _, err := s.sessions.Commit(with(found.ctx, updating)); {
	case errors.Is(err, errNoSuchSession):
		return ErrNoSession
	case err != nil:
		return unavailable(err)
	}
	s.config.Renamed(found.visitor.ID, name)
	if ui.WantsJSON(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	seeOther(w, SafeNext(f.only("next")))
	return nil
}

// cleanName returns name as it is kept, spaces trimmed and made one, or a
// sentence for the visitor about what is wrong with it.
//
// A name has 1 to 32 characters and something to see. What would change the
// text around it is refused: control characters, line breaks, characters that
// turn the direction of writing, invisible ones, towers of accents.
func cleanName(name string) (clean string, problem ui.Phrase) {
	if !utf8.ValidString(name) {
		return "", ui.Say("error.name_bytes")
	}
	visible, marks := false, 0
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Zs, r), joiner(r):
			continue
		case !unicode.IsGraphic(r) || blank(r):
			return "", ui.Say("error.name_invisible")
		case unicode.IsMark(r):
			if marks++; marks > maxMarks {
				return "", ui.Say("error.name_marks")
			}
		default:
			visible, marks = true, 0
		}
	}
	name = strings.Join(strings.Fields(name), " ")
	switch n := utf8.RuneCountInString(name); {
	case !visible:
		return "", ui.Say("error.name_empty")
	case n > maxName:
		return "", ui.Say("error.name_long", "n", maxName)
	}
	return name, ui.Phrase{}
}

// joiner reports the two invisible characters that writing needs: emoji of
// several parts, and Persian and Indic words.
func joiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// blank reports characters that count as letters or signs and show nothing.
func blank(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return false
}

// friendlyName is what a visitor is called before choosing a name.
func friendlyName() string {
	return moods[rand.IntN(len(moods))] + " " + animals[rand.IntN(len(animals))]
}

var moods = strings.Fields(`Amber Brave Bright Calm Cheerful Clever Cosy Curious
	Daring Eager Early Easy Fair Gentle Glad Golden Happy Hardy Honest Humble
	Jolly Keen Kind Lively Lucky Mellow Merry Mild Nimble Noble Patient Plucky
	Polite Proud Quick Quiet Ready Silver Smart Snug Spry Steady Sunny Swift
	Tidy Warm Witty Zesty`)

var animals = strings.Fields(`Badger Bear Beaver Bison Crane Deer Dolphin Dove
	Eagle Falcon Ferret Finch Fox Gecko Goose Hare Hawk Hedgehog Heron Ibis
	Jackdaw Kestrel Koala Lark Lemur Lynx Marten Mole Moose Newt Otter Owl Panda
	Penguin Pigeon Puffin Rabbit Raven Robin Seal Sparrow Squirrel Stork Swallow
	Swan Turtle Walrus Wren`)

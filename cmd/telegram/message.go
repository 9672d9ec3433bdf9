package telegram

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Telegram counts UTF-16 units after it took the markup away, 4096 at most.
const (
	maxMessage = 4096
	maxField   = 300
	maxSaid    = 500
	maxName    = 100
)

// A message is text in Telegram's HTML. What is put into it is cut and escaped
// piece by piece, so that no cut falls into a character, an entity or a tag.
type message struct {
	text strings.Builder
	left int // units
}

// newMessage begins with the name of the server.
func newMessage(name string) *message {
	m := &message{left: maxMessage}
	m.put("<b>", "chat "+name, maxName, "</b>")
	return m
}

// say adds a line of ours.
func (m *message) say(line string) { m.put("\n", line, maxSaid, "") }

// field adds a line with somebody else's text. As code it is not looked through
// for links. An empty one is left out.
func (m *message) field(name, text string) {
	if text != "" {
		m.put("\n", name, maxField, ": ")
		m.put("<code>", text, maxField, "</code>")
	}
}

func (m *message) put(before, text string, most int, after string) {
	const overhead = 4 // line break, colon and space, with some to spare
	text = shorten(text, min(most, m.left-overhead))
	if text == "" {
		return
	}
	m.left -= units(text) + overhead
	m.text.WriteString(before + html.EscapeString(text) + after)
}

func (m *message) String() string { return m.text.String() }

// shorten cuts text to so many UTF-16 units, with a sign of the cut, and takes
// out what cannot be seen.
func shorten(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if units(text) <= most {
		return text
	}
	n := 1 // the sign's
	for i, r := range text {
		if n += utf16.RuneLen(r); n > most {
			if i == 0 {
				return ""
			}
			return text[:i] + "…"
		}
	}
	return text
}

// units is the length as Telegram counts it.
func units(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

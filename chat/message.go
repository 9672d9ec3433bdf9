package chat

import (
	"regexp"
	"strings"
	"unicode"
)

// dataImage is how clients of the original send a picture: in the text.
var dataImage = regexp.MustCompile(`^data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+={0,2}$`)

// checkText holds a message to its limits. It looks no further: what people say
// is between them, and how it is shown is the page's business.
func checkText(text string, withFile bool) error {
	switch {
	case !withFile && strings.IndexFunc(text, visible) < 0:
		return errEmpty
	case len(text) > maxText && !dataImage.MatchString(text):
		return errTooLong // an image in the text is bounded by maxPayload
	}
	return nil
}

// visible reports whether a character leaves something to see.
func visible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // letters that show nothing
		return false
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r)
}

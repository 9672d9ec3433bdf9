package chat

import (
	"regexp"
	"strings"
	"unicode"
)

// dataImage is how clients of the original begin a picture that they send in the
// text. Base64 follows.
var dataImage = regexp.MustCompile(`^data:image/[a-z0-9.+-]{1,100};base64,`)

// isDataImage reports whether a text is a picture. What follows its beginning is
// not left to the expression, which would take ten milliseconds for it.
func isDataImage(text string) bool {
	start := dataImage.FindString(text)
	data := strings.TrimSuffix(strings.TrimSuffix(text[len(start):], "="), "=")
	if start == "" || data == "" {
		return false
	}
	foreign := byte(0)
	for i := range len(data) {
		foreign |= notBase64[data[i]] // to branch at every byte would take twice as long
	}
	return foreign == 0
}

// notBase64 is 1 for each byte that does not stand for six bits.
var notBase64 = func() (not [256]byte) {
	for c := range not {
		not[c] = 1
	}
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		not[c] = 0
	}
	return not
}()

// checkText holds a message to its limit of bytes. It looks no further: what people say
// is between them, and how it is shown is the page's business.
func checkText(text string, withFile bool, most int) error {
	switch {
	case !withFile && blank(text):
		return errEmpty
	case len(text) > most && !isDataImage(text):
		return tooLong(most) // an image in the text is bounded by maxPayload
	}
	return nil
}

// blank reports whether a text shows nothing.
func blank(text string) bool { return strings.IndexFunc(text, visible) < 0 }

// visible reports whether a character leaves something to see.
func visible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // letters that show nothing
		return false
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r)
}

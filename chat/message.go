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
	for i := range len(data) {
		if !inBase64[data[i]] {
			return false
		}
	}
	return start != "" && data != ""
}

// inBase64 says of each byte whether it stands for six bits.
var inBase64 = func() (in [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		in[c] = true
	}
	return in
}()

// checkText holds a message to its limits. It looks no further: what people say
// is between them, and how it is shown is the page's business.
func checkText(text string, withFile bool) error {
	switch {
	case !withFile && strings.IndexFunc(text, visible) < 0:
		return errEmpty
	case len(text) > maxText && !isDataImage(text):
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

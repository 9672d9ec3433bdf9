package chat

import (
	"encoding/binary"
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
	return isBase64(data)
}

// isBase64 reports whether each byte of a text stands for six bits. A picture has
// hundreds of thousands of them, so it looks at eight at a time.
func isBase64(text string) bool {
	foreign := uint64(0)
	for ; len(text) >= 8; text = text[8:] {
		foreign |= notBase64(binary.LittleEndian.Uint64([]byte(text[:8]))) // nothing is copied: it is one load
	}
	last := uint64(0)
	for i := range 8 {
		c := byte('A')
		if i < len(text) {
			c = text[i]
		}
		last = last<<8 | uint64(c)
	}
	return foreign|notBase64(last) == 0
}

// A one, and the top bit, in each of eight bytes.
const (
	ones = 0x0101010101010101
	tops = 0x80 * ones
)

// notBase64 has the top bit of each byte that is not one of base64.
func notBase64(eight uint64) uint64 {
	low := eight &^ tops
	small := low | 0x20*ones // capitals, too; what else becomes a letter is none of the bytes below 0x80 but themselves
	return (^(between(small, 'a', 'z') | between(low, '/', '9') | between(low, '+', '+')) | eight) & tops
}

// between has the top bit of each byte from lo to hi, of bytes that are all below
// 0x80.
func between(eight uint64, lo, hi byte) uint64 {
	return (eight + uint64(0x80-lo)*ones) &^ (eight + uint64(0x7f-hi)*ones)
}

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

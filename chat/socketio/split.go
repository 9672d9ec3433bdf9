package socketio

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
)

// splitArray checks that text is a JSON array, with nothing but white space
// behind it, and returns its elements, which point into it. It is as strict as
// encoding/json (RFC 8259) and stands here because it reads the text once: the
// library reads it twice, at several nanoseconds a byte, and copies each
// element.
func splitArray(text []byte) (elements []json.RawMessage, ok bool) {
	s := scanner{text: text}
	s.space()
	if !s.take('[') {
		return nil, false
	}
	s.space()
	if s.take(']') {
		return nil, s.atEnd()
	}
	elements = make([]json.RawMessage, 0, 2) // most often an event's name and its payload
	for {
		s.space()
		start := s.at
		if !s.value(1) {
			return nil, false
		}
		elements = append(elements, s.text[start:s.at:s.at])
		s.space()
		if s.take(']') {
			return elements, s.atEnd()
		}
		if !s.take(',') {
			return nil, false
		}
	}
}

// maxDepth is how deep values may nest, as in encoding/json.
const maxDepth = 10_000

// A scanner stands somewhere in a text. Its methods step over what they name and
// report whether it was there; after a false it is of no more use.
type scanner struct {
	text []byte
	at   int
}

// peek is the next byte, or zero at the end, which JSON has nowhere.
func (s *scanner) peek() byte {
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) word(w string) bool {
	if len(s.text)-s.at < len(w) || string(s.text[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) atEnd() bool {
	s.space()
	return s.at == len(s.text)
}

func (s *scanner) value(depth int) bool {
	switch c := s.peek(); {
	case c == '"':
		return s.string()
	case c == '{':
		return depth < maxDepth && s.list('}', depth+1)
	case c == '[':
		return depth < maxDepth && s.list(']', depth+1)
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	return s.number()
}

// list steps over an array or an object, whichever ends with that byte.
func (s *scanner) list(end byte, depth int) bool {
	s.at++
	s.space()
	if s.take(end) {
		return true
	}
	for {
		s.space()
		if end == '}' && !s.key() {
			return false
		}
		if !s.value(depth) {
			return false
		}
		s.space()
		if s.take(end) {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

func (s *scanner) key() bool {
	if s.peek() != '"' || !s.string() {
		return false
	}
	s.space()
	if !s.take(':') {
		return false
	}
	s.space()
	return true
}

func (s *scanner) string() bool {
	if end, ok := plainString(s.text[s.at+1:]); ok {
		s.at += end + len(`""`)
		return true
	}
	for i := s.at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case !special[c]:
		case c == '"':
			s.at = i + 1
			return true
		case c != '\\':
			return false
		default:
			n := escape(s.text[i+1:])
			if n == 0 {
				return false
			}
			i += n
		}
	}
	return false
}

// plainString finds the quotation mark that ends a string, if all before it
// stands for itself. It stands here because a picture may be such a string: it
// looks at many bytes at once.
func plainString(text []byte) (end int, ok bool) {
	end = bytes.IndexByte(text, '"')
	if end < 0 || bytes.IndexByte(text[:end], '\\') >= 0 {
		return 0, false
	}
	return end, !hasControl(text[:end])
}

// hasControl reports whether a byte is below a space.
func hasControl(text []byte) bool {
	const ones = 0x0101010101010101
	found := uint64(0)
	for ; len(text) >= 8; text = text[8:] {
		eight := binary.LittleEndian.Uint64(text)
		found |= (eight - ' '*ones) &^ eight // the top bit of a byte that was too small to subtract from
	}
	for _, c := range text {
		if c < ' ' {
			return true
		}
	}
	return found&(0x80*ones) != 0
}

// special are the bytes of a string that do not stand for themselves.
var special = func() (is [256]bool) {
	for c := range ' ' {
		is[c] = true
	}
	is['"'], is['\\'] = true, true
	return is
}()

// escape is the length of what stands behind a backslash, or zero if that is
// nothing that may.
func escape(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch text[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
		if len(text) < 5 {
			return 0
		}
		for _, c := range text[1:5] {
			if !isDigit(c) && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return 0
			}
		}
		return 5
	}
	return 0
}

func (s *scanner) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.at
	for isDigit(s.peek()) {
		s.at++
	}
	return s.at > start
}

package socketio

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// A Texter is a value for Event.Decode with a text that may be long, such as a
// picture: Text is where it goes, and in which field of the object it stands.
//
// A long text is read apart from the rest. encoding/json reads a string five
// times, byte by byte; for a picture of 200 KB that is a millisecond, for which
// everybody in the room waits.
type Texter interface {
	Text() (field string, text *string)
}

// long is the length of an argument from which its text is worth to be read
// apart.
const long = 4 << 10

// decode is json.Unmarshal for what splitArray made. The last of several fields
// of a name counts in both.
func decode(arg []byte, v any) error {
	t, ok := v.(Texter)
	if !ok || len(arg) < long {
		return json.Unmarshal(arg, v)
	}
	field, into := t.Text()
	rest, text, ok := cutText(arg, field)
	if !ok {
		return json.Unmarshal(arg, v)
	}
	if err := json.Unmarshal(rest, v); err != nil {
		return err
	}
	*into = string(text)
	return nil
}

// cutText takes a string out of an object, which is known to be valid JSON, and
// leaves an empty one. It does so if the last field of that name is one, and if
// every character in it stands for itself: encoding/json would replace what is
// no UTF-8.
func cutText(object []byte, field string) (rest, text []byte, ok bool) {
	from, to := -1, -1
	s := scanner{text: object}
	if s.peek() != '{' {
		return nil, nil, false
	}
	for end := byte(','); end == ','; end = s.next() {
		s.at++ // the brace, or a comma
		s.space()
		start := s.at
		if !s.key() {
			return nil, nil, false // an empty object
		}
		name := object[start:]
		start = s.at
		s.value(1)
		if bytes.HasPrefix(name, []byte(`"`+field+`"`)) {
			from, to = start, s.at
		}
	}
	if from < 0 || object[from] != '"' {
		return nil, nil, false
	}
	if end, plain := plainString(object[from+1 : to]); !plain || end != to-from-2 || !utf8.Valid(object[from+1:to-1]) {
		return nil, nil, false
	}
	rest = append(append(make([]byte, 0, len(object)-(to-from)+2), object[:from+1]...), object[to-1:]...)
	return rest, object[from+1 : to-1], true
}

// next is the byte behind white space.
func (s *scanner) next() byte {
	s.space()
	return s.peek()
}

package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// encode is JSON without the escapes that are for HTML.
func encode(v any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // it would only be longer
	if err := encoder.Encode(v); err != nil {
		panic(err) // strings and numbers can be encoded
	}
	return bytes.TrimSuffix(text.Bytes(), []byte{'\n'})
}

// encode puts together what is JSON already: of a large room, or of one where
// long messages were said, most of the acknowledgement. The library would read
// all of it once more, byte by byte.
func (a joinAck) encode() json.RawMessage {
	text := fmt.Appendf(nil, `{"room":%s,"you":%s,`, encode(a.Room), encode(a.You))
	if a.Title != "" {
		text = fmt.Appendf(text, `"title":%s,`, encode(a.Title))
	}
	text = append(text, `"members":`...)
	text = append(append(text, a.Members...), `,"messages":[`...)
	for i, message := range a.Messages {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, message...)
	}
	return fmt.Appendf(text, `],"last":%s,"more":%t,"older":%t,"gap":%t}`, encode(a.Last), a.More, a.Older, a.Gap)
}

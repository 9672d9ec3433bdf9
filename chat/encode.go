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

// parts are what is JSON already, and a little around it. They are copied only
// once, into the packet: the people of a large room, or long messages, are most
// of an acknowledgement, and everybody waits for it who comes in meanwhile.
func (a joinAck) parts() [][]byte {
	head := fmt.Appendf(nil, `{"room":%s,"you":%s,`, encode(a.Room), encode(a.You))
	if a.Title != "" {
		head = fmt.Appendf(head, `"title":%s,`, encode(a.Title))
	}
	all := make([][]byte, 0, 4+2*len(a.Messages))
	all = append(all, append(head, `"members":`...), a.Members, []byte(`,"messages":[`))
	for i, message := range a.Messages {
		if i > 0 {
			all = append(all, []byte{','})
		}
		all = append(all, message)
	}
	return append(all, fmt.Appendf(nil, `],"last":%s,"more":%t,"older":%t,"gap":%t}`, encode(a.Last), a.More, a.Older, a.Gap))
}

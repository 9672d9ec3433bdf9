package socketio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Binary is an argument that travels as a binary attachment.
type Binary []byte

// reserved are the event names that the protocol keeps for itself.
var reserved = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}

// decodeArgs reads the array of an event or an acknowledgement. It checks that
// every placeholder stands for an attachment there is.
func decodeArgs(data []byte, attachments int) ([]json.RawMessage, error) {
	args, ok := splitArray(bytes.Clone(data))
	if !ok {
		return nil, errPacket
	}
	if attachments == 0 {
		return args, nil
	}
	for _, arg := range args {
		var value any
		if err := json.Unmarshal(arg, &value); err != nil || !placed(value, attachments) {
			return nil, errPacket
		}
	}
	return args, nil
}

// placed reports whether every placeholder in a value is in range. Placeholders
// may nest, come in any order and repeat.
func placed(value any, attachments int) bool {
	switch v := value.(type) {
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !placed(e, attachments) })
	case map[string]any:
		if v["_placeholder"] == true {
			num, ok := v["num"].(float64)
			return ok && num == float64(int(num)) && num >= 0 && int(num) < attachments
		}
		for _, e := range v {
			if !placed(e, attachments) {
				return false
			}
		}
	}
	return true
}

// eventName takes the name off the arguments of an event: a string or a number
// that is not reserved.
func eventName(args []json.RawMessage) (string, error) {
	if len(args) == 0 {
		return "", errPacket
	}
	if c := args[0][0]; c == '-' || isDigit(c) {
		return string(args[0]), nil
	}
	name, ok := asString(args[0])
	if !ok || slices.Contains(reserved, name) {
		return "", errPacket
	}
	return name, nil
}

// asString reads a string from JSON that is known to be valid.
func asString(value json.RawMessage) (text string, ok bool) {
	if value[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : len(value)-1]), true
	}
	return text, json.Unmarshal(value, &text) == nil
}

// encodeArgs writes arguments as a JSON array, with a placeholder for each
// Binary, and returns the attachments.
func encodeArgs(args []any) (data []byte, attachments [][]byte, err error) {
	data = []byte{'['}
	for i, arg := range args {
		if i > 0 {
			data = append(data, ',')
		}
		if raw, ok := arg.(Binary); ok {
			data = fmt.Appendf(data, `{"_placeholder":true,"num":%d}`, len(attachments))
			attachments = append(attachments, raw)
			continue
		}
		if data, err = appendJSON(data, arg); err != nil {
			return nil, nil, err
		}
	}
	if len(attachments) > maxAttachments {
		return nil, nil, fmt.Errorf("encoding arguments: %d attachments, at most %d are allowed", len(attachments), maxAttachments)
	}
	return append(data, ']'), attachments, nil
}

// joinRaw closes an array that was opened with arguments that are JSON.
func joinRaw(array []byte, args []json.RawMessage) []byte {
	for _, arg := range args {
		array = append(append(array, arg...), ',')
	}
	return append(bytes.TrimSuffix(array, []byte{','}), ']')
}

// appendString adds a string as JSON.
func appendString(dst []byte, text string) []byte {
	for i := range len(text) {
		if special[text[i]] || text[i] >= utf8.RuneSelf {
			dst, _ = appendJSON(dst, text) // a string can be encoded
			return dst
		}
	}
	return append(append(append(dst, '"'), text...), '"')
}

// appendJSON adds a value without HTML escaping, which would only make it
// longer: no browser reads it as HTML.
func appendJSON(dst []byte, value any) ([]byte, error) {
	buffer := bytes.NewBuffer(dst)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encoding an argument: %w", err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte{'\n'}), nil
}

// validNamespace reports whether a name can stand in a packet.
func validNamespace(name string) bool {
	return strings.HasPrefix(name, "/") && !strings.ContainsAny(name, ",?")
}

package socketio

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// put puts attachments where their placeholders stand, as a client does, and
// fails where there is none to put.
func put(t *testing.T, value any, attachments [][]byte) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = put(t, v[i], attachments)
		}
	case map[string]any:
		if v["_placeholder"] == true {
			n, ok := v["num"].(float64)
			if !ok || n < 0 || n >= float64(len(attachments)) || n != float64(int(n)) {
				t.Fatalf("a placeholder for %v got in, of %d", v["num"], len(attachments))
			}
			return attachments[int(n)]
		}
		for k := range v {
			v[k] = put(t, v[k], attachments)
		}
	}
	return value
}

// FuzzArgs feeds the decoder of arguments. What it takes is JSON, owns its bytes,
// has an attachment for every placeholder, and is the same when it is written and
// read again.
func FuzzArgs(f *testing.F) {
	for _, seed := range []string{
		`["x",{"a":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`,
		`["x",{"_placeholder":true,"num":10}]`, `["x",{"_placeholder":true,"num":-1}]`, `["x",{"_placeholder":true,"num":1e0}]`,
		`["x",{"_placeholder":true,"num":"splice"}]`, `["x",{"_placeholder":true,"_placeholder":false,"num":9}]`,
		`["x",{"_placeholder":{"_placeholder":true,"num":0}}]`, `["x",1e400]`, `[]`, ` [ 1 , 2 ] `, `[[[[[]]]]]`, `["\ud800",null]`,
	} {
		for _, attachments := range []uint8{0, 1, 2, 10} {
			f.Add([]byte(seed), attachments)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, attachments uint8) {
		bin := make([][]byte, min(attachments, maxAttachments))
		read := bytes.Clone(data)
		args, err := decodeArgs(read, len(bin))
		if err != nil {
			if args != nil {
				t.Fatal("an error came with arguments")
			}
			return
		}
		clear(read) // the buffer is another message's by now
		for _, arg := range args {
			var value any
			if err := json.Unmarshal(arg, &value); err == nil && len(bin) > 0 {
				put(t, value, bin)
			} else if !json.Valid(arg) || len(bin) > 0 {
				t.Fatalf("%q got in: %v", arg, err)
			}
		}
		again, err := decodeArgs(joinRaw([]byte{'['}, args), len(bin))
		if err != nil || !slices.EqualFunc(args, again, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
			t.Fatalf("%q comes back as %q, %v", args, again, err)
		}
	})
}

// theProtocols are the names that no client may give an event.
var theProtocols = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}

// FuzzEventName feeds what tells the name of an event. It is none of the
// protocol's own, and an event that is sent on has the same.
func FuzzEventName(f *testing.F) {
	for _, seed := range []string{
		`["hello",1]`, `[7]`, `[-0.5e3]`, `["__proto__"]`, `["connect"]`, `["conn\u0065ct"]`, `["\ud800"]`, `[null]`, `[]`, `[{}]`,
		`["\"\\\u0000"]`, "[\"\xff\"]", `[""]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		args, err := decodeArgs(data, 0)
		if err != nil {
			return
		}
		name, err := eventName(args)
		var library any
		ok := len(args) > 0 && json.Unmarshal(args[0], &library) == nil
		text, isText := library.(string)
		_, isNumber := library.(float64)
		switch {
		case err != nil && name != "":
			t.Fatalf("%s: an error came with the name %q", data, name)
		case err != nil && (isNumber || isText && !slices.Contains(theProtocols, text)):
			t.Fatalf("%s was refused", data)
		case err != nil:
			return
		case slices.Contains(theProtocols, name):
			t.Fatalf("%s: the name %q is the protocol's", data, name)
		case ok && isText && name != text && utf8.ValidString(name), ok && isNumber && name != string(args[0]):
			t.Fatalf("%s: got %q", data, name)
		}
		sent, err := decodeArgs(rawEvent(name, args[1:]), 0)
		if err != nil || len(sent) != len(args) {
			t.Fatalf("%s is sent on as %s, %v", data, rawEvent(name, args[1:]), err)
		}
		if got, ok := asString(sent[0]); !ok || got != strings.ToValidUTF8(name, "\ufffd") && utf8.ValidString(name) {
			t.Fatalf("the name %q is sent on as %s", name, sent[0])
		}
	})
}

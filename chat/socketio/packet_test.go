package socketio

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestDecodeHeader(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       header
	}{
		{"connect", `0`, header{kind: '0', namespace: "/", id: noAck}},
		{"connect with auth", `0{"token":"x"}`, header{kind: '0', namespace: "/", id: noAck, data: []byte(`{"token":"x"}`)}},
		{"connect to a namespace", `0/admin,`, header{kind: '0', namespace: "/admin", id: noAck}},
		{"without the comma", `0/admin`, header{kind: '0', namespace: "/admin", id: noAck}},
		{"disconnect", `1/admin,`, header{kind: '1', namespace: "/admin", id: noAck}},
		{"event", `2["hello",1]`, header{kind: '2', namespace: "/", id: noAck, data: []byte(`["hello",1]`)}},
		{"event with ack", `2/admin,456["x"]`, header{kind: '2', namespace: "/admin", id: 456, data: []byte(`["x"]`)}},
		{"ack 0", `30[]`, header{kind: '3', namespace: "/", id: 0, data: []byte(`[]`)}},
		{"binary event", `52-["x"]`, header{kind: '5', attachments: 2, namespace: "/", id: noAck, data: []byte(`["x"]`)}},
		{"binary ack", `61-/admin,7[]`, header{kind: '6', attachments: 1, namespace: "/admin", id: 7, data: []byte(`[]`)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodeHeader([]byte(test.text), maxAttachments)
			if err != nil {
				t.Fatalf("decodeHeader(%q): %v", test.text, err)
			}
			if !equal(got, test.want) {
				t.Errorf("decodeHeader(%q): got %+v, want %+v", test.text, got, test.want)
			}
		})
	}
}

func TestDecodeHeaderRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                      ``,
		"an unknown type":              `7["x"]`,
		"a letter":                     `abc`,
		"connect with a list":          `0[]`,
		"connect with a string":        `0"x"`,
		"connect with broken JSON":     `0{`,
		"connect with a NUL":           "0\x00x",
		"disconnect with a NUL":        "1\x00x",
		"disconnect with data":         `1{}`,
		"an event that is an object":   `2{}`,
		"an event without data":        `2`,
		"an ack without an id":         `3[]`,
		"an ack without data":          `31`,
		"a connect error":              `4{"message":"x"}`,
		"a count without a dash":       `51["x"]`,
		"no count":                     `5-["x"]`,
		"no attachments in a binary":   `50-["x"]`,
		"eleven attachments":           `511-["x"]`,
		"a billion attachments":        `51000000000-["x"]`,
		"an exponent":                  `51e3-["x"]`,
		"a negative count":             `5-1-["x"]`,
		"an ack id of 400 digits":      `2` + strings.Repeat("9", 400) + `["x"]`,
		"an ack id of sixteen digits":  `21234567890123456["x"]`,
		"a negative ack id":            `2-1["x"]`,
		"a namespace and no event":     `2/admin`,
		"attachments on a plain event": `21-["x"]`,
	} {
		if got, err := decodeHeader([]byte(text), maxAttachments); err == nil {
			t.Errorf("%s: decodeHeader(%.40q) took it: %+v", name, text, got)
		}
	}
}

func TestAttachmentsAreLimited(t *testing.T) {
	for most, text := range map[int]string{1: `52-["x"]`, 300: `5301-["x"]`, 9999: `510000-["x"]`} {
		if got, err := decodeHeader([]byte(text), most); err == nil {
			t.Errorf("with %d attachments at most, %s is %+v", most, text, got)
		}
	}
	for most, text := range map[int]string{1: `51-["x"]`, 300: `5300-["x"]`, 9999: `59999-["x"]`} {
		if got, err := decodeHeader([]byte(text), most); err != nil || got.attachments != most {
			t.Errorf("with %d attachments at most, %s is %+v, %v", most, text, got, err)
		}
	}
}

func TestDecodeArgsChecksPlaceholders(t *testing.T) {
	for _, test := range []struct {
		name, data  string
		attachments int
		ok          bool
	}{
		{"nested, out of order and repeated", `["x",{"a":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, 2, true},
		{"not a placeholder", `["x",{"_placeholder":false,"num":9}]`, 1, true},
		{"out of range", `["x",{"_placeholder":true,"num":1}]`, 1, false},
		{"negative", `["x",{"_placeholder":true,"num":-1}]`, 1, false},
		{"a fraction", `["x",{"_placeholder":true,"num":0.5}]`, 1, false},
		{"a method of arrays", `["x",{"_placeholder":true,"num":"splice"}]`, 1, false},
		{"missing", `["x",{"_placeholder":true}]`, 1, false},
		{"too large for a float", `["x",1e400]`, 1, false},
		{"very deep", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := decodeArgs([]byte(test.data), test.attachments); (err == nil) != test.ok {
				t.Errorf("got %v, want ok %v", err, test.ok)
			}
		})
	}
}

func TestEventName(t *testing.T) {
	for data, want := range map[string]string{
		`["hello"]`:           "hello",
		`[7]`:                 "7",
		`["__proto__",1]`:     "__proto__",
		`["toString"]`:        "toString",
		`["connect"]`:         "",
		`["disconnect"]`:      "",
		`["newListener"]`:     "",
		`[null]`:              "",
		`[]`:                  "",
		`[{}]`:                "",
		`[["nested"]]`:        "",
		`[true]`:              "",
		`["connect_error",1]`: "",
	} {
		args, err := decodeArgs([]byte(data), 0)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		got, err := eventName(args)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("eventName(%s): got %q and %v, want %q", data, got, err, want)
		}
	}
}

// What the decoder takes it must be able to write again, to its equal.
func FuzzHeader(f *testing.F) {
	for _, seed := range []string{`0`, `0/a,{"x":1}`, `2/a,12["b"]`, `51-["x",{"_placeholder":true,"num":0}]`, `30[]`, `1`, `2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := decodeHeader(text, maxAttachments)
		if err != nil {
			return
		}
		again, err := decodeHeader(append(appendHeader(nil, first), first.data...), maxAttachments)
		if err != nil {
			t.Fatalf("decoding what was encoded: %v", err)
		}
		if !equal(first, again) {
			t.Errorf("got %+v, want %+v", again, first)
		}
		args, err := decodeArgs(first.data, first.attachments)
		if err != nil && args != nil {
			t.Error("an error came with arguments")
		}
	})
}

func equal(a, b header) bool {
	return a.kind == b.kind && a.attachments == b.attachments && a.namespace == b.namespace && a.id == b.id &&
		bytes.Equal(a.data, b.data)
}

// In parts or whole, with an offset or not, an event is the same on the wire.
func TestEncodeParts(t *testing.T) {
	for _, namespace := range []string{"/", "/custom"} {
		whole := EncodeRaw(namespace, "sa\"id", []json.RawMessage{[]byte(`{"a":"b","c":1}`)}, nil)
		parts := [][]byte{[]byte(`{"a":`), []byte(`"b",`), []byte(`"c":1}`)}
		if got, want := EncodeParts(namespace, "sa\"id", "", parts...).frames[0].Data(), whole.frames[0].Data(); !bytes.Equal(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := EncodeParts(namespace, "sa\"id", "x y", parts...).frames[0].Data(), whole.WithOffset("x y").withOffset[0].Data(); !bytes.Equal(got, want) {
			t.Errorf("with an offset: got %s, want %s", got, want)
		}
	}
}

package socketio

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// arrays are seeds for the fuzzer, and cases of their own.
var arrays = []string{
	`[]`, ` [ ] `, `["a"]`, "\t[\r\n\"a\" , 1 ] ", `[1,2.5,-0,0.1,1e9,1E+9,-1.2e-3]`, `[true,false,null]`,
	`[{"a":[{},[]],"b" : "c"},[[]]]`, `["\"\\\/\b\f\n\r\t\u00e9\uD83D"]`, `["é😀` + "\u2028" + `"]`,
	``, `null`, `{}`, `[`, `]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `[]]`, `[]x`, `[1]2`, `["a]`, `["a\]`, `["\x"]`, `["\u12g4"]`, `["\u12"]`,
	"[\"a\nb\"]", "[\"\x00\"]", "[\x00]", `[01]`, `[-]`, `[+1]`, `[.5]`, `[1.]`, `[1e]`, `[1e+]`, `[tru]`, `[nulll]`, `[truefalse]`,
	`[{]`, `[{"a"}]`, `[{"a":}]`, `[{"a":1,}]`, `[{a:1}]`, `[{1:1}]`, `[{"a":1 "b":2}]`, `[{"a"1}]`, "[\"\x7f\xff\"]",
	`["0123456789abcdef"]`, `["01234567"]`, "[\"0123456\x1f89abcdef\"]", "[\"01234567\x00\"]", "[\"01234567\xff\x80\x9f \"]", `["0123456789\u00e9abcdef"]`,
	strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999), strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
}

// sameAsLibrary holds splitArray to encoding/json.
func sameAsLibrary(t *testing.T, text string) {
	t.Helper()
	var want []json.RawMessage
	valid := json.Unmarshal([]byte(text), &want) == nil && strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "[")
	got, ok := splitArray([]byte(text))
	if ok != valid {
		t.Fatalf("splitArray(%.80q): got %v, want %v", text, ok, valid)
	}
	if ok && !slices.EqualFunc(got, want, func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
		t.Fatalf("splitArray(%.80q): got %.80q, want %.80q", text, got, want)
	}
}

func TestSplitArray(t *testing.T) {
	for _, text := range arrays {
		sameAsLibrary(t, text)
	}
}

func FuzzSplitArray(f *testing.F) {
	for _, text := range arrays {
		f.Add(text)
	}
	f.Fuzz(sameAsLibrary)
}

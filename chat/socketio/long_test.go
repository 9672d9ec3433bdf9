package socketio

import (
	"encoding/json"
	"strings"
	"testing"
)

// A note is what the tests read; a plainNote is the same for the library.
type (
	note      plainNote
	plainNote struct {
		Room    string            `json:"room"`
		Message string            `json:"message"`
		Rest    map[string]string `json:"rest"`
	}
)

func (n *note) Text() (field string, text *string) { return "message", &n.Message }

// L stands for a long text.
var notes = []string{
	`{}`, `[]`, `null`, `"L"`, `17`,
	`{"message":"L"}`, `{"room":"r","message":"L"}`, `{"message":"L","room":"r"}`, ` { "message" : "L" , "room" : "r" } `,
	`{"message":"L","message":"x"}`, `{"message":"x","message":"L"}`, `{"message":"L","message":7}`, `{"message":7,"message":"L"}`,
	`{"message":null,"room":"L"}`, `{"message":["L"]}`, `{"message":{"message":"L"}}`, `{"rest":{"message":"L"},"room":"r"}`,
	`{"message":"L\n"}`, `{"message":"\"L"}`, `{"message":"L\\"}`, `{"messages":"L"}`, `{"message\"":"L"}`, `{"":"L","message":""}`,
	`{"message":"L","room":7}`, `{"room":"L","message":"L","rest":{"a":"L"}}`, `{"message":"é😀L"}`, "{\"message\":\"\xffL\"}", "{\"message\":\"L\xe2\x82\"}",
}

// readsLikeLibrary holds decode to encoding/json.
func readsLikeLibrary(t *testing.T, text string) {
	t.Helper()
	args, ok := splitArray([]byte("[" + strings.ReplaceAll(text, "L", strings.Repeat("x", long)) + "]"))
	if !ok || len(args) != 1 {
		return
	}
	var got note
	var want plainNote
	gotErr, wantErr := decode(args[0], &got), json.Unmarshal(args[0], &want)
	if (gotErr == nil) != (wantErr == nil) {
		t.Fatalf("decode(%q): got error %v, want %v", text, gotErr, wantErr)
	}
	if gotErr == nil && (got.Room != want.Room || got.Message != want.Message || len(got.Rest) != len(want.Rest)) {
		t.Fatalf("decode(%q): got %.80v, want %.80v", text, got, want)
	}
}

func TestDecodeLong(t *testing.T) {
	for _, text := range notes {
		readsLikeLibrary(t, text)
	}
}

// The text is read apart where it can be: otherwise the test above would hold
// the library to itself.
func TestCutText(t *testing.T) {
	rest, text, ok := cutText([]byte(`{"room":"r", "message" : "L" ,"rest":{}}`), "message")
	if want := `{"room":"r", "message" : "" ,"rest":{}}`; !ok || string(text) != "L" || string(rest) != want {
		t.Errorf("got %q and %q, %t; want L and %q", text, rest, ok, want)
	}
}

func FuzzDecodeLong(f *testing.F) {
	for _, text := range notes {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// The library takes a field for that of another spelling, which we don't.
		if folded := strings.ToLower(text); strings.Count(text, "message") != strings.Count(folded, "message") || strings.ContainsAny(text, `\ſ`) {
			return
		}
		readsLikeLibrary(t, text)
	})
}

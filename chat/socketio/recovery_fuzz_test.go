package socketio

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzReturning feeds what reads that a client comes back. It gives both or
// neither, and the same when the client says it again.
func FuzzReturning(f *testing.F) {
	for _, seed := range []string{
		`{"pid":"p","offset":"o"}`, `{"token":"t","offset":"o","pid":"p"}`, ``, `{}`, `{"pid":"p"}`, `{"pid":"p","offset":1}`,
		`{"pid":["p"],"offset":"o"}`, `{"pid":"","offset":"o"}`, `{"pid":null,"offset":null}`, `{"pid":"\ud800","offset":"\u0000"}`,
		`{"pid":"a","pid":"b","offset":"o"}`, `[]`, `null`, `{"pid":"p","offset":"o"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, auth []byte) {
		pid, offset := Returning(auth)
		if pid == "" || offset == "" {
			if pid != offset {
				t.Fatalf("%s: got %q and %q", auth, pid, offset)
			}
			return
		}
		if !json.Valid(auth) || !utf8.ValidString(pid) || !utf8.ValidString(offset) {
			t.Fatalf("%q: got %q and %q", auth, pid, offset)
		}
		said, err := json.Marshal(map[string]string{"pid": pid, "offset": offset})
		if err != nil {
			t.Fatal(err)
		}
		if again, same := Returning(said); again != pid || same != offset {
			t.Fatalf("%s: got %q and %q, want %q and %q", said, again, same, pid, offset)
		}
	})
}

// FuzzOffset puts any offset behind any event, in both ways there are. It is the
// last argument, and the others are what they were.
func FuzzOffset(f *testing.F) {
	for _, seed := range [][3]string{
		{"said", `{"a":1}`, "12"}, {"said", `"x"`, "018bcfe5680000000001 den"}, {`q"uote`, `[]`, `"\`}, {"é", `null`, "\u2028\x00"}, {"", `0`, "\xff"},
	} {
		f.Add(seed[0], []byte(seed[1]), seed[2])
	}
	f.Fuzz(func(t *testing.T, event string, arg []byte, offset string) {
		if !json.Valid(arg) || offset == "" {
			return
		}
		arg = bytes.TrimSpace(arg)
		plain := EncodeRaw("/", event, []json.RawMessage{arg}, nil)
		with := plain.WithOffset(offset).withOffset[0].Data()
		if parts := EncodeParts("/", event, offset, arg[:len(arg)/2], arg[len(arg)/2:]).frames[0].Data(); !bytes.Equal(parts, with) {
			t.Fatalf("in parts it is %s, want %s", parts, with)
		}
		before, ok := splitArray(plain.frames[0].Data()[1:])
		after, ok2 := splitArray(with[1:])
		if !ok || !ok2 || len(before) != 2 || len(after) != 3 || !bytes.Equal(before[0], after[0]) || !bytes.Equal(arg, after[1]) {
			t.Fatalf("%s has the offset in %s", plain.frames[0].Data(), with)
		}
		if got, ok := asString(after[2]); !ok || utf8.ValidString(offset) && got != offset {
			t.Fatalf("the offset %q is %s", offset, after[2])
		}
	})
}

package history

import (
	"strings"
	"testing"
)

func TestBody(t *testing.T) {
	for _, e := range []Entry{
		{},
		{Data: []byte("text")},
		{Key: "key", Origin: "origin", File: "file", Data: []byte("1 2 3\nx")},
		{Key: strings.Repeat("k", maxNameBytes), Data: make([]byte, maxEntryBytes)},
	} {
		got, err := decodeBody(encodeBody(e))
		if err != nil || got.Key != e.Key || got.Origin != e.Origin || got.File != e.File || string(got.Data) != string(e.Data) {
			t.Errorf("%.50v came back as %.50v, %v", e, got, err)
		}
	}
}

func TestBodyRefusesJunk(t *testing.T) {
	for _, body := range []string{
		"", "\n", "x", "0 0\n", "0 0 0", "0 0 0 0\n", "00 0 0\n", "+1 0 0\nx", "-1 0 0\n", "1 0 0\n", "70000 0 0\n",
		"99999999999999999999 0 0\n", "<html>\n", `{"id":1}` + "\n", strings.Repeat("1", 1<<20) + "\n",
		"0 0 0\n" + strings.Repeat("x", maxEntryBytes+1),
	} {
		if e, err := decodeBody(body); err == nil {
			t.Errorf("decodeBody(%.30q): got %.30v, want an error", body, e)
		}
	}
}

func TestHeardRefusesJunk(t *testing.T) {
	const body = "0 0 0\nx"
	for _, line := range []string{
		"", "b", "b 0-0", "b 0-0 0-0", " 0-0 1-0", "b 1-1 x", "b x 1-1", "b 0-0 01-0", "b 0-0 1-4294967296",
		"b 0-0 281474976710656-0", "b 0-0 1-0 2-0", "b 0-0 -1-0", strings.Repeat("b", 200) + " 0-0 1-0",
	} {
		if h, err := decodeHeard(line + "\n" + body); err == nil {
			t.Errorf("decodeHeard(%.30q): got %+v, want an error", line, h)
		}
	}
}

// What is decoded encodes to the very bytes it came from.
func FuzzDecodeBody(f *testing.F) {
	f.Add("0 0 0\n")
	f.Add("1 2 3\nkoofffdata")
	f.Add("3 0 0\nx")
	f.Fuzz(func(t *testing.T, body string) {
		e, err := decodeBody(body)
		if err != nil {
			if e.Key != "" || e.Origin != "" || e.File != "" || e.Data != nil {
				t.Errorf("decodeBody(%q): got %+v with an error", body, e)
			}
			return
		}
		if again := encodeBody(e); again != body {
			t.Errorf("%q encodes to %q", body, again)
		}
	})
}

func FuzzDecodeHeard(f *testing.F) {
	f.Add("1700000000.123 0-0 1700000000123-0\n0 0 0\n")
	f.Add("b 1-1 2-2\n")
	f.Fuzz(func(t *testing.T, payload string) {
		h, err := decodeHeard(payload)
		if err != nil {
			if h != (heard{}) {
				t.Errorf("decodeHeard(%q): got %+v with an error", payload, h)
			}
			return
		}
		if again := encodeHeard(h); again != payload {
			t.Errorf("%q encodes to %q", payload, again)
		}
	})
}

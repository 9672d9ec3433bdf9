package history

import (
	"strconv"
	"strings"
	"testing"

	"chat/chat/internal/bus"
)

// replyOf makes what a script may have returned: a word a line, where one that
// begins with ":" is a number, and "-" nothing.
func replyOf(text string) any {
	var words []any
	for line := range strings.SplitSeq(text, "\n") {
		n, err := strconv.ParseInt(strings.TrimPrefix(line, ":"), 10, 64)
		switch {
		case line == "-":
			words = append(words, nil)
		case strings.HasPrefix(line, ":") && err == nil:
			words = append(words, n)
		default:
			words = append(words, line)
		}
	}
	return words
}

// FuzzPage feeds what reads a page of a log in Redis. One that is taken has as
// many entries as there are ids, in either order; its bodies become entries or
// are dropped.
func FuzzPage(f *testing.F) {
	head := "b\n2-0\n1-0\n:1\n:0\n1000\n"
	f.Add(head+"1-0\n0 0 0\nx", false)
	f.Add(head+"1-0\nbody\n2-0\nbody", true)
	f.Add(head+"0-0\nbody", false)
	f.Add(head+"-\n-", false)
	f.Add(strings.TrimSuffix(head, "\n"), true)
	f.Add("", false)
	f.Fuzz(func(t *testing.T, text string, back bool) {
		reply := replyOf(text)
		p, err := decodePage(reply, pageQuery{back: back})
		if err != nil {
			if p.entries != nil || p.born != "" || p.last != "" {
				t.Fatalf("got %+v with an error", p)
			}
			return
		}
		words := reply.([]any)
		if len(p.entries) != (len(words)-pageHead)/2 {
			t.Fatalf("%d words give %d entries", len(words), len(p.entries))
		}
		for i, one := range p.entries {
			at := i
			if back {
				at = len(p.entries) - 1 - i
			}
			if words[pageHead+2*at] != streamID(one.id) {
				t.Fatalf("entry %d is %q, want that of %q", i, one.id, words[pageHead+2*at])
			}
			if e, err := entryOf(one); err == nil && (e.ID != one.id || strings.HasPrefix(e.Key, ownKey) || len(e.Data) > maxEntryBytes) {
				t.Fatalf("entry %d is %+v", i, e)
			}
		}
	})
}

// FuzzStored feeds what reads how an append went. One that is taken has the ids
// that Redis told, and the body of whichever entry was first.
func FuzzStored(f *testing.F) {
	for _, seed := range []string{":0\n2-0\n1-0\nb\n", ":1\n2-0\n0-0\nb\n0 0 0", "x\n2-0\n1-0\nb\nc", ":1\n-\n-\n-\n-", ":0\n0-0\n0-0\n\n", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		reply := replyOf(text)
		s, err := decodeStored(posting{body: "mine"}, bus.Call{Reply: reply})
		if err != nil {
			if s.heard != (heard{}) {
				t.Fatalf("got %+v with an error", s.heard)
			}
			return
		}
		words := reply.([]any)
		body := "mine"
		if words[0] == int64(1) {
			body, _ = words[4].(string)
		}
		if words[1] != streamID(s.heard.id) || words[2] != streamID(s.heard.prev) || s.heard.body != body || s.heard.id == "" {
			t.Fatalf("%q is read as %+v", text, s.heard)
		}
	})
}

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// hear notes a line of an actor. What comes while time passes says when.
func (s *stage) hear(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after := time.Since(s.from); after > 0 {
		name += " after " + after.String()
	}
	s.heard = append(s.heard, "<- "+name+": "+s.named(text)+"\n")
}

// overheard returns the lines since the last step. Those of one actor keep
// their order; between actors there is none, so it is that of time and names.
func (s *stage) overheard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := s.heard
	s.heard = nil
	key := func(line string) (after time.Duration, name string) {
		name, _, _ = strings.Cut(line, ": ")
		name, when, _ := strings.Cut(name, " after ")
		after, _ = time.ParseDuration(when) // zero when there is none
		return after, name
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		timeA, nameA := key(a)
		timeB, nameB := key(b)
		if timeA != timeB {
			return int(timeA - timeB)
		}
		return strings.Compare(nameA, nameB)
	})
	return strings.Join(lines, "")
}

// An id is one of a session, or a private one, and its name in a transcript.
type id struct{ text, name string }

// introduced is how both protocols tell an id for the first time.
var introduced = regexp.MustCompile(`"(sid|pid)":"([^"]{20,})"`)

// named gives ids the names by which a transcript knows them.
func (s *stage) named(text string) string {
	for _, match := range introduced.FindAllStringSubmatch(text, -1) {
		s.name(strings.ToUpper(match[1]), match[2])
	}
	for _, id := range s.ids {
		text = strings.ReplaceAll(text, id.text, id.name)
	}
	return text
}

// name gives an id the next name of its kind, unless it has one.
func (s *stage) name(kind, text string) {
	n := 1
	for _, id := range s.ids {
		if id.text == text {
			return
		}
		if strings.HasPrefix(id.name, kind) {
			n++
		}
	}
	s.ids = append(s.ids, id{text, fmt.Sprint(kind, n)})
}

// unnamed is named the other way round.
func (s *stage) unnamed(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Backward(s.ids) { // SID10 before SID1
		text = strings.ReplaceAll(text, id.name, id.text)
	}
	return text
}

var shorthand = regexp.MustCompile(`\{([^{}"])\*([0-9]+)\}|\\x[0-9a-f]{2}`)

// expand makes bytes of the text in a transcript.
func expand(text string) string {
	return shorthand.ReplaceAllStringFunc(text, func(match string) string {
		if digits, ok := strings.CutPrefix(match, `\x`); ok {
			b, _ := hex.DecodeString(digits) // the pattern sees to it
			return string(b)
		}
		n, _ := strconv.Atoi(match[3 : len(match)-1])
		return strings.Repeat(match[1:2], n)
	})
}

// shorten makes readable text of bytes.
func shorten(data []byte) string {
	var out strings.Builder
	for len(data) > 0 {
		first := data[0]
		run := len(data) - len(bytes.TrimLeft(data, string(first)))
		if unicode.IsLetter(rune(first)) && first < utf8.RuneSelf && run >= 100 {
			fmt.Fprintf(&out, "{%c*%d}", first, run)
			data = data[run:]
			continue
		}
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size <= 1 || !unicode.IsPrint(r) {
			for _, b := range data[:size] {
				fmt.Fprintf(&out, `\x%02x`, b)
			}
		} else {
			out.WriteRune(r)
		}
		data = data[size:]
	}
	return out.String()
}

// unzip is what a client does with an answer that came compressed.
func unzip(t *testing.T, data []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Error(err)
		return nil
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Error(err)
	}
	return text
}

// say does what a transcript has a websocket say. That the server may hang up
// in the middle is for the transcript to show.
func say(conn *websocket.Conn, text string) {
	if text == "end" {
		_ = conn.Close(websocket.StatusNormalClosure, "")
		return
	}
	if digits, ok := strings.CutPrefix(text, "binary "); ok {
		data, _ := hex.DecodeString(digits)
		_ = conn.Write(context.Background(), websocket.MessageBinary, data)
		return
	}
	if text == "empty" {
		text = ""
	}
	_ = conn.Write(context.Background(), websocket.MessageText, []byte(expand(text)))
}

// code is how a websocket ended: its close code, or that there was none.
func code(err error) string {
	if c := websocket.CloseStatus(err); c >= 0 {
		return fmt.Sprint(" ", int(c))
	}
	return " without a word"
}

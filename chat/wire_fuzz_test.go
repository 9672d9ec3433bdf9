package chat

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"testing"

	"chat/chat/history"
	"chat/chat/internal/bus"
)

// FuzzRecord feeds what reads the records of a log that others can write to. One
// that is taken is written as what it means, is of the kind that it says, and
// cannot say of which room, by which id or when it was said.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		`{"message":"hi","sender":{"id":"ann","name":"Ann"}}`,
		`{"kind":"edit","message":"hi","sender":{"id":"ann","name":"Ann"},"target":"018bcfe5680000000001"}`,
		`{"kind":"delete","sender":{"id":"ann","name":"Ann"},"target":"x"}`,
		`{"kind":"reaction","sender":{"id":"ann","name":"Ann"},"target":"x","emoji":"x","on":false}`,
		`{"kind":"title","sender":{"id":"ann","name":"Ann"},"title":""}`,
		`{"message":"","sender":{"id":"ann"},"file":{"name":"f","url":"/","width":1,"height":1,"size":-1},"reply_to":"x","client_id":"c"}`,
		`{"message":"hi","sender":{"id":"ann"},"chat_id":"other","id":"forged","timestamp":"never"}`,
		`{"message":"hi"}`, `{"kind":"other","sender":{"id":"ann"}}`, `{"Kind":"edit","KIND":"title","title":"x","sender":{"ID":"a"}}`, `null`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	s := &Server{cfg: Config{Distrust: true}}
	id := history.NewID(1_700_000_000_000, 1)
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := decodeRecord(text)
		head, tail, k, payloadErr := s.payload("den", history.Entry{ID: id, Data: text})
		if (err == nil) != (payloadErr == nil) {
			t.Fatalf("%s: reading it gives %v, telling it %v", text, err, payloadErr)
		}
		if err != nil {
			if !reflect.DeepEqual(r, record{}) || head != nil || tail != nil {
				t.Fatalf("%s: got %+v with an error", text, r)
			}
			return
		}
		again, err := decodeRecord(r.encode())
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("%s comes back as %s, %v", r.encode(), again.encode(), err)
		}
		if kindOf(r.encode()) != r.Kind || k != r.Kind || events[k] == "" {
			t.Fatalf("%s is of the kind %q, and told as %q", r.encode(), r.Kind, events[k])
		}
		var told map[string]any
		if err := json.Unmarshal(append(head, tail...), &told); err != nil {
			t.Fatalf("%s%s: %v", head, tail, err)
		}
		if told["chat_id"] != "den" || told["id"] != string(id) || told["timestamp"] != "2023-11-14T22:13:20.000Z" {
			t.Fatalf("%s is told as %v", text, told)
		}
	})
}

// FuzzNeighbours has another server say anything of who is in a room, and in it.
// Whoever is there then can be a person, the list of them is one, and when the
// other server is gone so are they.
func FuzzNeighbours(f *testing.F) {
	for _, seed := range [][3]string{
		{`[{"id":"ann","name":"Ann"},{"id":"bo","name":"Bo"}]`, `{"typing":{"id":"ann","name":"Ann"}}`, `[{"id":"ann","name":"Anna"}]`},
		{`[{"id":"ann","name":"Ann"}]`, `{"renamed":{"id":"ann","name":"Other"}}`, `[]`},
		{`[{"id":"","name":"x"},{"id":"x","name":""},{"name":"\ud800","id":"x"}]`, `{"stopped":{"id":"ann","name":"Ann"}}`, `null`},
		{`{}`, `[]`, `[{"id":"ann","name":"Ann"},{"id":"ann","name":"Bo"}]`}, {`[null,1]`, `{"typing":null,"renamed":{}}`, `[`},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]), []byte(seed[2]))
	}
	f.Fuzz(func(t *testing.T, first, said, second []byte) {
		s := &Server{cfg: Config{Log: slog.New(slog.DiscardHandler)}, rooms: make(map[string]*Room)}
		r := newRoom(s, "den", nil)
		s.rooms["den"] = r
		n := neighbours{r}
		n.Here("other", first)
		n.Said(said)
		n.Here("other", second)
		n.Here("third", first)
		r.mu.Lock()
		var people []Person
		if err := json.Unmarshal(r.here.everybody(), &people); err != nil || len(people) != len(r.here.people) {
			t.Errorf("the list of %d people is %s, %v", len(r.here.people), r.here.everybody(), err)
		}
		for _, p := range people {
			if !p.plausible() {
				t.Errorf("%q is there, who is called %q", p.ID, p.Name)
			}
		}
		r.mu.Unlock()
		n.Here("other", nil)
		n.Here("third", nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.here.people) > 0 {
			t.Errorf("%s are there with nobody", r.here.everybody())
		}
	})
}

// FuzzRoomName feeds what tells which names a room can have. One that is taken is
// the same in a link, in a path and in Redis.
func FuzzRoomName(f *testing.F) {
	for _, seed := range []string{"den", "a-b_C9", "..", "a/b", "a%2fb", "a b", "{den}", "", "é", "den\n", "__proto__"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !roomName.MatchString(name) {
			return
		}
		link := "/chat/" + name
		if len(name) > 128 || url.PathEscape(name) != name || path.Clean(link) != link || !bus.ValidRoom(name) {
			t.Fatalf("a room can be called %q", name)
		}
	})
}

var dataImagePattern = regexp.MustCompile(`^data:image/[a-z0-9.+-]{1,100};base64,[A-Za-z0-9+/]+={0,2}$`)

// FuzzDataImage feeds what tells whether a text is a picture, which may be longer
// than others. It is what the expression says that would take too long.
func FuzzDataImage(f *testing.F) {
	for _, seed := range []string{
		"data:image/png;base64,AAAA", "data:image/svg+xml;base64,abcdefghijklmnop+/==", "data:image/jpeg;base64,A===", "data:image/png;base64,",
		"data:image/png;base64,AA\n", "data:image/png;base64,AA\u00e9AAAAAAAA", "data:text/html;base64,AAAA", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := isDataImage(text), dataImagePattern.MatchString(text); got != want {
			t.Fatalf("isDataImage(%q): got %v, want %v", text, got, want)
		}
		// Whatever it is, it passes its check or there is a reason that says why not.
		if err := checkText(text, false, 16); err == nil && (blank(text) || len(text) > 16 && !isDataImage(text)) {
			t.Fatalf("%q passes", text)
		}
	})
}

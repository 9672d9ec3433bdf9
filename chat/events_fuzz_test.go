package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"chat/chat"
	"chat/chat/engineio/enginetest"
	"chat/chat/files"
	"chat/chat/history"
)

// everyEvent is all that clients send.
var everyEvent = []string{
	"join", "leave", "typing", "stop_typing", "history", "send_message", "edit_message", "delete_message", "react", "set_title",
}

// refusals are the codes of those errors that a client is told of its own events.
var refusals = []string{
	"bad_room", "not_joined", "empty", "no_file", "bad_payload", "no_message", "not_yours", "too_late", "too_long", "too_many_rooms",
}

// A sayer is a client that says anything.
type sayer struct {
	conn *websocket.Conn
	asks int
}

// ask emits an event and returns its acknowledgement. What comes before goes to
// hear.
func (s *sayer) ask(event, payload string, hear func(string)) (json.RawMessage, error) {
	s.asks++
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `42%d["%s",%s]`, s.asks, event, payload)); err != nil {
		return nil, err
	}
	answer := fmt.Sprintf("43%d[", s.asks)
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil {
			return nil, err
		}
		if rest, ok := strings.CutPrefix(string(text), answer); ok {
			return json.RawMessage(strings.TrimSuffix(rest, "]")), nil
		}
		hear(string(text))
	}
}

// dialSayer opens a socket for a visitor and joins the den.
func dialSayer(f *testing.F, w *enginetest.World, name string) *sayer {
	f.Helper()
	ws := w.DialWith("websocket", http.Header{"X-Visitor": {name}})
	ws.Read()
	ws.Send("40")
	ws.Read()
	s := &sayer{conn: ws.Conn}
	if _, err := s.ask("join", `{"chat_id":"den"}`, func(string) {}); err != nil {
		f.Fatal(err)
	}
	return s
}

// newDen starts a server without limits of rate, with somebody in the den who
// listens to another one.
func newDen(f *testing.F) (ann, bo *sayer) {
	f.Helper()
	folder, err := files.OpenFolder(f.TempDir(), 1<<20, 1<<20)
	if err != nil {
		f.Fatal(err)
	}
	log := history.OpenMemory(history.Options{Retention: history.Retention{Messages: 100}})
	cfg := chat.Config{Visitor: visitor, Log: slog.New(slog.DiscardHandler), BaseURL: base, History: log, Files: folder, Limits: chat.Limits{Messages: -1}}
	cfg.Socket.Engine.PingInterval = time.Hour
	server := chat.New(cfg)
	w := enginetest.New(f, "/socket.io/", server.SocketIO())
	f.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = server.Shutdown(ctx)
		_ = log.Close(context.Background())
	})
	bo = dialSayer(f, w, "Bo")
	return dialSayer(f, w, "Ann"), bo
}

// A told event is what the fuzz target looks at of what others are told.
type told struct {
	Room      string `json:"chat_id"`
	ID        string
	Timestamp *time.Time
	Message   string
	Sender    *chat.Person
	Member    *chat.Person
	Title     string
	Emoji     string
}

var messageID = regexp.MustCompile(`^[0-9a-f]{20}$`)

// check holds what is told of Ann to what the server alone can say.
func (e told) check(t *testing.T, text string) {
	t.Helper()
	who := e.Sender
	if who == nil {
		who = e.Member
	}
	if who == nil || *who != (chat.Person{ID: "ann", Name: "Ann"}) || e.Room != "den" {
		t.Errorf("told %s, want that it was Ann, in the den", text)
	}
	if e.ID != "" || e.Timestamp != nil {
		if !messageID.MatchString(e.ID) || e.Timestamp == nil || !e.Timestamp.Equal(history.ID(e.ID).Time()) {
			t.Errorf("told %s, whose id and time are none of the server's", text)
		}
	}
	if len(e.Message) > 16<<10 && !strings.HasPrefix(e.Message, "data:image/") || utf8.RuneCountInString(e.Title) > 80 || len(e.Emoji) > 64 {
		t.Errorf("told something longer than it can be: %.100s", text)
	}
}

// FuzzEvents has a member send any event with any payload, where $ID is the last
// message of theirs. Each is acknowledged, with an error that has a name or with
// what it asked for, and what others are told is the server's where it has to be.
func FuzzEvents(f *testing.F) {
	for i := range everyEvent {
		for _, payload := range []string{
			`{"chat_id":"den"}`, `{"chat_id":"other","after":"00000000000000000000"}`, `{"chat_id":"../x"}`, `{}`, `[]`, `null`, `"x"`, `1e999`,
			`{"chat_id":"den","before":"$ID","limit":-1}`, `{"chat_id":"den","after":"$ID","limit":1e3}`, `{"chat_id":["den"],"limit":"9"}`,
			`{"chat_id":"den","message":"hi","id":"$ID","sender":{"id":"bo","name":"Bo"},"timestamp":"2000-01-01T00:00:00.000Z"}`,
			`{"chat_id":"den","message":"","file":{"name":"../../etc","width":1,"height":1},"client_id":"c"}`,
			`{"chat_id":"den","id":"$ID","emoji":"x","on":true,"title":"T","reply_to":"$ID","client_id":"!"}`,
			`{"chat_id":"den","id":"$ID","title":"` + strings.Repeat("t", 81) + `","emoji":"` + strings.Repeat("e", 65) + `"}`,
			`{"CHAT_ID":"den","__proto__":{"message":"x"},"message":"\u0000\ud800","title":"\u202e"}`,
		} {
			f.Add(uint8(i), payload)
		}
	}
	ann, bo := newDen(f)
	last := "00000000000000000000"
	f.Fuzz(func(t *testing.T, which uint8, payload string) {
		payload = strings.ReplaceAll(payload, "$ID", last)
		if !json.Valid([]byte(`["x",`+payload+`]`)) || !utf8.ValidString(payload) || len(payload) > 64<<10 {
			return // what is no event ends the connection; others see to that
		}
		event := everyEvent[int(which)%len(everyEvent)]
		answer, err := ann.ask(event, payload, func(text string) { t.Errorf("Ann got %s", text) })
		if err != nil {
			t.Fatalf("%s %s: %v", event, payload, err)
		}
		var ack struct {
			Error *struct{ Code, Message string }
			ID    string
			Room  string
		}
		if err := json.Unmarshal(answer, &ack); err != nil {
			t.Fatalf("%s %s: got %s: %v", event, payload, answer, err)
		}
		if ack.Error != nil && (!slices.Contains(refusals, ack.Error.Code) || ack.Error.Message == "") {
			t.Errorf("%s %s: got %s", event, payload, answer)
		}
		if ack.ID != "" {
			last = ack.ID
		}
		if ack.Room != "" && ack.Room != "den" && event == "join" {
			_, err = ann.ask("leave", fmt.Sprintf(`{"chat_id":%q}`, ack.Room), func(string) {})
		} else if event == "leave" && ack.Error == nil {
			_, err = ann.ask("join", `{"chat_id":"den"}`, func(string) {})
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = bo.ask("stop_typing", `{"chat_id":"den"}`, func(text string) {
			var args []json.RawMessage
			var e told
			if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "42")), &args); err != nil || len(args) < 2 || json.Unmarshal(args[1], &e) != nil {
				t.Fatalf("Bo got %s", text)
			}
			e.check(t, text)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

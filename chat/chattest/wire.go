package chattest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/coder/websocket"
)

// connect opens a socket with one of the servers and catches up.
func (s *Speaker) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := s.Dial(ctx)
	if err != nil {
		return err
	}
	conn.SetReadLimit(-1)
	s.conn = conn
	if _, err := s.read(ctx); err != nil {
		return err
	}
	recovered, err := s.open(ctx)
	if err != nil || recovered {
		return err
	}
	return s.catchUp(ctx)
}

// open connects to the namespace. It reports whether that is as it was before:
// what was missed has come, and the room is joined.
func (s *Speaker) open(ctx context.Context) (recovered bool, err error) {
	hello := "40"
	if s.Recovers && s.offset != "" {
		hello += fmt.Sprintf(`{"pid":%q,"offset":%q}`, s.pid, s.offset)
	}
	if err := s.conn.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		return false, err
	}
	for {
		text, err := s.read(ctx)
		if err != nil {
			return false, err
		}
		rest, ok := strings.CutPrefix(text, "40")
		if !ok {
			if err := s.event(text); err != nil {
				return false, err
			}
			continue
		}
		var open struct{ SID, PID string }
		if err := json.Unmarshal([]byte(rest), &open); err != nil {
			return false, err
		}
		recovered = open.SID == s.sid
		if recovered {
			s.Recovered++
		} else {
			s.offset = "" // It is one of another connection.
		}
		s.sid, s.pid = open.SID, open.PID
		return recovered, nil
	}
}

// catchUp joins until nothing is missing.
func (s *Speaker) catchUp(ctx context.Context) error {
	for more := true; more; {
		after := s.has
		if after == "" {
			after = "00000000000000000000" // all, and not the latest page
		}
		answer, err := s.ask(ctx, "join", fmt.Sprintf(`{"chat_id":%q,"after":%q}`, s.Room, after))
		if err != nil {
			return err
		}
		var page struct {
			Messages  []Entry
			More, Gap bool
			Error     *struct{ Code string }
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return err
		}
		if page.Error != nil {
			return errBroken
		}
		if page.Gap && s.has != "" {
			s.T.Errorf("%s has a gap after %s", s.Name, s.has)
		}
		for _, e := range page.Messages {
			s.hear(e)
		}
		more = page.More
	}
	return nil
}

// ask emits an event and reads up to its acknowledgement. What comes before is
// heard.
func (s *Speaker) ask(ctx context.Context, event, payload string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.emit(ctx, event, payload); err != nil {
		return nil, err
	}
	answer := fmt.Sprintf("43%d[", s.asks)
	for {
		text, err := s.read(ctx)
		if err != nil {
			return nil, err
		}
		if rest, ok := strings.CutPrefix(text, answer); ok {
			return json.RawMessage(strings.TrimSuffix(rest, "]")), nil
		}
		if err := s.event(text); err != nil {
			return nil, err
		}
	}
}

// event takes what a server sends by itself.
func (s *Speaker) event(text string) error {
	rest, ok := strings.CutPrefix(text, "42")
	if !ok {
		return nil
	}
	var args []json.RawMessage
	if err := json.Unmarshal([]byte(rest), &args); err != nil {
		return err
	}
	if s.Recovers && len(args) > 1 && args[len(args)-1][0] == '"' {
		if err := json.Unmarshal(args[len(args)-1], &s.offset); err != nil {
			return err
		}
	}
	var name string
	if len(args) < 2 || json.Unmarshal(args[0], &name) != nil {
		return nil
	}
	kind, entry := events[name]
	if !entry {
		return nil
	}
	var e Entry
	if err := json.Unmarshal(args[1], &e); err != nil {
		return err
	}
	if e.Kind != kind {
		s.T.Errorf("%s got %s as %s", s.Name, args[1], name)
	}
	s.hear(e)
	return nil
}

// request is the event that says something.
func (s *Speaker) request(e Entry) (event, payload string) {
	fields := map[string]any{"chat_id": s.Room, "client_id": e.Name}
	switch e.Kind {
	case edited:
		event, fields["id"], fields["message"] = "edit_message", e.Target, e.Text
	case deleted:
		event, fields["id"] = "delete_message", e.Target
	case reaction:
		event, fields["id"], fields["emoji"], fields["on"] = "react", e.Target, e.Emoji, true
	default:
		event, fields["message"] = "send_message", e.Text
	}
	text, _ := json.Marshal(fields) // Strings can be encoded.
	return event, string(text)
}

// emit sends an event, with a new number for its acknowledgement.
func (s *Speaker) emit(ctx context.Context, event, payload string) error {
	s.asks++
	return s.conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `42%d["%s",%s]`, s.asks, event, payload))
}

// read returns the next packet, and answers heartbeats.
func (s *Speaker) read(ctx context.Context) (string, error) {
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil || string(text) != "2" {
			return string(text), err
		}
		if err := s.conn.Write(ctx, websocket.MessageText, []byte("3")); err != nil {
			return "", err
		}
	}
}

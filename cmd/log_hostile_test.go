package cmd

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// F01. Somebody who is in writes what would forge lines, or hide them, into the
// names of rooms and people, into messages, and into codes that are as long as a
// request may be. There is one record a refusal, and it is whole.
func TestHostileMembersInTheLog(t *testing.T) {
	p := start(t, options{env: map[string]string{"LIMIT_ROOMS": "0"}})
	b := p.login(t)
	socket := b.join(t, "tea")
	hostile := []string{
		"a\r\nb", "\x1b[2J", "nul\x00", `"}` + "\n" + `{"level":"ERROR","msg":"forged"}`, "\u2028\u2029\u202e\u0085", strings.Repeat("long ", 20_000),
	}
	for i, text := range hostile {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, packet := range []string{
			`421["join",{"chat_id":` + string(quoted) + `}]`,
			`421["send_message",{"chat_id":` + string(quoted) + `,"message":` + string(quoted) + `}]`,
		} {
			socket.send(t, packet)
			socket.expect(t, `431[{"error"`)
		}
		b.post(t, "/name", url.Values{"name": {text}})
		if i < 3 { // More are throttled, which is another test.
			if r := p.browser(t).post(t, "/auth", url.Values{"code": {text}, "next": {text}}); r.status != http.StatusUnauthorized {
				t.Errorf("the code %.20q gets %d, want 401", text, r.status)
			}
		}
	}
	p.stop(t)
	records := p.records(t)
	if got, want := len(ofKind(records, "event refused")), 2*len(hostile); got != want {
		t.Errorf("there are %d records of %d refused events", got, want)
	}
	if got := len(ofKind(records, "attempt")); got != 4 { // the owner's and three more
		t.Errorf("there are %d records of 4 attempts", got)
	}
	if got := ofKind(records, "forged"); len(got) > 0 {
		t.Errorf("somebody forged %v", got)
	}
	p.obeysNobody(t)
}

// obeysNobody checks that a terminal can show what the program said on standard
// error.
func (p *program) obeysNobody(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(p.log.String()) {
		if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r < ' ' || r == '\u202e' || r == '\u2028' }) {
			t.Errorf("a terminal would obey %.200q", line)
		}
	}
}

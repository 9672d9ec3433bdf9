package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// records reads the log file of a program, and fails if a line of it is no JSON
// object or too long.
func (p *program) records(t *testing.T) (list []map[string]any) {
	t.Helper()
	b, err := os.ReadFile(p.logFile())
	if err != nil {
		t.Fatalf("reading the log: %v", err)
	}
	for line := range bytes.Lines(b) {
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil || len(line) > 8<<10 || !bytes.HasSuffix(line, []byte("\n")) {
			t.Errorf("a line of %d bytes is no JSON object: %v\n%.300q", len(line), err, line)
			continue
		}
		list = append(list, record)
	}
	return list
}

func (p *program) logFile() string { return filepath.Join(p.dir, "log", "chat.log") }

// ofKind picks the records with a message.
func ofKind(list []map[string]any, message string) (picked []map[string]any) {
	for _, r := range list {
		if r["msg"] == message {
			picked = append(picked, r)
		}
	}
	return picked
}

// F01. A stranger writes what would forge lines, or hide them, into all that a
// login takes. There is one record an attempt, and it is whole.
func TestHostileRequestsInTheLog(t *testing.T) {
	p := start(t, options{env: map[string]string{"TRUSTED_PROXIES": "127.0.0.1"}})
	hostile := []string{
		`"}` + "\t" + `{"level":"ERROR","msg":"forged"}`, "\u2028\u2029\u202e\u0085", "\xff\xfe", strings.Repeat("long ", 600),
		`\u0000\n`, "<script>", "%0d%0a", "${jndi:ldap://x}",
	}
	attempts := 0
	for _, text := range hostile {
		b := p.browser(t)
		for _, code := range []string{text, "123456" + text, text + "\r\n\x00\x1b[2J"} {
			r := b.request(t, http.MethodPost, "/auth?next="+url.QueryEscape(text), url.Values{"code": {code}, "next": {text}}.Encode())
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", p.base)
			r.Header.Set("User-Agent", text)
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", attempts+1)) // throttled ones are records as well, but of another test
			r.Header.Set("X-Request-Id", text)
			r.Header.Set("Referer", "http://"+url.PathEscape(text))
			b.do(t, r)
			attempts++
			r = b.request(t, http.MethodGet, "/chat/"+url.PathEscape(text), "")
			r.Header.Set("X-Forwarded-For", text)
			b.do(t, r)
		}
	}
	// A client of no library sends what no library would.
	for _, text := range []string{"User-Agent: a\rb", "User-Agent: \x1b[2J", "X: a\n\"}\nb: c", "User-Agent: " + strings.Repeat("A", 100_000)} {
		raw(t, p, "POST /auth HTTP/1.1\r\nHost: "+strings.TrimPrefix(p.base, "http://")+"\r\nContent-Length: 0\r\nConnection: close\r\n"+text+"\r\n\r\n")
	}
	p.stop(t)
	records := p.records(t)
	tried := ofKind(records, "attempt")
	for _, r := range tried {
		if agent := []rune(r["user_agent"].(string)); len(agent) > 200 {
			t.Errorf("a User-Agent has %d characters, want at most 200", len(agent))
		}
	}
	if len(tried) != attempts {
		t.Errorf("there are %d records of %d attempts", len(tried), attempts)
	}
	if got := ofKind(records, "forged"); len(got) > 0 {
		t.Errorf("somebody forged %v", got)
	}
	p.obeysNobody(t)
}

// raw sends bytes and waits for the end of the connection.
func raw(t *testing.T, p *program, request string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(request)) // The server may hang up before the end.
	_, _ = new(bytes.Buffer).ReadFrom(conn)
}

// F02. One day of a server, with all that must not be in its log: whatever is
// secret to its owner and to the people who talk.
func TestNothingPrivateIsLogged(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		private := map[string]string{
			"text of a message": "zebras at midnight", "text of an upload": "giraffes at noon", "room": "Room-of-the-Zebras",
			"bot token": "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw7", "name of a person": "Zebediah",
		}
		// The name is no secret in the room, but it is nothing for a log either.
		phone := startTelegram(t)
		p := start(t, options{storage: storage, env: map[string]string{
			"TELEGRAM_BOT_TOKEN": private["bot token"], "TELEGRAM_CHAT_ID": "42", "TELEGRAM_LOG_LEVEL": "DEBUG", "TELEGRAM_API_BASE": phone.base,
		}})
		private["code that is wrong"] = "271828"
		b := p.browser(t)
		if got := b.post(t, "/auth", url.Values{"code": {"271828"}, "next": {"/chat/Room-of-the-Zebras"}}); got.status == http.StatusSeeOther {
			t.Fatal("the wrong code is right, once in 300,000 runs")
		}
		private["code that is right"] = p.code(t)
		b.post(t, "/auth", url.Values{"code": {private["code that is right"]}, "next": {"/chat/Room-of-the-Zebras"}})
		b.post(t, "/auth", url.Values{"code": {private["code that is right"]}}) // used
		b.post(t, "/name", url.Values{"name": {"Zebediah"}})
		for _, c := range b.http.Jar.Cookies(mustURL(t, p.base)) {
			private["cookie "+c.Name] = c.Value
		}

		socket := b.join(t, "Room-of-the-Zebras")
		for _, packet := range []string{
			`42["zebras at midnight",{"chat_id":"Room-of-the-Zebras"}]`, // which gets no answer
			`422["send_message",{"chat_id":"Room-of-the-Zebras","message":"zebras at midnight"}]`,
			`423["send_message",{"chat_id":"Room-of-the-Zebras","message":["zebras at midnight"]}]`,
			`424["send_message",{"chat_id":"Room-of-the-Zebras/..","message":"zebras at midnight"}]`,
		} {
			if err := socket.conn.Write(t.Context(), websocket.MessageText, []byte(packet)); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(packet, "42[") {
				socket.expect(t, "43")
			}
		}
		polling := b.openPolling(t)
		private["sid"] = polling.path[strings.LastIndex(polling.path, "sid=")+len("sid="):]
		upload := b.request(t, http.MethodPost, "/chat/Room-of-the-Zebras/files", "giraffes at noon")
		upload.Header.Set("Origin", p.base)
		private["upload"] = regexp.MustCompile(`files/(\w+)`).FindStringSubmatch(b.do(t, upload).body)[1]
		b.get(t, "/chat/Room-of-the-Zebras/files/"+private["upload"])
		b.get(t, "/chat/Room-of-the-Zebras/files/nope")
		private["old secret"] = p.secret(t)
		p.rotate(t)
		socket.expect(t, `42["session_ended",{"reason":"rotated"}]`)
		private["new secret"] = p.secret(t)
		again := p.login(t)
		for _, c := range again.http.Jar.Cookies(mustURL(t, p.base)) {
			private["second cookie "+c.Name] = c.Value
		}
		again.post(t, "/logout", nil)
		if u := mustURL(t, storage); u.User != nil {
			private["password of Redis"], _ = u.User.Password()
		}
		p.stop(t)

		file, err := os.ReadFile(p.logFile())
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range private {
			for where, all := range map[string]string{"the log": string(file), "standard error": p.log.String(), "standard output": p.out.String(), "an alert": phone.text()} {
				if text == "" || strings.Contains(all, text) {
					t.Errorf("%s has the %s, %q", where, what, text)
				}
			}
		}
		if got := phone.text(); !strings.Contains(got, "The authenticator secret was replaced") || !strings.Contains(got, "1 failed login from one address") {
			t.Errorf("the owner's phone shows\n%s", got)
		}
		// And it tells the story.
		all := p.records(t)
		for _, message := range []string{"serving", "attempt", "new device", "session ended", "secret was replaced; every session has ended", "event refused", "stopped"} {
			if len(ofKind(all, message)) == 0 {
				t.Errorf("the log has no record %q", message)
			}
		}
		for _, r := range ofKind(all, "attempt") {
			if r["request"] == nil || r["outcome"] == "accepted" && !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(fmt.Sprint(r["session"])) {
				t.Errorf("an attempt has no request, or no hash of its session: %v", r)
			}
		}
	})
}

// secret is the one in use, as one types it.
func (p *program) secret(t *testing.T) string {
	t.Helper()
	s, err := p.vault(t).Current()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(s.Groups(), " ", "")
}

// A thousand messages are no event for an operator. At the usual level two people
// talk, type and react, and the log is as long afterwards as before.
func TestMessagesAreNotLogged(t *testing.T) {
	p := start(t, options{env: map[string]string{"LOG_LEVEL": "INFO", "LIMIT_MESSAGES": "0"}})
	ann, bo := p.login(t).join(t, "tea"), p.login(t).join(t, "tea")
	ann.say(t, "first", 1) // Bo has come in as well, and whatever that logs is there.
	bo.expect(t, `42["receive_message"`)
	size := func() int64 {
		info, err := os.Stat(p.logFile())
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before, told := size(), p.log.String()
	ann.say(t, "and on", 1000)
	for range 1000 {
		bo.expect(t, `42["receive_message"`)
	}
	if got := size() - before; got != 0 {
		t.Errorf("a thousand messages write %d bytes into the log, want none:\n%s", got, strings.TrimPrefix(p.log.String(), told))
	}
}

// say sends a message so many times, and waits until all are kept. It returns the
// id of the last.
func (s *webSocket) say(t *testing.T, text string, times int) (id string) {
	t.Helper()
	packet := []byte(`427["send_message",{"chat_id":"tea","message":"` + text + `"}]`)
	for range times {
		if err := s.conn.Write(t.Context(), websocket.MessageText, packet); err != nil {
			t.Fatal(err)
		}
		id, _, _ = strings.Cut(strings.TrimPrefix(s.expect(t, `437[{"id"`), `437[{"id":"`), `"`)
	}
	return id
}

// F06. The folder of the log cannot be written to while people log in, and then
// it can.
func TestLogInTrouble(t *testing.T) {
	p := start(t, options{})
	p.login(t)
	folder := filepath.Dir(p.logFile())
	if err := os.Rename(folder, folder+".away"); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil && runtime.GOOS != "windows" { // A mode would not stop root.
		t.Fatal(err)
	}
	b := p.login(t)
	b.join(t, "tea")
	if got := strings.Count(p.log.String(), "the log file cannot be written to; records are lost until it can"); got != 1 && runtime.GOOS != "windows" {
		t.Errorf("the operator was told %d times, want once:\n%s", got, p.log)
	}
	if err := os.Remove(folder); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	p.login(t)
	p.stop(t)
	records := p.records(t)
	if len(ofKind(records, "attempt")) != 1 || len(ofKind(records, "records lost")) != 1 {
		t.Errorf("the new file has %d attempts and %d words of what is lost, want one each:\n%v",
			len(ofKind(records, "attempt")), len(ofKind(records, "records lost")), records)
	}
}

// In a container all JSON goes to standard output, and what people read to
// standard error.
func TestLogToStdout(t *testing.T) {
	p := start(t, options{fresh: true, env: map[string]string{"LOG_FILE": "-", "LOG_LEVEL": "INFO"}})
	p.browser(t).post(t, "/auth", url.Values{"code": {"12345"}})
	p.stop(t)
	for line := range strings.Lines(p.out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("standard output has the line %q", line)
		}
	}
	if !strings.Contains(p.out.String(), `"msg":"attempt"`) || !strings.Contains(p.log.String(), "/setup?claim=") {
		t.Errorf("standard output has\n%s\nand standard error\n%s", p.out, p.log)
	}
	if _, err := os.Stat(filepath.Dir(p.logFile())); err == nil {
		t.Error("there is a folder for the log all the same")
	}
}

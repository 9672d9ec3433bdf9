package cmd

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"chat/chat/engineio"
	"chat/chat/socketio"

	"github.com/coder/websocket"
)

// An operator sets every limit low, and each holds.
func TestLimitsAreSettings(t *testing.T) {
	p := start(t, options{env: map[string]string{
		"LIMIT_SOCKETS": "2", "LIMIT_ROOMS": "1", "LIMIT_MESSAGES": "1", "LIMIT_TEXT": "1KB", "LIMIT_PACKET": "64KB",
		"LIMIT_UPLOAD": "1536KB", "LIMIT_UPLOADS": "2", "LIMIT_DISK": "1GB", "LIMIT_PIXELS": "12", "LIMIT_HEADER": "8KB",
	}})
	owner := p.login(t)
	s := owner.join(t, "tea")
	ask := func(event, payload, want string) {
		t.Helper()
		if err := s.conn.Write(t.Context(), websocket.MessageText, []byte(`427["`+event+`",`+payload+`]`)); err != nil {
			t.Fatal(err)
		}
		s.expect(t, "437["+want)
	}
	ask("join", `{"chat_id":"attic"}`, `{"error":{"code":"too_many_rooms","message":"a connection can be in 1 rooms`)
	ask("send_message", `{"chat_id":"tea","message":"`+strings.Repeat("x", 1025)+`"}`, `{"error":{"code":"too_long","message":"a message can have 1 KiB`)
	for range 20 { // By default thirty are taken at once; here three, and one more for each second that this takes.
		if err := s.conn.Write(t.Context(), websocket.MessageText, []byte(`42["send_message",{"chat_id":"tea","message":"again"}]`)); err != nil {
			t.Fatal(err)
		}
	}
	ask("send_message", `{"chat_id":"tea","message":"and again"}`, `{"error":{"code":"rate_limited"`)

	if page := owner.get(t, "/chat/tea").body; !strings.Contains(page, `data-max-text="1024" data-max-upload="1572864" data-max-pixels="12"`) {
		t.Errorf("the page does not know the limits:\n%s", page)
	}
	for _, test := range []struct {
		bytes, status int
		says          string
	}{
		{1536<<10 + 1, http.StatusRequestEntityTooLarge, "1.5 MB"},
		{1536 << 10, http.StatusCreated, ""},
		{1, http.StatusCreated, ""},
		{1, http.StatusTooManyRequests, ""},
	} {
		upload := owner.request(t, http.MethodPost, "/chat/tea/files", strings.Repeat("x", test.bytes))
		upload.Header.Set("Origin", p.base)
		if r := owner.do(t, upload); r.status != test.status || !strings.Contains(r.body, test.says) {
			t.Errorf("an upload of %d bytes gets %d %s, want %d and %q", test.bytes, r.status, r.body, test.status, test.says)
		}
	}

	long := owner.request(t, http.MethodGet, "/", "")
	long.Header.Set("X-Long", strings.Repeat("x", 12<<10))
	if r := owner.do(t, long); r.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of more than 8 KiB gets %d, want 431", r.status)
	}

	second := owner.dial(t)
	client := *owner.http
	client.Timeout = 0
	third, _, err := websocket.Dial(t.Context(), p.base+socketPath+"?EIO=4&transport=websocket", &websocket.DialOptions{HTTPClient: &client})
	if err != nil {
		t.Fatal(err)
	}
	defer third.CloseNow()
	if err := third.Write(t.Context(), websocket.MessageText, []byte("40")); err != nil {
		t.Fatal(err)
	}
	(&webSocket{third}).expect(t, `44{"message":"your session has too many connections`)

	if err := second.conn.Write(t.Context(), websocket.MessageText, []byte("4"+strings.Repeat("x", 64<<10))); err != nil {
		t.Fatal(err)
	}
	if _, packet, err := second.conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("a packet of more than 64 KiB is answered by %q, %v; want it too big", packet, err)
	}
}

func TestTheFolderOfUploadsIsFull(t *testing.T) {
	p := start(t, options{env: map[string]string{"LIMIT_UPLOAD": "1MB", "LIMIT_DISK": "1MB"}})
	owner := p.login(t)
	owner.join(t, "tea")
	for _, want := range []int{http.StatusCreated, http.StatusInsufficientStorage} {
		upload := owner.request(t, http.MethodPost, "/chat/tea/files", "x")
		upload.Header.Set("Origin", p.base)
		if r := owner.do(t, upload); r.status != want {
			t.Errorf("an upload gets %d, want %d", r.status, want)
		}
	}
}

func TestLimitsBelowTheRooms(t *testing.T) {
	c, err := read(t, nil, map[string]string{"LIMIT_CONNECTIONS": "3", "LIMIT_PACKET": "2MB", "LIMIT_QUEUE": "8MB", "LIMIT_WAIT": "1m", "LIMIT_CONNECT": "20s", "LIMIT_ATTACHMENTS": "3",
		"LIMIT_HEADER": "32KB", "LIMIT_HEADER_WAIT": "10s", "LIMIT_IDLE": "2m", "LIMIT_TYPING": "7"}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := socketio.Config{
		Engine:         engineio.Config{MaxPayload: 2 << 20, MaxQueue: 8 << 20, MessageTimeout: time.Minute, WriteTimeout: time.Minute, MaxSockets: 200 + told},
		ConnectTimeout: 20 * time.Second, MaxAttachments: 3,
	}
	if got := c.wire(); !reflect.DeepEqual(got, want) {
		t.Errorf("the wire has %+v, want %+v", got, want)
	}
	if got, want := c.bounds(), (bounds{32 << 10, 10 * time.Second, 2 * time.Minute}); got != want {
		t.Errorf("a connection has the bounds %+v, want %+v", got, want)
	}
	if got := c.limits().Typing; got != 7 {
		t.Errorf("%d typing events a second are allowed, want 7", got)
	}
	if got := c.door(nil).(*door); got.served != 3 || got.waiting != 60 {
		t.Errorf("the door serves %d strangers and lets %d wait, want 3 and 60", got.served, got.waiting)
	}
	if got := (Config{}).door(nil); got != nil {
		t.Errorf("without a limit there is the door %v, want none", got)
	}
}

func TestLimitsHaveBounds(t *testing.T) {
	for _, test := range []struct{ name, text, wrong string }{
		{"LIMIT_PACKET", "64KB", ""},
		{"LIMIT_PACKET", "63KB", "LIMIT_PACKET"},
		{"LIMIT_PACKET", "5MB", "LIMIT_PACKET"},
		{"LIMIT_PACKET", "2MB", "LIMIT_QUEUE"}, // which is 4 MB
		{"LIMIT_QUEUE", "1023KB", "LIMIT_QUEUE"},
		{"LIMIT_QUEUE", "2GB", "LIMIT_QUEUE"},
		{"LIMIT_WAIT", "1s", ""},
		{"LIMIT_WAIT", "0", ""},
		{"LIMIT_WAIT", "999ms", "LIMIT_WAIT"},
		{"LIMIT_WAIT", "1h", "LIMIT_WAIT"},
		{"LIMIT_UPLOAD", "1GB", ""},
		{"LIMIT_UPLOAD", "0", ""},
		{"LIMIT_UPLOAD", "1023KB", "LIMIT_UPLOAD"},
		{"LIMIT_PACKET", "0", "LIMIT_QUEUE"}, // which is 4 MB
		{"LIMIT_QUEUE", "0", ""},
		{"LIMIT_HEADER", "0", ""},
		{"LIMIT_HEADER", "7KB", "LIMIT_HEADER"},
		{"LIMIT_HEADER_WAIT", "0", ""},
		{"LIMIT_IDLE", "0", ""},
		{"LIMIT_IDLE", "2h", "LIMIT_IDLE"},
		{"LIMIT_CONNECT", "0", ""},
		{"LIMIT_ATTACHMENTS", "0", ""},
		{"LIMIT_ATTACHMENTS", "10000", "LIMIT_ATTACHMENTS"},
		{"LIMIT_UPLOAD", "2GB", "LIMIT_UPLOAD"},
		{"LIMIT_DISK", "7MB", "LIMIT_UPLOAD"}, // which is 8 MB
		{"LIMIT_DISK", "0", ""},
		{"LIMIT_ROOMS", "-1", "LIMIT_ROOMS"},
	} {
		_, err := read(t, []string{"--" + lookup(test.name).flag(), test.text}, nil, "")
		if test.wrong == "" && err != nil {
			t.Errorf("%s=%s is refused: %v", test.name, test.text, err)
		}
		if test.wrong == "" {
			continue
		}
		checkUsage(t, err)
		if err != nil && !strings.HasPrefix(err.Error(), test.wrong+" is ") {
			t.Errorf("%s=%s: the error is %q, want one of %s", test.name, test.text, err, test.wrong)
		}
	}
}

// What is 0 is no limit, and a server with none starts and works.
func TestNoLimits(t *testing.T) {
	p := start(t, options{env: map[string]string{
		"LIMIT_CONNECTIONS": "0", "LIMIT_SOCKETS": "0", "LIMIT_ROOMS": "0", "LIMIT_MESSAGES": "0", "LIMIT_TEXT": "0",
		"LIMIT_UPLOADS": "0", "LIMIT_DISK": "0", "LIMIT_HEADER": "0", "LIMIT_HEADER_WAIT": "0", "LIMIT_IDLE": "0",
		"LIMIT_TYPING": "0", "LIMIT_PACKET": "0", "LIMIT_QUEUE": "0", "LIMIT_WAIT": "0", "LIMIT_CONNECT": "0",
		"LIMIT_ATTACHMENTS": "0", "LIMIT_UPLOAD": "0", "LIMIT_PIXELS": "0",
	}})
	owner := p.login(t)
	s := owner.join(t, "tea")
	say := func(bytes int) {
		t.Helper()
		if err := s.conn.Write(t.Context(), websocket.MessageText, []byte(`427["send_message",{"chat_id":"tea","message":"`+strings.Repeat("x", bytes)+`"}]`)); err != nil {
			t.Fatal(err)
		}
		s.expect(t, `437[{"id"`)
	}
	for range 40 {
		say(20 << 10)
	}
	say(3 << 20)
	upload := owner.request(t, http.MethodPost, "/chat/tea/files", strings.Repeat("x", 9<<20))
	upload.Header.Set("Origin", p.base)
	if r := owner.do(t, upload); r.status != http.StatusCreated {
		t.Errorf("an upload of 9 MiB gets %d %s", r.status, r.body)
	}
}

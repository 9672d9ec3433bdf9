package chat_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"chat/chat"
	"chat/chat/engineio/enginetest"
	"chat/chat/files"
	"chat/chat/history"
	"chat/ui"
)

// A world is a chat whose visitors say who they are by a header.
type world struct {
	*enginetest.World
	t    *testing.T
	chat *chat.Server
}

const base = "https://chat.test"

var quiet = slog.New(slog.DiscardHandler)

// newSite parses the pages once for all tests.
var newSite = sync.OnceValues(func() (*ui.Site, error) {
	return ui.New(os.DirFS("../ui"), ui.Options{Log: quiet})
})

func newWorld(t *testing.T, change ...func(*chat.Config)) *world {
	t.Helper()
	site, err := newSite()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := files.OpenFolder(t.TempDir(), 1<<30, 8<<20)
	if err != nil {
		t.Fatal(err)
	}
	log := history.OpenMemory(history.Options{Dropped: folder.Remove})
	cfg := chat.Config{Visitor: visitor, Site: site, Log: quiet, BaseURL: base, History: log, Files: folder}
	for _, f := range change {
		f(&cfg)
	}
	server := chat.New(cfg)
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", server.SocketIO())
	mux.Handle("GET /{$}", site.Handle(server.Home))
	mux.Handle("GET /chat/{room}", site.Handle(server.Page))
	mux.Handle("POST /chat/{room}/files", site.Handle(server.Upload))
	mux.Handle("GET /chat/{room}/files/{name}", site.Handle(server.Download))
	w := &world{enginetest.New(t, "/socket.io/", mux), t, server}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = server.Shutdown(ctx)
		if err := log.Close(context.Background()); err != nil {
			t.Errorf("closing the log: %v", err)
		}
	})
	return w
}

// visitor reads the header that the tests send instead of a cookie.
func visitor(r *http.Request) (chat.Visitor, error) {
	name := r.Header.Get("X-Visitor")
	if name == "" {
		return chat.Visitor{}, &ui.Error{Status: http.StatusUnauthorized}
	}
	return chat.Visitor{ID: strings.ToLower(name), Name: name}, nil
}

// A guest is a client on a websocket.
type guest struct {
	*enginetest.Websocket
	t *testing.T
}

// connect opens a socket for a visitor.
func (w *world) connect(name string) *guest {
	w.t.Helper()
	ws := w.DialWith("websocket", http.Header{"X-Visitor": {name}})
	enginetest.SID(w.t, ws.Read())
	ws.Send("40")
	if got := ws.Read(); !strings.HasPrefix(got, "40{") {
		w.t.Fatalf("got %q, want the answer to CONNECT", got)
	}
	return &guest{ws, w.t}
}

// join opens a socket and joins a room.
func (w *world) join(name, room string) *guest {
	w.t.Helper()
	g := w.connect(name)
	g.ask("join", `{"chat_id":"`+room+`"}`)
	return g
}

// emit sends an event and asks for no acknowledgement.
func (g *guest) emit(event, payload string) {
	g.t.Helper()
	g.Send(`42["` + event + `",` + payload + `]`)
}

// ask sends an event and returns its acknowledgement, which has to be the next
// thing to come.
func (g *guest) ask(event, payload string) string {
	g.t.Helper()
	g.Send(`421["` + event + `",` + payload + `]`)
	got := g.Read()
	ack, ok := strings.CutPrefix(got, "431[")
	if !ok {
		g.t.Fatalf("%s %s: got %q, want an acknowledgement", event, payload, got)
	}
	return strings.TrimSuffix(ack, "]")
}

// wantEvent checks the next event and returns its payload.
func (g *guest) wantEvent(event string) map[string]any {
	g.t.Helper()
	got := g.Read()
	var args []json.RawMessage // the name, the payload, and perhaps an offset
	if err := json.Unmarshal([]byte(strings.TrimPrefix(got, "42")), &args); err != nil || string(args[0]) != `"`+event+`"` {
		g.t.Fatalf("got %q, want %s", got, event)
	}
	var payload map[string]any
	if err := json.Unmarshal(args[1], &payload); err != nil {
		g.t.Fatalf("%s: %v", got, err)
	}
	return payload
}

// wantSilence checks that nothing came before the answer to a message to oneself.
func (g *guest) wantSilence(room string) {
	g.t.Helper()
	if got := g.ask("stop_typing", `{"chat_id":"`+room+`"}`); got != `{"room":"`+room+`"}` {
		g.t.Errorf("got %q", got)
	}
}

// upload sends a file and returns status and answer.
func (w *world) upload(name, room, body string) (int, map[string]any) {
	w.t.Helper()
	res := w.request(http.MethodPost, name, "/chat/"+room+"/files", strings.NewReader(body))
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		w.t.Fatalf("uploading: %v", err)
	}
	return res.StatusCode, answer
}

func (w *world) request(method, name, path string, body io.Reader) *http.Response {
	w.t.Helper()
	req, err := http.NewRequest(method, "http://chat.test"+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("X-Visitor", name)
	req.Header.Set("Accept", "application/json")
	res, err := w.Client.Do(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res
}

package engineio

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

type deaf struct{}

func (deaf) Message(Message) {}
func (deaf) Close(Reason)    {}

// FuzzRequest asks a server for anything. It opens a session for one request and
// no other, and any other gets a status, a number and words.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "EIO=4&transport=polling", ""}, {"POST", "EIO=4&transport=polling", ""}, {"GET", "EIO=4&transport=websocket", "websocket"},
		{"GET", "EIO=3&transport=polling", ""}, {"GET", "EIO=4&transport=polling&sid=x", ""}, {"GET", "EIO=4&transport=polling&transport=websocket", ""},
		{"GET", "transport[]=polling&EIO=4", ""}, {"GET", "EIO=4;transport=polling", ""}, {"GET", "EIO=%34&transport=poll%69ng&sid", ""}, {"", "%", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	var opened *Socket
	server := NewServer(func(s *Socket) Handler { opened = s; return deaf{} }, Config{Log: slog.New(slog.DiscardHandler)})
	f.Fuzz(func(t *testing.T, method, query, upgrade string) {
		opened = nil
		r := &http.Request{Method: method, URL: &url.URL{Path: "/", RawQuery: query}, Header: http.Header{"Upgrade": {upgrade}}, Body: http.NoBody}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		q := r.URL.Query()
		opens := method == "GET" && len(q["EIO"]) == 1 && q.Get("EIO") == "4" && len(q["transport"]) == 1 && q.Get("transport") == "polling" && !q.Has("sid")
		if (opened != nil) != opens {
			t.Fatalf("%q %q opened a session: %v", method, query, opened != nil)
		}
		if opens {
			open := w.Body.String()
			if w.Code != http.StatusOK || !strings.HasPrefix(open, `0{"sid":"`+opened.ID()+`"`) || !json.Valid([]byte(open[1:])) {
				t.Fatalf("%q %q got %d %s", method, query, w.Code, open)
			}
			opened.Abort(ServerClose)
			return
		}
		if q.Get("transport") == "websocket" && w.Code >= 400 && w.Header().Get("Content-Type") != "application/json" {
			return // that is the library's answer to a bad opening handshake
		}
		var said refusal
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != http.StatusBadRequest || said.Message == "" || said.Code > 5 {
			t.Fatalf("%q %q got %d %s", method, query, w.Code, w.Body)
		}
	})
}

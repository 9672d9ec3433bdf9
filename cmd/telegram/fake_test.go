package telegram

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw7"

// fake is Telegram's bot API. It runs over pipes, so that in a bubble its time
// is the test's.
type fake struct {
	conns chan net.Conn

	mu     sync.Mutex
	answer http.HandlerFunc // nil is a yes; guarded by mu
	got    []sent           // guarded by mu
}

type sent struct {
	text string
	at   time.Time
}

// listen starts a fake and alerts that lead there, until the test ends.
func listen(t *testing.T, o Options) (*fake, *Alerts) {
	t.Helper()
	f := &fake{conns: make(chan net.Conn)}
	closed := make(chan struct{})
	server := &http.Server{Handler: f, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = server.Serve(pipes{f.conns, closed}) }()
	o.Token, o.Chat, o.Name, o.APIBase = token, "42", "https://chat.example.org", "http://127.0.0.1:1"
	o.dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		select {
		case f.conns <- theirs:
			return ours, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		a.Close()
		_ = server.Close() // It was made for this test.
	})
	return f, a
}

// pipes is a net.Listener.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error { close(p.closed); return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text := r.FormValue("text")
	_, _ = io.Copy(io.Discard, r.Body) // Only then the server notices that a client hangs up.
	f.mu.Lock()
	f.got = append(f.got, sent{text, time.Now()})
	answer := f.answer
	f.mu.Unlock()
	switch {
	case r.URL.Path != "/bot"+token+"/sendMessage" || r.FormValue("chat_id") != "42" || r.FormValue("parse_mode") != "HTML":
		w.WriteHeader(http.StatusTeapot)
	case answer != nil:
		answer(w, r)
	default:
		_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1}}`)
	}
}

func (f *fake) answers(h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = h
}

func (f *fake) messages() []sent {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]sent(nil), f.got...)
}

// plain is a message without its markup, as Telegram shows it. It fails if the
// markup is none that Telegram takes.
func plain(t *testing.T, text string) string {
	t.Helper()
	var shown strings.Builder
	var open []string
	for z := html.NewTokenizer(strings.NewReader(text)); ; {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 || !errors.Is(z.Err(), io.EOF) {
				t.Errorf("the message ends inside %v, %v:\n%s", open, z.Err(), text)
			}
			return shown.String()
		case html.TextToken:
			shown.WriteString(z.Token().Data)
		case html.StartTagToken:
			tag := z.Token()
			if tag.Data != "b" && tag.Data != "code" || len(tag.Attr) > 0 {
				t.Errorf("the message has the tag %s", tag)
			}
			open = append(open, tag.Data)
		case html.EndTagToken:
			if name := z.Token().Data; len(open) == 0 || open[len(open)-1] != name {
				t.Errorf("the message closes %s in %v", name, open)
			} else {
				open = open[:len(open)-1]
			}
		default:
			t.Errorf("the message has %s", z.Token())
		}
	}
}

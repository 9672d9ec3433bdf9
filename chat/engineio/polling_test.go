package engineio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/engineio"
)

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name, method, query, want string
	}{
		{"no transport", "GET", "", `400 {"code":0,"message":"Transport unknown"}`},
		{"a transport of objects", "GET", "__proto__", `400 {"code":0,"message":"Transport unknown"}`},
		{"two transports", "GET", "polling&transport=polling", `400 {"code":0,"message":"Transport unknown"}`},
		{"protocol 3", "GET", "polling&EIO=3", `400 {"code":5,"message":"Unsupported protocol version"}`},
		{"protocol 5", "GET", "polling&EIO=5", `400 {"code":5,"message":"Unsupported protocol version"}`},
		{"a protocol of letters", "GET", "polling&EIO=x", `400 {"code":5,"message":"Unsupported protocol version"}`},
		{"a transport of constructors", "GET", "constructor", `400 {"code":0,"message":"Transport unknown"}`},
		{"unknown session", "GET", "polling&sid=abc", `400 {"code":1,"message":"Session ID unknown"}`},
		{"session of objects", "GET", "polling&sid=__proto__", `400 {"code":1,"message":"Session ID unknown"}`},
		{"handshake by POST", "POST", "polling", `400 {"code":2,"message":"Bad handshake method"}`},
		{"websocket without upgrade", "GET", "websocket", `400 {"code":3,"message":"Bad request"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
				status, body := w.Do(test.method, test.query, "")
				if got := fmt.Sprint(status, " ", body); got != test.want {
					t.Errorf("%s %s: got %s, want %s", test.method, test.query, got, test.want)
				}
			})
		})
	}
}

func TestPollingCarriesTextAndBinaryInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		session := w.OpenPolling()
		const packets = "4one\x1ebAQIDBA==\x1e4two"
		if status, body := w.Post(session, packets); status != 200 || body != "ok" {
			t.Fatalf("POST: got %d %q, want 200 ok", status, body)
		}
		if _, got := w.Get(session); got != packets {
			t.Errorf("GET: got %q, want %q", got, packets)
		}
	})
}

// A poller that does not come back must not hold up a server that stops.
func TestCloseDoesNotWaitForAPollThatDoesNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		sockets := make(chan *engineio.Socket, 1)
		w := newWorld(t, engineio.Config{}, func(s *engineio.Socket) engineio.Handler {
			sockets <- s
			return &echo{s, ended}
		})
		w.OpenPolling()
		start := time.Now()
		(<-sockets).Close(engineio.ServerClose)
		wantEnd(t, ended, engineio.ServerClose)
		if got := time.Since(start); got != 2*time.Second {
			t.Errorf("the socket ended after %v, want 2s", got)
		}
	})
}

// The Python client drops what it held when a payload has more packets.
func TestAPollHasSixteenPacketsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		session := w.OpenPolling()
		w.Post(session, strings.TrimSuffix(strings.Repeat("4x\x1e", 40), "\x1e"))
		for _, want := range []int{16, 16, 8} {
			_, body := w.Get(session)
			if got := len(strings.Split(body, "\x1e")); got != want {
				t.Errorf("got %d packets, want %d", got, want)
			}
		}
	})
}

// A client that says how much it takes is not sent more, unless one packet alone
// is larger.
func TestAPollHasMaxPayloadAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engineio.Config{}, newEcho(newEnded()))
		session := w.OpenPolling()
		for range 3 {
			w.Post(session, "4"+strings.Repeat("x", 400_000))
		}
		for _, want := range []int{2, 1} {
			_, body := w.Get(session)
			if got := len(strings.Split(body, "\x1e")); got != want {
				t.Errorf("got %d packets of 400 KB, want %d", got, want)
			}
		}
	})
}

func TestFaultsOfAPollerEndItsSession(t *testing.T) {
	for _, test := range []struct {
		name, body string
	}{
		{"empty body", ""},
		{"unknown type", "7"},
		{"ping from a client", "2"},
		{"separator at the end", "4a\x1e"},
		{"separator alone", "\x1e"},
		{"framing of protocol 3", "2:4a"},
		{"bad base64", "b!"},
		{"not UTF-8", "4\xff"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := newEnded()
				w := newWorld(t, engineio.Config{}, newEcho(ended))
				session := w.OpenPolling()
				if status, body := w.Post(session, test.body); status != 200 || body != "ok" {
					t.Errorf("POST: got %d %q, want 200 ok as the reference says", status, body)
				}
				wantEnd(t, ended, engineio.ParseError)
				if status, _ := w.Get(session); status != 400 {
					t.Errorf("the session answers %d, want 400", status)
				}
			})
		})
	}
}

func TestTwoPollsAtOnceEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		session := w.OpenPolling()
		first := make(chan string, 1)
		go func() { _, body := w.Get(session); first <- body }()
		synctest.Wait()
		if status, _ := w.Get(session); status != 400 {
			t.Errorf("the second poll got %d, want 400", status)
		}
		if got := <-first; got != "1" {
			t.Errorf("the first poll got %q, want a close packet", got)
		}
		wantEnd(t, ended, engineio.ParseError)
	})
}

func TestAnAbortedPollEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		session := w.OpenPolling()
		ctx, abort := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.URL(session), nil)
		go func() {
			if res, err := w.Client.Do(req); err == nil {
				_ = res.Body.Close()
			}
		}()
		synctest.Wait()
		abort()
		wantEnd(t, ended, engineio.TransportError)
	})
}

// What an answer held that broke off is lost, so the session must not go on as if
// nothing had been: the next poll would get what comes behind it. The same goes
// for the answer to a handshake, whose session nobody can know.
func TestAPollThatBreaksEndsTheSession(t *testing.T) {
	for name, open := range map[string]func(*world) string{
		"a poll": func(w *world) string {
			session := w.OpenPolling()
			w.Post(session, "4first")
			return session
		},
		"a handshake": func(*world) string { return "polling" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := newEnded()
				w := newWorld(t, engineio.Config{}, newEcho(ended))
				query := open(w)
				conn := w.DialRaw()
				if _, err := io.WriteString(conn, "GET "+w.URL(query)+" HTTP/1.1\r\nHost: engine.test\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(conn, make([]byte, len("HTTP/1.1 200 OK"))); err != nil {
					t.Fatal(err)
				}
				_ = conn.Close()
				wantEnd(t, ended, engineio.TransportError)
				if n := w.engine.Len(); n != 0 {
					t.Errorf("%d sockets are open, want none", n)
				}
			})
		})
	}
}

func TestAClientsCloseAnswersItsPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, pollFirst := range []bool{true, false} {
			ended := newEnded()
			w := newWorld(t, engineio.Config{}, newEcho(ended))
			session := w.OpenPolling()
			polled := make(chan string, 1)
			poll := func() { _, body := w.Get(session); polled <- body }
			if pollFirst {
				go poll()
				synctest.Wait()
			}
			w.Post(session, "1")
			if !pollFirst {
				go poll() // it was on its way when the close overtook it
			}
			if got := <-polled; got != "6" {
				t.Errorf("poll first %v: the poll got %q, want a noop", pollFirst, got)
			}
			wantEnd(t, ended, engineio.ClientClose)
		}
	})
}

func TestMaxPayloadOfAPost(t *testing.T) {
	for name, body := range map[string]func(string) io.Reader{
		"of a known length": func(text string) io.Reader { return strings.NewReader(text) },
		"in chunks":         func(text string) io.Reader { return io.MultiReader(strings.NewReader(text)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, engineio.Config{MaxPayload: 1000}, newEcho(newEnded()))
				session := w.OpenPolling()
				if status := post(t, w, session, body("4"+strings.Repeat("x", 999))); status != 200 {
					t.Errorf("a body of maxPayload got %d, want 200", status)
				}
				w.Get(session)
				for _, size := range []int{1000, 1_000_000} {
					if status := post(t, w, session, body("4"+strings.Repeat("x", size))); status != 413 {
						t.Errorf("a body of %d more got %d, want 413", size-999, status)
					}
				}
				w.Post(session, "4alive")
				if _, got := w.Get(session); got != "4alive" {
					t.Errorf("got %q: the session should have survived", got)
				}
				time.Sleep(time.Second) // by which net/http has closed the connections
			})
		})
	}
}

// post sends a body as it comes and returns the status.
func post(t *testing.T, w *world, session string, body io.Reader) int {
	t.Helper()
	res, err := w.Client.Post(w.URL(session), "text/plain;charset=UTF-8", body)
	if err != nil {
		t.Fatalf("posting: %v", err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// The first of two posts is on its way still. Nobody can say which is to be
// handled first, so neither is.
func TestTwoPostsAtOnceEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		session := w.OpenPolling()
		polled := make(chan string, 1)
		go func() { _, body := w.Get(session); polled <- body }()
		body, rest := io.Pipe()
		first := make(chan int, 1)
		go func() { first <- post(t, w, session, body) }()
		_, _ = io.WriteString(rest, "4fir")
		synctest.Wait()
		if status, _ := w.Post(session, "4second"); status != 400 {
			t.Errorf("the second post got %d, want 400", status)
		}
		_, _ = io.WriteString(rest, "st")
		_ = rest.Close()
		if status := <-first; status != 200 {
			t.Errorf("the first post got %d, want 200", status)
		}
		if got := <-polled; got != "1" {
			t.Errorf("the poll got %q, want a close packet and no echo", got)
		}
		wantEnd(t, ended, engineio.ParseError)
	})
}

func TestNothingIsTakenAfterAClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := newEnded()
		w := newWorld(t, engineio.Config{}, newEcho(ended))
		session := w.OpenPolling()
		w.Post(session, "1")
		wantEnd(t, ended, engineio.ClientClose)
		if status, _ := w.Post(session, "4late"); status != 400 {
			t.Errorf("a post got %d, want 400", status)
		}
		if status, _ := w.Get(session); status != 400 {
			t.Errorf("a poll got %d, want 400", status)
		}
	})
}

// Whoever overhears a session id must not be able to read or write with it.
func TestASessionWorksForItsOwnerOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		owner := "ann"
		cfg := engineio.Config{Authorize: func(*http.Request) (context.Context, string, error) {
			if owner == "" {
				return nil, "", errors.New("nobody")
			}
			return t.Context(), owner, nil
		}}
		w := newWorld(t, cfg, newEcho(newEnded()))
		session := w.OpenPolling()
		for _, other := range []string{"bo", ""} {
			owner = other
			for _, method := range []string{"GET", "POST"} {
				if status, body := w.Do(method, session, "4stolen"); status/100 != 4 {
					t.Errorf("%s as %q got %d %s, want a refusal", method, other, status, body)
				}
			}
		}
		owner = "ann"
		w.Post(session, "4mine")
		if _, got := w.Get(session); got != "4mine" {
			t.Errorf("the owner got %q, want her own message alone", got)
		}
	})
}

func TestAuthorizeAnswers(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
	}{
		{errors.New("no session"), http.StatusForbidden},
		{fmt.Errorf("asking the store: %w", engineio.ErrUnavailable), http.StatusServiceUnavailable},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := engineio.Config{Authorize: func(*http.Request) (context.Context, string, error) {
				return nil, "", test.err
			}}
			w := newWorld(t, cfg, newEcho(newEnded()))
			if status, _ := w.Get("polling"); status != test.status {
				t.Errorf("%v: got %d, want %d", test.err, status, test.status)
			}
			if n := w.engine.Len(); n != 0 {
				t.Errorf("%d sockets are open, want none", n)
			}
		})
	}
}

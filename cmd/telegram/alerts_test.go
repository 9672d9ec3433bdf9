package telegram

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

func failedLogin(l *slog.Logger, outcome, addr, agent string) {
	l.Warn("attempt", "action", "login", "outcome", outcome, "addr", addr, "source", addr, "user_agent", agent, "codes", 1)
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		name string
		say  func(*slog.Logger)
		want string
	}{
		{"one failure", func(l *slog.Logger) { failedLogin(l, "wrong", "192.0.2.1", "Firefox") },
			"1 failed login from one address.\nAddress: 192.0.2.1\nBrowser: Firefox\nOutcome: wrong"},
		{"level", func(l *slog.Logger) { l.Warn("login level changed", "from", 1, "to", 2, "reason", "guesses") },
			"A new device needs two codes in a row to log in now, because of too many failed logins. Devices that you used before need one."},
		{"device", func(l *slog.Logger) { l.Warn("new device", "addr", "192.0.2.1", "user_agent", "Firefox") },
			"A new device logged in.\nAddress: 192.0.2.1\nBrowser: Firefox\nIf that was nobody you know, run: chat rotate-secret"},
		{"set-up", func(l *slog.Logger) { l.Warn("an authenticator was set up") },
			"An authenticator was set up, and the server can be used. If you did not do this, stop it."},
		{"rotation", func(l *slog.Logger) { l.Warn("secret was replaced; every session has ended") },
			"The authenticator secret was replaced, and every session has ended."},
		{"start", func(l *slog.Logger) { l.Info("serving", "address", "127.0.0.1:1") }, "The server runs."},
		{"stop", func(l *slog.Logger) { l.Info("stopping") }, "The server stops."},
		{"error", func(l *slog.Logger) { l.Error("panic", "panic", "index out of range", "stack", "goroutine 1") },
			"ERROR: panic\npanic: index out of range"},
		{"with", func(l *slog.Logger) { l.With("event", "join").WithGroup("g").Error("a", "error", "") }, "ERROR: a\nevent: join"},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, a := listen(t, Options{Least: slog.LevelWarn})
			l := slog.New(a.Handler())
			l.Info("request failed")
			tt.say(l)
			synctest.Wait()
			got := f.messages()
			if len(got) != 1 || plain(t, got[0].text) != "chat https://chat.example.org\n"+tt.want {
				t.Errorf("%s: got %v, want %q", tt.name, got, tt.want)
			}
		})
	}
}

// Records below the level are no alerts, not even start and stop.
func TestLeast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := listen(t, Options{Least: slog.LevelError})
		l := slog.New(a.Handler())
		l.Info("serving")
		failedLogin(l, "wrong", "192.0.2.1", "")
		l.Warn("new device")
		synctest.Wait()
		if got := f.messages(); len(got) > 0 {
			t.Errorf("got %v, want nothing", got)
		}
	})
}

// F05. Somebody guesses, ten thousand times in ten minutes. The owner reads one
// message a minute.
func TestManyBecomeOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := listen(t, Options{Least: slog.LevelWarn})
		l := slog.New(a.Handler())
		for n := range 10_000 {
			failedLogin(l, []string{"wrong", "throttled", "throttled"}[n%3], fmt.Sprintf("192.0.2.%d", n%3), "curl")
			time.Sleep(60 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		got := f.messages()
		if len(got) < 10 || len(got) > 12 {
			t.Fatalf("got %d messages in 11 minutes, want about 11", len(got))
		}
		total := 0
		for i, m := range got {
			var n int
			if _, err := fmt.Sscanf(strings.SplitN(plain(t, m.text), "\n", 2)[1], "%d failed login", &n); err != nil {
				t.Errorf("message %d has no count: %q", i, m.text)
			}
			total += n
			if i > 0 && m.at.Sub(got[i-1].at) < perKind {
				t.Errorf("messages %d and %d are %v apart", i-1, i, m.at.Sub(got[i-1].at))
			}
		}
		if total != 10_000 {
			t.Errorf("the messages tell of %d, want 10000", total)
		}
		const want = "failed logins from 3 addresses in the last minute.\nHow they ended: 66"
		if shown := plain(t, got[2].text); !strings.Contains(shown, want) || !strings.Contains(shown, "\nAddress: 192.0.2.0, 192.0.2.1, 192.0.2.2\nBrowser: curl") {
			t.Errorf("got %q, want it to have %q and the addresses", shown, want)
		}
	})
}

// F04. Telegram answers as it should not. The message comes through once it
// does, with the count, and nothing waits for it.
func TestTelegramInTrouble(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		again  time.Duration // when the next try comes, at the earliest
		told   string        // to the operator
	}{
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 30","parameters":{"retry_after":30}}`)
		}, 30 * time.Second, "Telegram asks to wait for 30s"},
		{"500", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad gateway", 500) }, firstPause, "bad gateway"},
		{"hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, firstPause + perMessage, "did not answer within 5 seconds"},
		{"trickle", func(w http.ResponseWriter, r *http.Request) {
			for range 60 {
				_, _ = io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush() // The client goes away.
				time.Sleep(time.Second)
			}
		}, firstPause + perMessage, "did not answer within 5 seconds"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://evil.example/"+token, http.StatusTemporaryRedirect)
		}, firstPause, "decode response body"},
		{"10 MB", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", 10<<20)) // The client goes away.
		}, firstPause, "decode response body"},
		{"no such token", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
		}, firstPause, "does not know the token of TELEGRAM_BOT_TOKEN"},
		{"no such chat", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`)
		}, firstPause, "may not write to TELEGRAM_CHAT_ID"},
		{"cut off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, firstPause, "EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []string
				f, a := listen(t, Options{Least: slog.LevelWarn, Failing: func(err error) { told = append(told, fmt.Sprint(err)) }})
				f.answers(tt.answer)
				l := slog.New(a.Handler())
				start := time.Now()
				for n := range 500 {
					failedLogin(l, "wrong", fmt.Sprintf("192.0.2.%d", n%12), "curl")
				}
				if took := time.Since(start); took > 0 {
					t.Errorf("the logins waited for %v", took)
				}
				synctest.Wait()
				f.answers(nil) // The first request has its answer, or hangs.
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				got := f.messages()
				if len(got) < 2 || len(got) > 3 {
					t.Fatalf("Telegram was asked %d times, want 2 or 3", len(got))
				}
				if wait := got[1].at.Sub(got[0].at); wait < tt.again || wait > tt.again+10*time.Second {
					t.Errorf("the second try came after %v, want %v", wait, tt.again)
				}
				total := 0
				for _, m := range got[1:] {
					var n int
					_, _ = fmt.Sscanf(strings.SplitN(plain(t, m.text), "\n", 2)[1], "%d failed login", &n) // 0 is seen below
					total += n
				}
				if total != 500 {
					t.Errorf("afterwards the owner heard of %d failed logins, want 500: %v", total, got)
				}
				if len(told) != 2 || !strings.Contains(told[0], tt.told) || told[1] != "<nil>" {
					t.Errorf("the operator was told %q, want %q and the end of it", told, tt.told)
				}
				if strings.Contains(fmt.Sprint(told), token) || strings.Contains(fmt.Sprint(told), "127.0.0.1") {
					t.Errorf("the operator was told the address with the token: %q", told)
				}
			})
		})
	}
}

// Telegram cannot be reached for a day. The queue is bounded, alerts about
// alerts are none, and tries become rare.
func TestTelegramIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l *slog.Logger
		f, a := listen(t, Options{Least: slog.LevelWarn, Failing: func(err error) {
			if err != nil {
				l.Error(Silent, "error", err)
			} else {
				l.Error(Again)
			}
		}})
		l = slog.New(a.Handler())
		f.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		for n := range 2 * maxQueue {
			l.Error(fmt.Sprintf("trouble %d", n))
		}
		time.Sleep(24 * time.Hour)
		tries := len(f.messages())
		if tries < 280 || tries > 310 {
			t.Errorf("Telegram was asked %d times in a day, want about 290", tries)
		}
		f.answers(nil)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		got := f.messages()[tries:]
		var lost int
		if _, words, found := strings.Cut(plain(t, got[0].text), "ERROR: trouble 0\n"); found {
			_, _ = fmt.Sscanf(words, "%d other records found no place in the queue.", &lost) // 0 is seen below
		}
		if len(got)+lost != 2*maxQueue || len(got) > maxQueue+1 { // one was under way while the others queued
			t.Errorf("got %d messages afterwards and word of %d lost, want %d of %d: %q", len(got), lost, maxQueue, 2*maxQueue, got[0].text)
		}
		for _, m := range got {
			if strings.Contains(m.text, "reach Telegram") {
				t.Errorf("an alert about alerts: %q", m.text)
			}
		}
	})
}

// Whatever a stranger's browser calls itself is text, and the message is one
// that Telegram takes.
func TestHostileText(t *testing.T) {
	for _, agent := range []string{
		`</pre><a href="http://evil.example">click</a>`, "<b>", "</code>", "&amp;&lt;", "&", strings.Repeat("&", 5000), strings.Repeat("😀", 5000),
		strings.Repeat("<", 5000), strings.Repeat("👨‍👩‍👧‍👦", 999), "\u202egnp.exe", "a\nb\x00", "\xff\xfe", strings.Repeat("é", maxField-1) + "😀", "",
	} {
		d := newDigest(event{kind: "x", message: "x", keys: []string{"user_agent", "error"}, values: map[string]string{"user_agent": agent, "error": agent}})
		for range 30 {
			d.last.keys = append(d.last.keys, "user_agent")
		}
		for _, message := range []string{"x", "attempt", "new device"} {
			d.last.message = message
			text := d.text(agent, 1)
			shown := plain(t, text)
			if !utf8.ValidString(text) || units(shown) > maxMessage {
				t.Errorf("%.20q: the message has %d units or is no UTF-8", agent, units(shown))
			}
			if strings.ContainsAny(shown, "\u202e\x00") {
				t.Errorf("%.20q: the message has what cannot be seen", agent)
			}
			if message == "attempt" && agent != "" && !strings.HasPrefix(agent, "\xff") && !strings.Contains(shown, string([]rune(shorten(agent, 20))[:1])) {
				t.Errorf("%.20q: the message does not have it: %.300q", agent, shown)
			}
		}
	}
}

func TestSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := listen(t, Options{})
		o := Options{Token: token, Chat: "42", Name: "here", APIBase: "http://127.0.0.1:1", dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			f.conns <- theirs
			return ours, nil
		}}
		if err := Send(t.Context(), o, "This is a test."); err != nil {
			t.Errorf("sending: %v", err)
		}
		f.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
		if err := Send(t.Context(), o, "This is a test."); err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("sending to a broken Telegram: %v, want an error without the token", err)
		}
		if got := f.messages(); plain(t, got[0].text) != "chat here\nThis is a test." {
			t.Errorf("got %v", got)
		}
		_ = a
	})
}

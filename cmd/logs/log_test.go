package logs

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// write makes one log of JSON and one of text from the same records.
func write(t *testing.T, o Options, say func(*slog.Logger)) (records []map[string]any, asText []string) {
	t.Helper()
	var asJSON, people bytes.Buffer
	o.JSON, o.Text = &asJSON, &people
	l := Open(o)
	say(l.Logger)
	l.Close()
	return parse(t, asJSON.Bytes()), strings.SplitAfter(people.String(), "\n")
}

// parse reads JSON lines, and fails if there is one that is none or too long.
func parse(t *testing.T, lines []byte) (records []map[string]any) {
	t.Helper()
	for line := range bytes.Lines(lines) {
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil || !bytes.HasSuffix(line, []byte("}\n")) || len(line) > maxLine {
			t.Fatalf("a line of %d bytes is no JSON object: %v\n%.200q", len(line), err, line)
		}
		records = append(records, record)
	}
	return records
}

// F01. A stranger puts into headers and fields what would forge a line, clear
// the operator's screen, or fill the disk.
func TestRecordsAreLines(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		"a\r\nb", "\x1b[2J\x1b]0;title\a", "nul\x00", "\"}\n{\"level\":\"ERROR\"", "line\u2028line\u2029", "right\u202eleft",
		"\xff\xfe invalid", strings.Repeat("A", 100_000), strings.Repeat("\x01", 100_000), strings.Repeat("\u2028", 50_000), "",
	} {
		records, text := write(t, Options{}, func(l *slog.Logger) {
			l.Info(hostile, "route", hostile, "error", errors.New(hostile), "stack", hostile)
			l.With("event", hostile).WithGroup("g").Warn("attempt", "source", hostile, "user_agent", hostile)
		})
		if len(records) != 2 || len(text) != 3 {
			t.Errorf("%.20q: got %d lines of JSON and %d of text, want 2 each", hostile, len(records), len(text)-1)
		}
		for _, line := range text {
			if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r < ' ' || r == '\u202e' || r == '\u2028' }) || len(line) > maxLine {
				t.Errorf("%.20q: a terminal would obey %.100q", hostile, line)
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.Local)
	for _, tt := range []struct {
		name   string
		colour bool
		record slog.Record
		want   string
	}{
		{"plain", false, slog.NewRecord(at, slog.LevelInfo, "stopped", 0), "2026-02-03 04:05:06  INFO      stopped\n"},
		{"coloured", true, slog.NewRecord(at, slog.LevelWarn, "a", 0), "2026-02-03 04:05:06  \x1b[33mWARN    \x1b[0m  a\n"},
		{"critical", true, slog.NewRecord(at, LevelCritical, "a", 0), "2026-02-03 04:05:06  \x1b[31mCRITICAL\x1b[0m  a\n"},
	} {
		var b bytes.Buffer
		if err := newText(&b, slog.LevelDebug, tt.colour).Handle(t.Context(), tt.record); err != nil || b.String() != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.name, b.String(), err, tt.want)
		}
	}
	_, text := write(t, Options{}, func(l *slog.Logger) { l.Info("serving", "address", "127.0.0.1:1", "url", "a b", "error", "") })
	if want := `  INFO      serving  address=127.0.0.1:1 url="a b"` + "\n"; !strings.HasSuffix(text[0], want) {
		t.Errorf("got %q, want it to end with %q", text[0], want)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	records, text := write(t, Options{Least: slog.LevelWarn}, func(l *slog.Logger) {
		l.Info("quiet")
		l.Warn("loud")
		l.Log(t.Context(), LevelCritical, "louder")
	})
	if len(records) != 2 || len(text) != 3 || records[1]["level"] != "CRITICAL" {
		t.Errorf("got %v and %q, want two records, the last CRITICAL", records, text)
	}
}

func TestDiscretion(t *testing.T) {
	t.Parallel()
	say := func(l *slog.Logger) {
		l.Error("dialling redis://:hunter2hunter2@host", "error", errors.New("at hunter2hunter2!"), "room", "tea", "session", "tea")
		l.With("room", "tea").Info("again", "user_agent", strings.Repeat("é", 300), slog.Group("g", "room", "tea"))
	}
	o := Options{Key: []byte("one"), Secrets: []string{"hunter2hunter2", "", "a"}}
	records, text := write(t, o, say)
	for _, line := range append(text, fmt.Sprint(records)) {
		if strings.Contains(line, "hunter2") || strings.Contains(line, "=tea") || strings.Contains(line, ":tea") {
			t.Errorf("it shows what nobody may read: %s", line)
		}
	}
	first, second := records[0], records[1]
	if first["room"] == "" || first["room"] != second["room"] || first["room"] != second["g"].(map[string]any)["room"] {
		t.Errorf("one room has the hashes %v and %v", first["room"], second["room"])
	}
	if first["room"] == first["session"] {
		t.Errorf("a room and a session of one name have one hash, %v", first["room"])
	}
	if n := utf8.RuneCountInString(second["user_agent"].(string)); n != 200 {
		t.Errorf("the User-Agent has %d characters, want 200", n)
	}
	o.Key = []byte("two")
	if other, _ := write(t, o, say); other[0]["room"] == first["room"] {
		t.Error("another key makes the same hash")
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	var inside string
	h := Identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { inside = RequestID(r.Context()) }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if got := w.Header().Get("X-Request-Id"); got == "" || got != inside {
		t.Errorf("the answer has the id %q, the request %q", got, inside)
	}
	ctx := context.WithValue(t.Context(), requestKey{}, inside)
	records, _ := write(t, Options{}, func(l *slog.Logger) { l.InfoContext(ctx, "a"); l.Info("b") })
	if records[0]["request"] != inside || records[1]["request"] != nil {
		t.Errorf("got %v, want the id %s in the first alone", records, inside)
	}
}

// Somebody tries codes as fast as the network allows, to push what they did
// before out of the files. Others are still told of, and so is the success.
func TestFloodsAreHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asJSON bytes.Buffer
		alerted := &counter{}
		l := Open(Options{JSON: &asJSON, More: alerted})
		for range 10_000 {
			l.Warn("attempt", "outcome", "throttled", "source", "192.0.2.1")
		}
		l.Warn("attempt", "outcome", "throttled", "source", "192.0.2.2")
		l.Info("attempt", "outcome", "accepted", "source", "192.0.2.1")
		time.Sleep(time.Minute)
		synctest.Wait()
		l.Warn("attempt", "outcome", "throttled", "source", "192.0.2.1")
		l.Close()
		records := parse(t, asJSON.Bytes())
		if len(records) != perMinute+4 {
			t.Fatalf("got %d records, want %d", len(records), perMinute+4)
		}
		sum := records[perMinute+2]
		if sum["msg"] != "records held back" || sum["count"] != float64(10_000-perMinute) || sum["source"] != "192.0.2.1" || sum["of"] != "attempt" {
			t.Errorf("the sum is %v", sum)
		}
		if alerted.n != 10_003 {
			t.Errorf("alerts heard of %d attempts, want 10003", alerted.n)
		}
	})
}

// counter is a handler that counts.
type counter struct{ n int }

func (c *counter) Enabled(context.Context, slog.Level) bool      { return true }
func (c *counter) Handle(_ context.Context, r slog.Record) error { c.n++; return nil }
func (c *counter) WithAttrs([]slog.Attr) slog.Handler            { return c }
func (c *counter) WithGroup(string) slog.Handler                 { return c }

// The terminal is stopped with Ctrl-S, or whoever reads the pipe sleeps. The
// first record waits a moment, and nothing waits after it.
func TestAHangingPlaceStopsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		var asJSON bytes.Buffer
		l := Open(Options{Text: w, JSON: &asJSON})
		start := time.Now()
		for range 3 * queueLength {
			l.Info("a") // each has the same kind
			l.Debug("b")
		}
		for n := range 3 * queueLength {
			l.Info("a", "source", fmt.Sprint(n))
		}
		if took := time.Since(start); took > patience {
			t.Errorf("%d records waited for %v, want at most %v", 6*queueLength, took, patience)
		}
		if got := len(parse(t, asJSON.Bytes())); got < 3*queueLength {
			t.Errorf("the other place got %d records, want them all", got)
		}
		// Somebody presses Ctrl-Q.
		lines := bufio.NewScanner(r)
		missing := ""
		go func() {
			for lines.Scan() {
				if strings.Contains(lines.Text(), "records lost") {
					missing = lines.Text()
				}
			}
		}()
		synctest.Wait()
		l.Info("back", "source", "x")
		l.Close()
		w.Close()
		synctest.Wait()
		if !strings.Contains(missing, "WARN      records lost  lost=") {
			t.Errorf("it does not say that records are missing, but %q", missing)
		}
	})
}

// The disk of the log hangs, as one on the network does. Nobody waits for it, and
// the operator is told: once, until it takes records again, and once more when
// it hangs again.
func TestAHangingFileIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		said := &safeBuffer{}
		l := Open(Options{JSON: w, Trouble: said})
		lines := bufio.NewScanner(r)
		for hung := range 2 {
			start := time.Now()
			for n := range 3 * queueLength {
				l.Info("a", "source", fmt.Sprint(hung, n))
			}
			if took := time.Since(start); took > patience {
				t.Errorf("the records waited for %v, want at most %v", took, patience)
			}
			synctest.Wait()
			const told = "ERROR     the log on standard output cannot be written; records are lost until it can  error=\"it hangs\"\n"
			if got := strings.Count(said.String(), told); got != hung+1 || l.Lost() < queueLength {
				t.Errorf("of %d lost records the operator was told %d times, want %d:\n%s", l.Lost(), got, hung+1, said)
			}
			go func() {
				for lines.Scan() && !strings.Contains(lines.Text(), `"back"`) {
				}
			}()
			synctest.Wait()
			l.Info("back")
			synctest.Wait()
		}
		if got := strings.Count(said.String(), "\n"); got != 2 {
			t.Errorf("the operator reads %d lines, want 2:\n%s", got, said)
		}
		l.Close()
		_ = r.Close()
	})
}

// A place that never comes back does not stop the end.
func TestAHangingPlaceDelaysNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		l := Open(Options{Text: w})
		l.Info("a")
		start := time.Now()
		l.Close()
		if took := time.Since(start); took > farewell {
			t.Errorf("the end took %v, want at most %v", took, farewell)
		}
		r.Close()
	})
}

package telegram

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// F05. Somebody guesses, ten thousand times, while Telegram cannot be reached.
// That alerts do not get through is in the log, as an error, and yet no alert.
// Afterwards the owner reads of all guesses, one message a minute at most.
func TestGuessesWhileTelegramIsAway(t *testing.T) {
	for _, tt := range []struct {
		least slog.Level
		told  int // guesses
	}{{slog.LevelWarn, 10_000}, {slog.LevelError, 0}} {
		synctest.Test(t, func(t *testing.T) {
			var l *slog.Logger
			f, a := listen(t, Options{Least: tt.least, Failing: func(err error) {
				if err != nil {
					l.Error(Silent, "error", err)
				} else {
					l.Error(Again)
				}
			}})
			l = slog.New(a.Handler())
			f.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
			l.Error("panic", "panic", "one real error") // so that the level ERROR has something to try
			for n := range 10_000 {
				failedLogin(l, "wrong", fmt.Sprintf("192.0.2.%d", n%5), "curl")
				time.Sleep(60 * time.Millisecond)
			}
			tries := len(f.messages())
			f.answers(nil)
			time.Sleep(15 * time.Minute)
			synctest.Wait()

			failed, count := 0, make(map[string]time.Time)
			for i, m := range f.messages() {
				text := plain(t, m.text)
				if strings.Contains(text, Silent) || strings.Contains(text, Again) {
					t.Errorf("%v: an alert about alerts: %q", tt.least, text)
				}
				if i < tries {
					continue // The owner has not read those.
				}
				what := strings.SplitN(text, "\n", 2)[1]
				kind, _, _ := strings.Cut(strings.TrimLeft(what, "0123456789 "), " ")
				if last, seen := count[kind]; seen && m.at.Sub(last) < perKind {
					t.Errorf("%v: two of the kind %s come %v apart", tt.least, kind, m.at.Sub(last))
				}
				count[kind] = m.at
				n := 0
				_, _ = fmt.Sscanf(what, "%d failed login", &n) // 0 is that of the error
				failed += n
			}
			if failed != tt.told || count["ERROR:"].IsZero() {
				t.Errorf("%v: afterwards the owner heard of %d guesses and of %v, want %d and the error", tt.least, failed, count, tt.told)
			}
		})
	}
}

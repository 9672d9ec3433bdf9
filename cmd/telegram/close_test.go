package telegram

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCloseSendsWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := listen(t, Options{Least: slog.LevelWarn})
		f.answers(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(farewell / 2)
			_, _ = io.WriteString(w, `{"ok":true,"result":{}}`)
		})
		slog.New(a.Handler()).Info("stopping")
		synctest.Wait()
		start := time.Now()
		a.Close()
		if took := time.Since(start); took > farewell || len(f.messages()) != 1 {
			t.Errorf("the end took %v with %d messages, want at most %v and 1", took, len(f.messages()), farewell)
		}
	})
}

// What was counted since the last message is told before the end.
func TestCloseSendsWhatWasCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := listen(t, Options{Least: slog.LevelWarn})
		l := slog.New(a.Handler())
		for n := range 25 {
			failedLogin(l, "wrong", fmt.Sprintf("192.0.2.%d", n), "curl")
			synctest.Wait()
		}
		a.Close()
		got := f.messages()
		if len(got) != 2 || !strings.Contains(got[1].text, "24 failed logins from 24 addresses in the last minute.") {
			t.Errorf("the owner reads %v, want one and then 24 failed logins", got)
		}
	})
}

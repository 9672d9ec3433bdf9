package cmd

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// fakeTelegram is Telegram's bot API as the alerts need it.
type fakeTelegram struct {
	base   string
	status atomic.Int64 // of its answers; 0 is 200
	hang   atomic.Bool
	asked  chan struct{} // gets a value when somebody asks
	got    output        // the texts
}

func startTelegram(t *testing.T) *fakeTelegram {
	t.Helper()
	f := &fakeTelegram{asked: make(chan struct{}, 1000)}
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(&f.got, r.FormValue("text")+"\n")
		f.asked <- struct{}{}
		if f.hang.Load() {
			<-over
			return
		}
		status := max(int(f.status.Load()), http.StatusOK)
		w.WriteHeader(status)
		if status == http.StatusOK {
			_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1}}`)
		}
	}))
	f.base = server.URL
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(over) })
	return f
}

func (f *fakeTelegram) text() string { return f.got.String() }

// F04. Telegram hangs while people log in, rightly and wrongly. Nobody waits for
// it, neither they nor the end of the server.
func TestHangingTelegramDelaysNobody(t *testing.T) {
	fake := startTelegram(t)
	fake.hang.Store(true)
	p := start(t, options{env: map[string]string{
		"TELEGRAM_BOT_TOKEN": "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw7", "TELEGRAM_CHAT_ID": "42", "TELEGRAM_API_BASE": fake.base,
	}})
	<-fake.asked // The start is on its way, and hangs.
	for range 4 {
		if r := p.browser(t).post(t, "/auth", url.Values{"code": {"12345"}}); r.status != http.StatusUnauthorized {
			t.Errorf("a wrong code gets %d, want 401", r.status)
		}
	}
	p.login(t)
	p.stop(t)
	if got := strings.Count(fake.text(), "The server runs."); got != 1 || len(fake.asked) > 0 {
		t.Errorf("Telegram was asked more than once meanwhile:\n%s", fake.text())
	}
}

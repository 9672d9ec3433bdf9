package cmd

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chat/cmd/telegram"
)

// fakeTelegram is Telegram's bot API as the alerts need it.
type fakeTelegram struct {
	base   string
	status atomic.Int64 // of its answers; 0 is 200
	hang   atomic.Bool
	asked  chan struct{} // gets a value when somebody asks
	got    output        // the texts
	way    output        // the host that each was for, and what it brought for the proxy
}

func startTelegram(t *testing.T) *fakeTelegram {
	t.Helper()
	f := &fakeTelegram{asked: make(chan struct{}, 1000)}
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(&f.way, r.Host+" "+r.Header.Get("Proxy-Authorization")+"\n")
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

// until waits until the owner has read a text.
func (f *fakeTelegram) until(t *testing.T, text string) {
	t.Helper()
	late := time.After(soon)
	for !strings.Contains(f.text(), text) {
		select {
		case <-f.asked:
		case <-late:
			t.Fatalf("the owner was not told %q:\n%s", text, f.text())
		}
	}
}

// guessFrom tries a code that is wrong in any case, by its length, from an address
// that a proxy tells.
func (p *program) guessFrom(t *testing.T, addr string) {
	t.Helper()
	b := p.browser(t)
	r := b.request(t, http.MethodPost, "/auth", url.Values{"code": {"12345"}}.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.base)
	r.Header.Set("X-Forwarded-For", addr)
	b.do(t, r)
}

// The owner hears by default of all that matters, here by way of a proxy, which
// alone knows where Telegram is.
func TestTheOwnerIsTold(t *testing.T) {
	proxy := startTelegram(t)
	p := start(t, options{env: map[string]string{
		"TELEGRAM_BOT_TOKEN": "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw7", "TELEGRAM_CHAT_ID": "42",
		"TELEGRAM_API_BASE": "http://telegram.invalid", "TELEGRAM_PROXY": strings.Replace(proxy.base, "://", "://ann:hunter2@", 1),
		"TRUSTED_PROXIES": "127.0.0.1",
	}})
	proxy.until(t, "The server runs.")
	p.guessFrom(t, "203.0.113.1")
	proxy.until(t, "1 failed login from one address.")
	for n := range 24 {
		p.guessFrom(t, fmt.Sprintf("203.0.%d.1", n))
	}
	proxy.until(t, "A new device needs two codes in a row to log in now, because of too many failed logins.")
	first, second := p.code(t), p.code(t)
	if r := p.browser(t).post(t, "/auth", url.Values{"code": {first}, "code2": {second}}); r.status != http.StatusSeeOther {
		t.Fatalf("two codes get %d, want 303", r.status)
	}
	proxy.until(t, "A new device logged in.")
	p.rotate(t)
	proxy.until(t, "The authenticator secret was replaced, and every session has ended.")
	secret := filepath.Join(p.dir, "secret.json")
	if err := os.WriteFile(secret, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy.until(t, "ERROR: secret cannot be read; nobody can log in until it can")
	p.stop(t)
	proxy.until(t, "The server stops.")
	proxy.until(t, " failed logins from ") // what came since the first
	for way := range strings.Lines(proxy.way.String()) {
		if way != "telegram.invalid Basic YW5uOmh1bnRlcjI=\n" {
			t.Errorf("the proxy was asked for %q", way)
		}
	}
}

// That the proxy is away is in the log, without its password.
func TestTheProxyOfAlertsIsAway(t *testing.T) {
	p := start(t, options{env: map[string]string{
		"TELEGRAM_BOT_TOKEN": "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw7", "TELEGRAM_CHAT_ID": "42",
		"TELEGRAM_PROXY": "socks5://ann:hunter2@127.0.0.1:1", "TELEGRAM_API_BASE": "http://telegram.invalid",
	}})
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for range int(soon / (10 * time.Millisecond)) {
		if strings.Contains(p.log.String(), telegram.Silent) {
			break
		}
		<-look.C
	}
	p.stop(t)
	failed := ofKind(p.records(t), telegram.Silent)
	if len(failed) != 1 || !strings.Contains(fmt.Sprint(failed[0]["error"]), "127.0.0.1:1") {
		t.Errorf("the log says %v, want once what is wrong", failed)
	}
	if strings.Contains(p.log.String(), "hunter2") || strings.Contains(p.log.String(), "AAHdq") {
		t.Errorf("the log shows a secret:\n%s", p.log)
	}
}

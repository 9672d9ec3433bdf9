package cmd

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The fault: TOTP_SECRET was changed on one of two servers only. The one that was
// started last says what is wrong and lets nobody in, until the other one has ended.
func TestServersWithDifferentSecrets(t *testing.T) {
	onExternal(t, func(t *testing.T, storage string) {
		keys := [2]string{"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}
		server := func(key string) *program {
			return start(t, options{fresh: true, storage: storage, env: map[string]string{"TOTP_SECRET": key}})
		}
		login := func(p *program, key string) int {
			form, now := url.Values{}, p.clock.now()
			for i, name := range []string{"code", "code2", "code3"} {
				form.Set(name, codeAt(t, key, now.Add(time.Duration(i-2)*30*time.Second)))
			}
			return p.browser(t).post(t, "/auth", form).status
		}
		await := func(p *program, text string) {
			t.Helper()
			begin, look := time.Now(), time.NewTicker(50*time.Millisecond)
			defer look.Stop()
			for !strings.Contains(p.log.String(), text) {
				if time.Since(begin) > 10*time.Second+slow {
					t.Fatalf("the log does not say %q:\n%s", text, p.log)
				}
				<-look.C
			}
		}
		first := server(keys[0])
		await(first, "reason=counters_lost")
		first.clock.advance(2 * time.Minute)
		if got := login(first, keys[0]); got != http.StatusSeeOther {
			t.Fatalf("the first server answers %d, want 303\n%s", got, first.log)
		}
		second := server(keys[1])
		await(second, "another server on this Redis has another secret")
		second.clock.ahead.Store(first.clock.ahead.Load())
		if got := login(second, keys[1]); got != http.StatusServiceUnavailable {
			t.Errorf("the second server answers %d, want 503", got)
		}
		if strings.Contains(first.log.String(), "nobody can log in") {
			t.Errorf("the first server suffers from it:\n%s", first.log)
		}
		first.stop(t)
		second.clock.advance(10 * time.Second) // as if it had waited
		await(second, "people can log in here again")
		if got := login(second, keys[1]); got != http.StatusSeeOther {
			t.Errorf("once the first has ended the second answers %d, want 303\n%s", got, second.log)
		}
	})
}

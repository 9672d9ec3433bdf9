package cmd

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A disk that dies, or somebody with an editor, changes the secret's file: cut
// off at any byte, any bit flipped, zeroes in its place. The server must not
// start, must not make a new secret, and must say why in one line that shows
// nothing of the file.
func TestDamagedSecretStopsTheStart(t *testing.T) {
	p := &program{dir: t.TempDir(), clock: &clock{}}
	p.enrol(t)
	s, err := p.vault(t).Current()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(p.dir, "secret.json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, damaged []byte) {
		t.Helper()
		writeFile(t, path, string(damaged), 0o600)
		var out, log bytes.Buffer
		code := Execute(t.Context(), Program{
			Assets: os.DirFS(".."),
			Args:   []string{"serve", "--port", "0", "--data-dir", p.dir},
			Stdin:  strings.NewReader(""),
			Stdout: &out,
			Stderr: &log,
		})
		line := log.String()
		if code != ExitFailure || out.Len() > 0 || strings.Count(line, "\n") != 1 ||
			!strings.HasPrefix(line, "chat: opening the secret: ") || !strings.Contains(line, "Restore the file from a backup") {
			t.Errorf("%s: the start ends with %d, prints %q and says\n%s", what, code, &out, line)
		}
		if strings.Contains(line, strings.ReplaceAll(s.Groups(), " ", "")[:8]) {
			t.Errorf("%s: the line shows the secret", what)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, damaged) {
			t.Errorf("%s: the file was changed, %v", what, err)
		}
	}
	for n := range whole {
		refused("cut off", whole[:n])
	}
	refused("zeroed", make([]byte, len(whole)))
	refused("longer", append(bytes.Clone(whole), '\n'))
	refused("twice", append(bytes.Clone(whole), whole...))
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		refused("a bit flipped", flipped)
	}
	writeFile(t, path, string(whole), 0o600)
	start(t, options{dir: p.dir})
}

// Somebody who may ask the server, logged in or not, looks for the secret where
// programs leave such things, and for a profiler, which shows all of memory.
func TestSecretIsNowhereInTheWeb(t *testing.T) {
	p := start(t, options{})
	stranger, owner := p.browser(t), p.login(t)
	s, err := p.vault(t).Current()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]int{
		"/health": 200, "/auth": 0, "/setup": 200, "/": 0,
		"/metrics": 404, "/debug/pprof/": 404, "/debug/pprof/heap": 404, "/debug/pprof/cmdline": 404,
		"/debug/vars": 404, "/totp": 404, "/qr": 404, "/config": 404, "/.env": 404,
		"/secret.json": 404, "/static/../secret.json": 0, "/setup?claim=x": 200,
	}
	for path, status := range places {
		for _, b := range []*browser{stranger, owner} {
			r := b.get(t, path)
			if status != 0 && r.status != status {
				t.Errorf("GET %s answers %d, want %d", path, r.status, status)
			}
			hasNoSecret(t, path, s.Groups(), r)
		}
	}
	for _, text := range []string{p.out.String(), p.log.String()} {
		hasNoSecret(t, "the terminal or the log", s.Groups(), reply{body: text})
	}
}

// hasNoSecret looks for a secret in any spelling, and for the address that
// holds it.
func hasNoSecret(t *testing.T, where, groups string, r reply) {
	t.Helper()
	var header bytes.Buffer
	if err := http.Header(r.header).Write(&header); err != nil {
		t.Fatal(err)
	}
	text := strings.ToUpper(header.String() + r.body)
	for _, secret := range []string{groups, strings.ReplaceAll(groups, " ", ""), "OTPAUTH:"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows the secret", where)
		}
	}
}

// The attack: have the data folder of a server with TOTP_SECRET made anew, as a
// container without a volume has it at each start, and come in with a code that
// was read over a shoulder. The first login takes two codes, then and ever.
func TestANewFolderIsNoFreshBudget(t *testing.T) {
	const key = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	p := start(t, options{fresh: true, env: map[string]string{"TOTP_SECRET": key}})
	now := func(steps time.Duration) string { return codeAt(t, key, p.clock.now().Add(30*time.Second*steps)) }
	stranger := p.browser(t)
	if r := stranger.post(t, "/auth", url.Values{"code": {now(0)}}); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, `name="code2"`) {
		t.Errorf("a single code at the very first login gets %d, want to wait and to be asked for two:\n%s", r.status, r.body)
	}
	p.clock.advance(90 * time.Second)
	pair := url.Values{"code": {now(-1)}, "code2": {now(0)}}
	if r := stranger.post(t, "/auth", pair); r.status != http.StatusSeeOther {
		t.Fatalf("two codes get %d, want 303\n%s", r.status, p.log)
	}
	p.stop(t)

	// By the same clock from its begin: what it may have forgotten it counts from there.
	anew := start(t, options{fresh: true, clock: p.clock, env: map[string]string{"TOTP_SECRET": key}})
	for what, form := range map[string]url.Values{"a used code": {"code": pair["code2"]}, "two used codes": pair} {
		if r := anew.browser(t).post(t, "/auth", form); r.status == http.StatusSeeOther || len(r.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s in a new folder: got %d with the cookies %q, want none", what, r.status, r.header.Values("Set-Cookie"))
		}
	}
}

package cmd

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chat/auth"
)

// child is a server in a process of its own, to be killed.
type child struct {
	base string
	cmd  *exec.Cmd
	log  *output
	done chan struct{} // closed once its output has ended
}

var servedAt = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)

// spawn starts the program on a data folder. Its proxy is this machine, so that
// a test has any address it likes.
func spawn(t testing.TB, dir string, environ ...string) *child {
	t.Helper()
	return spawnAs(t, "chat", dir, environ...)
}

// spawnAs is spawn with one of commands.
func spawnAs(t testing.TB, name, dir string, environ ...string) *child {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("looking for the program: %v", err)
	}
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(program, "serve", "--trusted-proxies", "127.0.0.1"), log: &output{}, done: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), "CHAT_SOURCE="+source, "PORT=0", "DATA_DIR="+dir, "HOME="+t.TempDir())
	c.cmd.Env = append(c.cmd.Env, environ...)
	c.cmd.Dir = t.TempDir()
	c.cmd.Stderr = c.log
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatalf("starting the program: %v", err)
	}
	ready := make(chan string, 1)
	go func() {
		defer close(c.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if at := servedAt.FindString(lines.Text()); at != "" && c.base == "" {
				c.base = at
			}
			if strings.Contains(lines.Text(), "Ctrl-C stops it") {
				ready <- c.base
			}
		}
		close(ready)
	}()
	c.base = <-ready
	if c.base == "" {
		t.Fatalf("the program does not serve:\n%s", c.log)
	}
	t.Cleanup(c.kill)
	return c
}

// kill is SIGKILL. A second one does nothing.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // its own process; an error means that it is gone
	<-c.done
	_ = c.cmd.Wait()
}

// guess posts codes from an address. It returns nothing when the server died.
func (c *child) guess(b *http.Client, addr string, codes ...string) (status int, ok bool) {
	form := url.Values{}
	for i, code := range codes {
		form.Set([]string{"code", "code2", "code3"}[i], code)
	}
	r, err := http.NewRequest(http.MethodPost, c.base+"/auth", strings.NewReader(form.Encode()))
	if err != nil {
		return 0, false
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", c.base)
	r.Header.Set("X-Forwarded-For", addr)
	r.Header.Set("Accept", "text/html")
	answer, err := b.Do(r)
	if err != nil {
		return 0, false
	}
	_, _ = io.Copy(io.Discard, answer.Body) // so that the connection can be used again
	_ = answer.Body.Close()
	return answer.StatusCode, true
}

// comeIn is guess by somebody who comes again as long as the server can't tell
// now: on a busy machine Redis may take longer than the half second that a
// command has. Such a try is not evaluated and uses nothing up.
func (c *child) comeIn(b *http.Client, addr string, codes ...string) (status int) {
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for range 100 {
		if status, _ = c.guess(b, addr, codes...); status != http.StatusServiceUnavailable {
			break
		}
		<-again.C
	}
	return status
}

// newChildBrowser keeps cookies for any port of the loopback address, as
// browsers do.
func newChildBrowser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	return &http.Client{
		Jar: jar, Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// enrolIn sets up an authenticator in a folder.
func enrolIn(t *testing.T, dir string) auth.Secret {
	t.Helper()
	vault, err := auth.OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := auth.NewSecret("chat", "owner")
	if err != nil {
		t.Fatal(err)
	}
	if err := vault.Create(s); err != nil {
		t.Fatal(err)
	}
	return s
}

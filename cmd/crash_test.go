package cmd

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
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
func spawn(t *testing.T, dir string) *child {
	t.Helper()
	program, err := exec.LookPath("chat")
	if err != nil {
		t.Fatalf("looking for the program: %v", err)
	}
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(program, "serve", "--trusted-proxies", "127.0.0.1"), log: &output{}, done: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), "CHAT_SOURCE="+source, "PORT=0", "DATA_DIR="+dir, "HOME="+t.TempDir())
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

// guess posts a code from an address. It returns nothing when the server died.
func (c *child) guess(b *http.Client, addr, code string) (status int, ok bool) {
	r, err := http.NewRequest(http.MethodPost, c.base+"/auth", strings.NewReader(url.Values{"code": {code}}.Encode()))
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
	_ = answer.Body.Close()
	return answer.StatusCode, true
}

// newChildBrowser keeps cookies for any port of the loopback address, as
// browsers do.
func newChildBrowser(t *testing.T) *http.Client {
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

// A21. The attack: make the server crash, again and again, each time with a few
// guesses in between or under way, so that it forgets them. The fault: the same,
// and everybody is logged out, or a used code is good again.
func TestCrashLoop(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("Kill is no SIGKILL there, but ends a process as hard.")
	}
	dir := t.TempDir()
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

	c := spawn(t, dir)
	owner := newChildBrowser(t)
	code := codeAt(t, s.Groups(), time.Now())
	if status, _ := c.guess(owner, "203.0.113.1", code); status != http.StatusSeeOther {
		t.Fatalf("login answers %d, want 303\n%s", status, c.log)
	}
	evaluated := 0
	seen := func() {
		evaluated += strings.Count(c.log.String(), `outcome=wrong`) + strings.Count(c.log.String(), `outcome=malformed`)
		if strings.Contains(c.log.String(), "state file is damaged") {
			t.Errorf("after a crash the state is damaged:\n%s", c.log)
		}
	}
	moments := rand.New(rand.NewPCG(4, 2))
	for round := range 40 {
		var all sync.WaitGroup
		for n := range 5 {
			addr := fmt.Sprintf("198.51.%d.%d", round, n+1)
			all.Go(func() { c.guess(newChildBrowser(t), addr, "12345") }) // of no length that could be right by chance
		}
		if round%2 == 0 {
			all.Wait()
		} else {
			for range moments.IntN(2_000_000) { // up to a few milliseconds: there is no clock in this
				runtime.KeepAlive(round)
			}
		}
		c.kill()
		all.Wait()
		seen()
		c = spawn(t, dir)
		answer, err := owner.Get(c.base + "/")
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("round %d: the owner's session gets %d, want 200\n%s", round, answer.StatusCode, c.log)
		}
	}
	// One was answered to the owner and refunded. A guess that was charged and
	// not answered is lost to the attacker.
	if evaluated > 20 {
		t.Errorf("guesses evaluated in 40 lives: got %d, want at most 20", evaluated)
	}
	if evaluated < 5 {
		t.Errorf("guesses evaluated in 40 lives: got %d; this test tests nothing", evaluated)
	}
	if status, _ := c.guess(newChildBrowser(t), "203.0.113.2", codeAt(t, s.Groups(), time.Now())); status != http.StatusUnauthorized {
		t.Errorf("a single code from a new device gets %d, want 401", status)
	}
	if status, _ := c.guess(owner, "203.0.113.1", code); status != http.StatusUnauthorized {
		t.Errorf("the used code gets %d, want 401", status)
	}
	c.kill() // so that the log is all here
	if !strings.Contains(c.log.String(), `codes=1 trusted=true`) {
		t.Errorf("the owner's device is not trusted any more:\n%s", c.log)
	}
}

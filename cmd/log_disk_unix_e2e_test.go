//go:build e2e && unix

package cmd

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fullAt is where the disk of the program crowded is full, in bytes of a file,
// unless CHAT_FULL_AT says otherwise.
const fullAt = 64 << 10

func init() { commands["crowded"] = crowdedMain }

// crowdedMain is the program on a disk where no file becomes longer than fullAt,
// until SIGUSR1 makes room. What the system says is another error than that of a
// full disk, but at the same place: half a line is written, then nothing.
func crowdedMain() {
	signal.Ignore(syscall.SIGXFSZ) // It would end the program before it has its error.
	var room syscall.Rlimit
	check(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &room))
	full := room
	full.Cur = fullAt
	if at, err := strconv.ParseUint(os.Getenv("CHAT_FULL_AT"), 10, 32); err == nil {
		full.Cur = at
	}
	check(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	freed := make(chan os.Signal, 1)
	signal.Notify(freed, syscall.SIGUSR1)
	go func() {
		<-freed
		check(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room))
	}()
	chatMain()
}

// F06. The disk of the log is full while people log in and talk, and then there
// is room. They notice nothing, the operator is told once, and the log goes on
// with how much it lacks.
func TestLogDiskIsFull(t *testing.T) {
	dir := t.TempDir()
	owner := enrolIn(t, dir)
	path := filepath.Join(dir, "log", "chat.log")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	old := []byte(`{"time":"2026-02-03T04:05:06Z","level":"INFO","msg":"old"}` + "\n")
	if err := os.WriteFile(path, bytes.Repeat(old, fullAt/len(old)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := spawnAs(t, "crowded", dir)
	code := codeAt(t, owner.Groups(), time.Now())
	ann := newChildBrowser(t)
	if status, _ := c.guess(ann, "203.0.113.1", code); status != http.StatusSeeOther {
		t.Fatalf("with a full disk a login gets %d, want 303:\n%s", status, c.log)
	}
	socket := (&browser{c.base, ann}).join(t, "tea")
	socket.say(t, "still here?", 3)
	for range 3 {
		c.guess(newChildBrowser(t), "203.0.113.2", "12345")
	}
	const warning = "the log file cannot be written to; records are lost until it can"
	if got := strings.Count(c.log.String(), warning); got != 1 {
		t.Errorf("the operator was told %d times, want once:\n%s", got, c.log)
	}

	if err := c.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	c.untilLogged(t, path, "records lost")
	socket.say(t, "and on", 1)
	c.kill()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		if !json.Valid(line) {
			t.Errorf("the file has the line %.200q", line)
		}
	}
	if !bytes.HasPrefix(b, bytes.Repeat(old, fullAt/len(old))) {
		t.Error("what the file had before is not there any more")
	}
}

// untilLogged makes records until one of them is in the file.
func (c *child) untilLogged(t *testing.T, path, message string) {
	t.Helper()
	late := time.After(soon) // only what never comes back takes so long
	for n := 0; ; n++ {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(`"msg":"`+message+`"`)) {
			return
		}
		select {
		case <-late:
			t.Fatalf("there is no record %q:\n%s", message, b[max(0, len(b)-2000):])
		default:
		}
		r, err := http.NewRequest(http.MethodPost, c.base+"/auth", strings.NewReader(url.Values{"code": {"1"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", c.base)
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
		}
	}
}

//go:build e2e && unix

package cmd

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fewFiles is how many files the program scant may have open, with connections.
const fewFiles = 256

func init() { commands["scant"] = scantMain }

// scantMain is the program under `ulimit -n`.
func scantMain() {
	check(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: fewFiles, Max: fewFiles}))
	chatMain()
}

// H05. The attack: more connections than the system allows the program, through a
// proxy, so that no door counts them. Who is in talks, deletes and is remembered,
// the log goes on, and when they are gone somebody else can log in.
func TestTooManyConnections(t *testing.T) {
	dir := t.TempDir()
	owner := enrolIn(t, dir)
	c := spawnAs(t, "scant", dir, "LIMIT_MESSAGES=0")
	code := codeAt(t, owner.Groups(), time.Now())
	ann := newChildBrowser(t)
	if status, _ := c.guess(ann, "203.0.113.1", code); status != http.StatusSeeOther {
		t.Fatalf("a login gets %d, want 303:\n%s", status, c.log)
	}
	socket := (&browser{c.base, ann}).join(t, "tea")

	var crowd []net.Conn
	defer func() {
		for _, conn := range crowd {
			_ = conn.Close()
		}
	}()
	for range 400 {
		conn, err := net.Dial("tcp", c.base[len("http://"):])
		if err != nil {
			t.Fatal(err)
		}
		crowd = append(crowd, conn)
	}
	for range 20 {
		id := socket.say(t, "still here?", 1)
		socket.send(t, `427["delete_message",{"chat_id":"tea","id":"`+id+`"}]`)
		if got := socket.expect(t, "437"); !strings.HasPrefix(got, `437[{"id"`) {
			t.Fatalf("a deletion in the crowd is answered %s", got)
		}
	}
	for _, conn := range crowd {
		_ = conn.Close()
	}
	crowd = nil
	if status, ok := c.guess(newChildBrowser(t), "203.0.113.2", "12345"); !ok || status == http.StatusServiceUnavailable {
		t.Errorf("after the crowd a guess gets %d, %t", status, ok)
	}
	c.untilLogged(t, filepath.Join(dir, "log", "chat.log"), "attempt")
}

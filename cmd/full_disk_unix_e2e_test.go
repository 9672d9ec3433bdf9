//go:build e2e && unix

package cmd

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// B05. The disk is full when the secret is to be written. The command fails with
// one line, there is the old secret or none, whole, and no piece of another one;
// with room again it works.
func TestSecretsOnAFullDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(dir, "secret.json")
	var old []byte
	for _, rotate := range []bool{false, true} {
		crowded := chatProcess(t, []string{"CHAT_FULL_AT=10"})
		crowded.Args[0] = "crowded"
		var log bytes.Buffer
		crowded.Stderr = &log
		child, shown := typeCode(t, crowded, dir, rotate)
		if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != ExitFailure {
			t.Errorf("rotate %v: on a full disk it ends with %v, want exit code %d", rotate, err, ExitFailure)
		}
		last := log.String()[strings.LastIndex(strings.TrimSpace(log.String()), "\n")+1:]
		if !strings.Contains(last, "file too large") {
			t.Errorf("rotate %v: it does not say what is wrong:\n%s", rotate, &log)
		}
		if now, err := os.ReadFile(file); !bytes.Equal(now, old) || (err == nil) != rotate {
			t.Errorf("rotate %v: afterwards the secret is %d bytes, %v, want the %d of before", rotate, len(now), err, len(old))
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if b, err := os.ReadFile(path); path != file && (err != nil || len(b) > 0 && strings.Contains(shown, string(b))) {
				t.Errorf("rotate %v: %s holds %q, %v", rotate, e.Name(), b, err)
			}
		}
		child, _ = typeCode(t, chatProcess(t, nil), dir, rotate)
		if err := child.Wait(); err != nil {
			t.Fatalf("rotate %v: with room again it ends with %v", rotate, err)
		}
		was := old
		if old, err = os.ReadFile(file); err != nil || bytes.Equal(old, was) {
			t.Fatalf("rotate %v: with room again the secret is what it was, %v", rotate, err)
		}
	}
}

// A11, A21. The attack: fill the disk, and guess where nothing can be counted. No
// such guess is looked at, a right code neither. With room again the login goes on,
// and a kill meanwhile loses nothing.
func TestGuessesOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	owner := enrolIn(t, dir)
	c := spawnAs(t, "crowded", dir, "CHAT_FULL_AT=6000", "LOG_FILE=off")
	addr := func(n int) string { return fmt.Sprintf("10.%d.%d.1", n>>8, n&255) }
	guesses, status := 0, 0
	for ; status != http.StatusServiceUnavailable; guesses++ {
		if guesses == 100 {
			t.Fatalf("a hundred guesses did not fill the disk:\n%s", c.log)
		}
		status, _ = c.guess(newChildBrowser(t), addr(guesses), "12345")
	}
	seen := strings.Count(c.log.String(), "outcome=malformed")
	for n := range 10 {
		for _, code := range []string{"12345", codeAt(t, owner.Groups(), time.Now())} {
			if status, _ := c.guess(newChildBrowser(t), addr(100+n), code); status != http.StatusServiceUnavailable {
				t.Errorf("on a full disk a try is answered with %d, want 503", status)
			}
		}
	}
	if now := strings.Count(c.log.String(), "outcome=malformed"); now != seen || strings.Contains(c.log.String(), "outcome=accepted") {
		t.Errorf("on a full disk %d guesses were looked at:\n%s", now-seen, c.log)
	}
	if err := c.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	if status := c.comeIn(newChildBrowser(t), addr(200), "12345"); status != http.StatusUnauthorized {
		t.Errorf("with room again a guess gets %d, want 401", status)
	}
	c.kill()
	again := spawn(t, dir)
	if strings.Contains(again.log.String(), "state file") {
		t.Errorf("after SIGKILL the state is not whole:\n%s", again.log)
	}
	// A device that nobody knows is at two codes by now, or at one with the rest of
	// what it may try: no fresh budget.
	for n := 300; ; n++ {
		if again.comeIn(newChildBrowser(t), addr(n), "12345"); strings.Contains(again.log.String(), "outcome=step_up") {
			if total := guesses + n - 300; total > 25 {
				t.Errorf("%d single codes were looked at, want 20", total)
			}
			break
		}
		if n == 330 {
			t.Fatalf("the guesses of before were forgotten:\n%s", again.log)
		}
	}
}

//go:build unix

package cmd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"chat/auth"
)

// The attack: another user of the machine writes into the data folder, or did so
// before the first start: a secret of theirs, or a store in which they are logged
// in. Nothing that they may have put there is used, wherever the secret is; and a
// folder of something else is not taken from others either.
func TestAnOpenFolderIsClosedOrRefused(t *testing.T) {
	secrets := map[string][]string{"file": nil, "environment": {"TOTP_SECRET=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}}
	folders := []struct {
		name    string
		mode    fs.FileMode
		file    string
		refused string // empty: it is closed
	}{
		{"empty, writable", 0o777, "", ""},
		{"empty, readable", 0o755, "", ""},
		{"ours, readable", 0o755, logKeyName, ""},
		{"ours, writable", 0o777, journalName, "others may write in"},
		{"another's, readable", 0o755, "holiday.jpg", "others may look into"},
		{"another's, writable", 0o775, "holiday.jpg", "others may write in"},
	}
	for where, environ := range secrets {
		for _, f := range folders {
			t.Run(where+", "+f.name, func(t *testing.T) {
				dir := t.TempDir()
				if f.file != "" {
					writeFile(t, filepath.Join(dir, f.file), "what was there before", 0o600)
				}
				chmod(t, dir, f.mode)
				if f.refused == "" {
					spawn(t, dir, environ...)
					checkModes(t, dir)
					return
				}
				var out, log bytes.Buffer
				ctx, giveUp := context.WithTimeout(t.Context(), 10*time.Second) // if it serves
				defer giveUp()
				code := Execute(ctx, Program{
					Assets: os.DirFS(".."), Args: []string{"serve", "--port", "0", "--data-dir", dir},
					Environ: environ, Stdout: &out, Stderr: &log,
				})
				if code != ExitFailure || out.Len() > 0 || strings.Count(log.String(), "\n") != 1 ||
					!strings.Contains(log.String(), f.refused) || !strings.Contains(log.String(), "chmod 700 "+dir) {
					t.Errorf("the start ends with %d, prints %q and says\n%s", code, &out, &log)
				}
				if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != f.mode {
					t.Errorf("the mode is %v, %v, want it left at %o", info.Mode(), err, f.mode)
				}
				if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
					t.Errorf("the folder holds %v, %v, want it left alone", entries, err)
				}
			})
		}
	}
}

// kills is how often the power fails; a build with the tag e2e has more.
var kills = 30

// B05. The power fails while setup-totp and rotate-secret write. Afterwards there is
// the old secret or the new one, whole, and the next try works.
func TestKilledEnrolment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	last, written := "", 0
	for range kills {
		shown := killedEnrolment(t, dir, last != "")
		v, err := auth.OpenVault(dir)
		if err != nil {
			t.Fatalf("after a kill the secret is %v", err)
		}
		s, err := v.Current()
		switch {
		case errors.Is(err, auth.ErrNotEnrolled) && last == "":
		case err != nil:
			t.Fatalf("after a kill the secret is %v", err)
		case s.Groups() == shown:
			written++
		case s.Groups() != last:
			t.Fatal("after a kill there is a secret that is neither the old one nor the new one")
		}
		if err == nil {
			last = s.Groups()
		}
	}
	t.Logf("of %d that were killed, %d had written their secret", kills, written)
	start(t, options{dir: dir})
}

// killedEnrolment runs setup-totp, or rotate-secret, up to the first code and
// kills it at some moment after that, counted in looks at the folder. It
// returns the secret that was shown.
func killedEnrolment(t *testing.T, dir string, rotate bool) (shown string) {
	t.Helper()
	child, shown := typeCode(t, chatProcess(t, nil), dir, rotate)
	for range rand.IntN(1500) {
		_, _ = os.ReadDir(dir) // It may not be there yet.
	}
	_ = child.Process.Kill() // It may have ended.
	_ = child.Wait()
	return shown
}

// typeCode runs setup-totp, or rotate-secret, in a process up to where the first
// code is typed, and returns the secret that was shown.
func typeCode(t *testing.T, child *exec.Cmd, dir string, rotate bool) (_ *exec.Cmd, shown string) {
	t.Helper()
	args := []string{"setup-totp", "--force", "--data-dir", dir}
	if rotate {
		args = []string{"rotate-secret", "--force", "--yes", "--data-dir", dir}
	}
	child.Args = append(child.Args, args...)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatalf("starting: %v", err)
	}
	for lines := bufio.NewScanner(stdout); shown == "" && lines.Scan(); {
		shown, _ = strings.CutPrefix(lines.Text(), "or type the secret in: ")
		if shown == lines.Text() {
			shown = ""
		}
	}
	if _, err := stdin.Write([]byte(codeAt(t, shown, time.Now()) + "\n")); err != nil {
		t.Fatalf("typing the code: %v", err)
	}
	return child, shown
}

// A crash prints the stacks of all goroutines, and people paste them into bug
// reports; the list of processes shows every command line.
func TestSecretIsNotInACrash(t *testing.T) {
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	child := chatProcess(t, []string{"TOTP_SECRET=" + secret, "GOTRACEBACK=all", "CHAT_SOURCE=.."},
		"serve", "--port", "0", "--data-dir", filepath.Join(t.TempDir(), "data"))
	var crash bytes.Buffer
	child.Stderr = &crash
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatalf("starting: %v", err)
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ctrl-C stops it") {
			break
		}
	}
	// Where there is a /proc it shows what the list of processes does.
	if line, err := os.ReadFile("/proc/" + strconv.Itoa(child.Process.Pid) + "/cmdline"); err == nil && bytes.Contains(line, []byte(secret)) {
		t.Error("the command line shows the secret")
	}
	if err := child.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatalf("crashing it: %v", err)
	}
	_ = child.Wait() // It ends by the signal.
	if !strings.Contains(crash.String(), "goroutine ") {
		t.Errorf("the crash shows no stacks:\n%s", &crash)
	}
	hasNoSecret(t, "the crash", secret, reply{body: crash.String()})
}

// chatProcess is a chat of its own, not started yet, with nothing but environ
// in its environment.
func chatProcess(t *testing.T, environ []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &exec.Cmd{
		Path: self,
		Args: append([]string{"chat"}, args...), // TestMain goes by the name
		Env:  append([]string{"HOME=" + t.TempDir()}, environ...),
		Dir:  ".",
	}
}

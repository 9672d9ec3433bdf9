//go:build e2e

package cmd

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The bots of the README log in, join and say hello, as they stand there but
// for the address.
func TestReadmeBots(t *testing.T) {
	t.Parallel()
	p := start(t, options{})
	modules, err := filepath.Abs("../.ci/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	for _, bot := range []struct{ language, file, program string }{
		{"js", "bot.mjs", "node"},
		{"python", "bot.py", "/usr/bin/python3"},
	} {
		_, rest, _ := strings.Cut(text(t, "README.md"), "\n```"+bot.language+"\n")
		code, _, found := strings.Cut(rest, "\n```\n")
		if !found {
			t.Fatalf("the README has no bot in %s", bot.language)
		}
		dir := t.TempDir()
		if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
			t.Fatalf("showing the client to the bot: %v", err)
		}
		code = strings.ReplaceAll(code, "http://127.0.0.1:5000", p.base)
		if err := os.WriteFile(filepath.Join(dir, bot.file), []byte(code), 0o600); err != nil {
			t.Fatalf("writing the bot: %v", err)
		}
		if got := hello(t, dir, bot.program, bot.file, p.code(t)); !strings.Contains(got, "timestamp") {
			t.Errorf("the bot in %s prints %q, want what the server answered to its message", bot.language, got)
		}
	}
}

// hello runs a bot until its first line.
func hello(t *testing.T, dir string, command ...string) string {
	t.Helper()
	bot := exec.CommandContext(t.Context(), command[0], command[1:]...)
	trouble := &output{}
	bot.Dir, bot.Stderr = dir, trouble
	out, err := bot.StdoutPipe()
	if err != nil {
		t.Fatalf("opening its output: %v", err)
	}
	if err := bot.Start(); err != nil {
		t.Fatalf("starting the bot: %v", err)
	}
	defer func() {
		_ = bot.Process.Kill() // It would go on for ever.
		_ = bot.Wait()
	}()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the bot ended: %v\n%s", lines.Err(), trouble)
	}
	return lines.Text()
}

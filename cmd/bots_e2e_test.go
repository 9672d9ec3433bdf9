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

// The bots of the README log in, join, say hello and hear what the next one says,
// as they stand there but for the address.
func TestReadmeBots(t *testing.T) {
	t.Parallel()
	p := start(t, options{})
	js, python := readmeBot(t, p, "js"), readmeBot(t, p, "python")
	var before *bufio.Scanner
	for _, bot := range [][]string{js, python, js} {
		lines := hello(t, append(bot, p.code(t)))
		if got := lines.Text(); !strings.Contains(got, "timestamp") {
			t.Errorf("%s prints %q, want what the server answered to its message", bot, got)
		}
		if before != nil && (!before.Scan() || !strings.HasSuffix(before.Text(), " Hello")) {
			t.Errorf("the bot before %s printed %q, want what was said", bot, before.Text())
		}
		before = lines
	}
}

// readmeBot writes the bot in a language, and returns the command that runs it.
func readmeBot(t *testing.T, p *program, language string) []string {
	t.Helper()
	modules, err := filepath.Abs("../.ci/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatalf("showing the client to the bot: %v", err)
	}
	command := map[string][]string{
		"js":     {"node", filepath.Join(dir, "bot.mjs")},
		"python": {"/usr/bin/python3", "-u", filepath.Join(dir, "bot.py")}, // -u: a line at once, as on a terminal
	}[language]
	code := strings.ReplaceAll(readmeCode(t, language), "http://127.0.0.1:5000", p.base)
	if err := os.WriteFile(command[len(command)-1], []byte(code), 0o600); err != nil {
		t.Fatalf("writing the bot: %v", err)
	}
	return command
}

// hello starts a bot and reads its first line.
func hello(t *testing.T, command []string) *bufio.Scanner {
	t.Helper()
	bot := exec.CommandContext(t.Context(), command[0], command[1:]...)
	trouble := &output{}
	bot.Stderr = trouble
	out, err := bot.StdoutPipe()
	if err != nil {
		t.Fatalf("opening its output: %v", err)
	}
	if err := bot.Start(); err != nil {
		t.Fatalf("starting the bot: %v", err)
	}
	t.Cleanup(func() {
		_ = bot.Process.Kill() // It would go on for ever.
		_ = bot.Wait()
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the bot ended: %v\n%s", lines.Err(), trouble)
	}
	return lines
}

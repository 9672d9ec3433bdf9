package cmd

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// F06. A container's log goes to standard output, and its disk is full. The server
// goes on, and says on standard error, once, that records are lost.
func TestStdoutIsFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	child := chatProcess(t, []string{"CHAT_SOURCE=..", "LOG_LEVEL=DEBUG"},
		"serve", "--port", "0", "--log-file", "-", "--data-dir", filepath.Join(t.TempDir(), "data"))
	child.Stdout = full
	stderr, err := child.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatalf("starting: %v", err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Ctrl-C stops it") {
			if err := child.Process.Signal(os.Interrupt); err != nil {
				t.Fatalf("interrupting it: %v", err)
			}
		}
	}
	if err := child.Wait(); err != nil {
		t.Errorf("it ends with %v, want no error", err)
	}
	const told = "the log on standard output cannot be written; records are lost until it can  error="
	if got := strings.Count(said.String(), told); got != 1 || !strings.Contains(said.String(), "no space left on device") {
		t.Errorf("the operator was told %d times, want once:\n%s", got, said.String())
	}
}

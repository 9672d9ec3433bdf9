//go:build e2e

package redistest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var processes = []backend{{"redis-server", func(t testing.TB) *Redis { return StartProcess(t) }}}

// A Process is a redis-server of the test.
type Process struct {
	t    testing.TB
	args []string
	cmd  *exec.Cmd
}

// StartProcess starts the redis-server found in PATH at a socket in a folder of
// its own. Stop kills it, and Start has it read what it wrote to its append-only
// file. It writes there before it answers; with appendfsync everysec, for which
// the options that come after ours can ask, it does so as a rule only, and a
// killed Redis can have lost what it has answered.
func StartProcess(t testing.TB, options ...string) *Redis {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis") // The test's own may be too long for a socket.
	if err != nil {
		t.Fatalf("making a folder for redis-server: %v", err)
	}
	addr := filepath.Join(dir, "s")
	p := &Process{t: t, args: append([]string{
		"--port", "0", "--unixsocket", addr, "--dir", dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always",
	}, options...)}
	r := &Redis{Network: "unix", Addr: addr, Stop: p.kill, Process: p}
	r.Start = p.start
	r.Start()
	t.Cleanup(func() {
		p.kill()
		_ = os.RemoveAll(dir)
	})
	return r
}

func (p *Process) start() {
	p.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		p.t.Fatalf("tests with the tag e2e need redis-server in PATH: %v", err)
	}
	p.cmd = exec.Command(path, p.args...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatalf("opening the output of redis-server: %v", err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatalf("starting redis-server: %v", err)
	}
	var log strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "eady to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, out) }() // It ends with the process.
			return
		}
	}
	p.t.Fatalf("redis-server ended before it was ready:\n%s", log.String())
}

// kill ends the process as a crash would.
func (p *Process) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill() // Its own process, by its id; an error means it is gone.
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// Hang has the process do nothing until Continue.
func (p *Process) Hang() { _ = p.cmd.Process.Signal(syscall.SIGSTOP) }

// Continue ends Hang.
func (p *Process) Continue() { _ = p.cmd.Process.Signal(syscall.SIGCONT) }

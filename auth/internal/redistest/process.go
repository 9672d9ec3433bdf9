//go:build e2e

package redistest

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

var processes = []backend{{"redis-server", func(t testing.TB) *Redis { return Process(t) }}}

// Process starts the redis-server found in PATH on a free port of the
// loopback interface, with nothing kept on disk unless more says so, and kills it
// with the test. Stop is a SIGKILL.
func Process(t testing.TB, more ...string) *Redis {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("tests with the tag e2e need redis-server in PATH: %v", err)
	}
	addr := freeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	args := append([]string{"--bind", "127.0.0.1", "--port", port,
		"--save", "", "--appendonly", "no", "--dir", t.TempDir(), "--repl-diskless-sync-delay", "0"}, more...)
	r := &Redis{}
	r.Start = func() error {
		stop, err := run(exec.Command(path, args...))
		r.Stop = sync.OnceFunc(stop)
		return err
	}
	t.Cleanup(func() { r.Stop() })
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	r.Client = Dial(t, addr)
	return r
}

// run starts a redis-server and waits until it is ready.
func run(cmd *exec.Cmd) (stop func(), err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return func() {}, fmt.Errorf("opening output of redis-server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return func() {}, fmt.Errorf("starting redis-server: %w", err)
	}
	drained := make(chan struct{})
	stop = func() {
		_ = cmd.Process.Kill() // Its own process, by its id; an error means it is gone.
		<-drained
		_ = cmd.Wait()
	}
	ready := make(chan bool, 1)
	var log strings.Builder
	go func() {
		defer close(drained)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if len(ready) == 0 {
				log.WriteString(lines.Text() + "\n")
			}
			if strings.Contains(lines.Text(), "eady to accept connections") {
				ready <- true
				break
			}
		}
		close(ready)
		for buf := make([]byte, 4096); ; {
			if _, err := out.Read(buf); err != nil {
				return
			}
		}
	}()
	if !<-ready {
		return stop, fmt.Errorf("redis-server ended before it was ready:\n%s", log.String())
	}
	return stop, nil
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("looking for a free port: %v", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

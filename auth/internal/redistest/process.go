//go:build e2e

package redistest

import (
	"bufio"
	"net"
	"os/exec"
	"strings"
	"testing"
)

var processes = []backend{{"redis-server", Process}}

// Process starts the redis-server found in PATH on a free port of the
// loopback interface, with nothing kept on disk, and kills it with the test.
func Process(t testing.TB) *Redis {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("tests with the tag e2e need redis-server in PATH: %v", err)
	}
	addr := freeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command(path, "--bind", "127.0.0.1", "--port", port,
		"--save", "", "--appendonly", "no", "--dir", t.TempDir(), "--repl-diskless-sync-delay", "0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("opening output of redis-server: %v", err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting redis-server: %v", err)
	}
	drained := make(chan struct{})
	stop := func() {
		_ = cmd.Process.Kill() // Its own process, by its id; an error means it is gone.
		<-drained
		_ = cmd.Wait()
	}
	t.Cleanup(stop)

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
		t.Fatalf("redis-server ended before it was ready:\n%s", log.String())
	}
	return &Redis{Client: Dial(t, addr), Stop: stop}
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

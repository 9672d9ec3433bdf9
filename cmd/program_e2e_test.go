//go:build e2e

package cmd

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func init() {
	real := backend{"redis-server", startRedisServer}
	backends, external = append(backends, real), append(external, real)
	faults["slow"] = mode{delay: 3 * time.Second}
}

// startRedisServer runs the redis-server of PATH in a folder of its own, with a
// password, until the test ends.
func startRedisServer(t testing.TB) string { return startRedisWith(t) }

// startRedisWith is startRedisServer with more options.
func startRedisWith(t testing.TB, more ...string) string {
	t.Helper()
	s := newRedisServer(t, more...)
	s.start()
	return s.storage
}

// redisServer is a redis-server that can be killed and started again.
type redisServer struct {
	t       testing.TB
	storage string // its STORAGE_LIMITER
	args    []string
	cmd     *exec.Cmd
}

func newRedisServer(t testing.TB, more ...string) *redisServer {
	t.Helper()
	port := freePort(t)
	s := &redisServer{t: t, storage: "redis://:hunter2@127.0.0.1:" + port, args: append([]string{
		"--port", port, "--bind", "127.0.0.1", "--requirepass", "hunter2",
		"--save", "", "--appendonly", "no", "--dir", t.TempDir(),
	}, more...)}
	t.Cleanup(s.kill)
	return s
}

func (s *redisServer) start() {
	s.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatalf("the tag e2e needs redis-server: %v", err)
	}
	s.cmd = exec.Command(path, s.args...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatalf("opening its output: %v", err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("starting redis-server: %v", err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			return
		}
	}
	s.t.Fatal("redis-server ended before it was ready")
}

// kill is SIGKILL. A second one does nothing.
func (s *redisServer) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill() // Wait reports what matters.
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

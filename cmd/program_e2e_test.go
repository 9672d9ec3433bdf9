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
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("the tag e2e needs redis-server: %v", err)
	}
	port := freePort(t)
	server := exec.Command(path, append([]string{"--port", port, "--bind", "127.0.0.1", "--requirepass", "hunter2",
		"--save", "", "--appendonly", "no", "--dir", t.TempDir()}, more...)...)
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatalf("opening its output: %v", err)
	}
	if err := server.Start(); err != nil {
		t.Fatalf("starting redis-server: %v", err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill() // Wait reports what matters.
		_ = server.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			return "redis://:hunter2@127.0.0.1:" + port
		}
	}
	t.Fatal("redis-server ended before it was ready")
	return ""
}

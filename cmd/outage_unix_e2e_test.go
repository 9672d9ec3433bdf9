//go:build e2e && unix

package cmd

import (
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// G03. The fault: the process of Redis stands still, as on a machine that swaps.
// Connections stay open and nobody answers.
func TestRedisStandsStill(t *testing.T) {
	storage := startRedisServer(t)
	pid := processOf(t, storage)
	signal := func(s syscall.Signal) {
		if err := syscall.Kill(pid, s); err != nil {
			t.Errorf("sending %v: %v", s, err)
		}
	}
	goOn := sync.OnceFunc(func() { signal(syscall.SIGCONT) })
	defer goOn()
	newOutage(t, storage).suffers(t, func() { signal(syscall.SIGSTOP) }, goOn)
}

// processOf asks a redis-server that a test started for its process.
func processOf(t *testing.T, storage string) int {
	t.Helper()
	o, err := redis.ParseURL(storage)
	if err != nil {
		t.Fatal(err)
	}
	rdb := newRedisClient(o)
	defer rdb.Close()
	info, err := rdb.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatalf("asking redis-server: %v", err)
	}
	m := regexp.MustCompile(`process_id:(\d+)`).FindStringSubmatch(info)
	if m == nil {
		t.Fatalf("redis-server does not say which process it is:\n%s", info)
	}
	pid, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A server is the process that is measured.
type server struct {
	addr string
	pid  int
	stop func()
}

// start starts a server of ours, or finds the one that runs.
func start(ctx context.Context, o options, which string) (*server, error) {
	if o.addr != "" {
		return &server{addr: o.addr, pid: o.pid, stop: func() {}}, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-serve", which, "-profile", o.profile)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}
	addr, err := readLine(bufio.NewReader(out))
	if err != nil {
		stop()
		return nil, fmt.Errorf("starting %s: %w", which, err)
	}
	return &server{addr: addr, pid: cmd.Process.Pid, stop: stop}, nil
}

// tick is the unit of times in /proc, fixed at 100 Hz on every Linux that Go
// runs on.
const tick = 10 * time.Millisecond

// cpu is the time that the server has used, in user and kernel.
func (s *server) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	kernel, err := strconv.Atoi(fields[12])
	return time.Duration(user+kernel) * tick, err
}

// rss is the server's memory in bytes.
func (s *server) rss() (int64, error) {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

package cmd

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// G08. Another user of this machine lists the ports of the program and speaks
// Redis to each, to have the counters of failed logins forgotten.
func TestNoPortIsWithoutAPassword(t *testing.T) {
	c := spawn(t, t.TempDir())
	ports := listening(t, c.cmd.Process.Pid)
	if len(ports) != 2 {
		t.Errorf("it listens on %d ports, want those of the pages and of the embedded store", len(ports))
	}
	guarded := 0
	for _, port := range ports {
		conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			t.Fatalf("connecting: %v", err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second)) // The read fails if it cannot be set.
		if _, err := fmt.Fprint(conn, "*1\r\n$8\r\nFLUSHALL\r\n"); err != nil {
			t.Fatalf("speaking: %v", err)
		}
		switch answer, _ := bufio.NewReader(conn).ReadString('\n'); {
		case strings.HasPrefix(answer, "-NOAUTH"):
			guarded++
		case !strings.HasPrefix(answer, "HTTP/1.1 400"):
			t.Errorf("port %d answers %q", port, answer)
		}
	}
	if guarded != 1 {
		t.Errorf("%d ports ask for a password, want that of the embedded store", guarded)
	}
}

// listening lists the ports that a process listens on.
func listening(t *testing.T, pid int) (ports []int) {
	t.Helper()
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	own := make(map[string]bool) // inodes of sockets
	fds, err := filepath.Glob(filepath.Join(proc, "fd", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:[") {
			own[strings.Trim(to, "socket:[]")] = true
		}
	}
	for _, name := range []string{"tcp", "tcp6"} {
		table, err := os.ReadFile(filepath.Join(proc, "net", name))
		if err != nil {
			continue // a machine without IPv6
		}
		for line := range strings.Lines(string(table)) {
			f := strings.Fields(line)
			if len(f) < 10 || f[3] != "0A" || !own[f[9]] {
				continue
			}
			_, hex, _ := strings.Cut(f[1], ":")
			port, err := strconv.ParseUint(hex, 16, 16)
			if err != nil {
				t.Fatalf("reading %s: %v", name, err)
			}
			ports = append(ports, int(port))
		}
	}
	return ports
}

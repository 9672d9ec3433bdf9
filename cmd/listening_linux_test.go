package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// G08. The attack: another user of this machine lists the ports of the program and
// speaks Redis to each, to have the counters of failed logins forgotten.
func TestNoPortIsWithoutAPassword(t *testing.T) {
	c := spawn(t, t.TempDir())
	ports := listening(t, c.cmd.Process.Pid)
	if len(ports) != 2 {
		t.Errorf("it listens on %d ports, want those of the pages and of other commands", len(ports))
	}
	guarded := 0
	for _, port := range ports {
		switch answer := say(t, port, "*1\r\n$8\r\nFLUSHALL\r\n"); {
		case answer == "":
			guarded++
		case !strings.HasPrefix(answer, "HTTP/1.1 400"):
			t.Errorf("port %d answers %q", port, answer)
		}
	}
	if guarded != 1 {
		t.Errorf("%d ports say nothing without a password, want that of other commands", guarded)
	}
}

// G08. The attack: another user of this machine sends the embedded store what its
// parser cannot bear, or a crowd that says nothing. The server goes on, what it
// counted holds, and the owner's other commands find it.
func TestAStrangerCannotCrashTheStore(t *testing.T) {
	dir := t.TempDir()
	enrolIn(t, dir)
	c := spawn(t, dir)
	guesser := newChildBrowser(t)
	for range 5 {
		c.comeIn(guesser, "203.0.113.7", "12345") // of no length that could be right by chance
	}
	pages := mustURL(t, c.base).Port()
	for _, port := range listening(t, c.cmd.Process.Pid) {
		if strconv.Itoa(port) == pages {
			continue
		}
		for _, text := range []string{
			"*0\r\n", "*-1\r\n", "*1\r\n$9223372036854775800\r\n", "*1\r\n$2000000000\r\n",
			"*1\r\n$8\r\nFLUSH", "\n", strings.Repeat("A", 26) + "\n*0\r\n", strings.Repeat("*9\r\n", 1<<12),
		} {
			if answer := say(t, port, text); answer != "" {
				t.Errorf("%.40q is answered %q, want nothing", text, answer)
			}
		}
		for range 1000 {
			defer reach(t, port).Close()
		}
	}

	p := &program{base: c.base, dir: dir}
	if r := p.browser(t).get(t, "/health"); r.status != http.StatusOK {
		t.Errorf("/health answers %d, want 200", r.status)
	}
	if code, out, errs := p.sessions(t, ""); code != 0 || out != "Nobody is logged in.\n" {
		t.Errorf("sessions: exit %d, %s%s", code, out, errs)
	}
	if status := c.comeIn(guesser, "203.0.113.7", "12345"); status != http.StatusTooManyRequests {
		t.Errorf("the sixth guess is answered %d, want 429\n%s", status, c.log)
	}
}

// reach connects to a port of this machine.
func reach(t *testing.T, port int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	return conn
}

// say sends a text to a port, and returns the first line of the answer, if any.
func say(t *testing.T, port int, text string) (answer string) {
	t.Helper()
	conn := reach(t, port)
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second)) // The read fails if it cannot be set.
	_, _ = fmt.Fprint(conn, text)                          // Who is not listened to may be cut off.
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%.40q: the connection stays open", text)
	}
	return answer
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

//go:build unix

package cmd

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manager is the side of a service manager: the socket that it is told on.
type manager struct {
	path string
	conn *net.UnixConn
}

func newManager(t *testing.T) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "chat") // A socket's path is short.
	if err != nil {
		t.Fatalf("making a folder: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &manager{path: filepath.Join(dir, "notify")}
	m.conn, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: m.path})
	if err != nil {
		t.Fatalf("opening the socket: %v", err)
	}
	t.Cleanup(func() { m.conn.Close() })
	return m
}

// expect waits for a message, and lets others pass.
func (m *manager) expect(t *testing.T, want string) {
	t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatalf("setting a deadline: %v", err)
	}
	buf := make([]byte, 512)
	for {
		n, err := m.conn.Read(buf)
		if err != nil {
			t.Fatalf("the service manager was not told %s: %v", want, err)
		}
		if got := string(buf[:n]); got == want {
			return
		}
	}
}

// systemd learns when the server serves, that it lives, and that it ends.
func TestServiceManagerIsTold(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	p := start(t, options{env: map[string]string{"NOTIFY_SOCKET": m.path, "WATCHDOG_USEC": "20000"}})
	m.expect(t, "READY=1")
	if r := p.browser(t).get(t, "/health"); r.status != http.StatusOK {
		t.Errorf("GET /health answers %d after READY=1, want 200", r.status)
	}
	m.expect(t, "WATCHDOG=1")
	m.expect(t, "WATCHDOG=1")
	p.stop(t)
	m.expect(t, "STOPPING=1")
}

// A server that answers nothing any more gives no sign of life.
func TestNoSignOfLifeFromTheDead(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{http.StatusOK: true, http.StatusServiceUnavailable: false} {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if got := alive(h)(); got != want {
			t.Errorf("a server that answers %d to /health is alive: %t, want %t", status, got, want)
		}
	}
}

func TestWhatIsMeantForAnotherProcess(t *testing.T) {
	t.Parallel()
	own, other := fmt.Sprint(os.Getpid()), fmt.Sprint(os.Getppid())
	tests := []struct {
		name    string
		environ []string
		want    supervisor
	}{
		{"nothing", nil, supervisor{}},
		{"own", []string{"LISTEN_FDS=1", "LISTEN_PID=" + own, "WATCHDOG_USEC=2000000", "WATCHDOG_PID=" + own}, supervisor{sockets: 1, every: time.Second}},
		{"another's", []string{"LISTEN_FDS=1", "LISTEN_PID=" + other, "WATCHDOG_USEC=2000000", "WATCHDOG_PID=" + other}, supervisor{}},
		{"no number", []string{"LISTEN_FDS=all", "LISTEN_PID=" + own, "WATCHDOG_USEC=often"}, supervisor{}},
	}
	for _, test := range tests {
		if got := newSupervisor(test.environ); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

// A socket that is open to all networks is as dangerous as HOST=0.0.0.0.
func TestInheritedAddressIsChecked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		address string
		config  Config
		want    string // part of the error; "" is none
	}{
		{"127.0.0.1:7000", Config{}, ""},
		{"[::]:7000", Config{}, "plain http"},
		{"[::]:7000", Config{ServerURL: "https://chat.example.org"}, ""},
		{"[::]:7000", Config{LAN: true}, ""},
	}
	for _, test := range tests {
		c := test.config.at(netip.MustParseAddrPort(test.address))
		if c.Port != 7000 {
			t.Errorf("%s: PORT is %d, want 7000", test.address, c.Port)
		}
		got := ""
		if err := c.checkExposure(); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%s with %+v: got error %q, want %q in it", test.address, test.config, got, test.want)
		}
	}
}

func TestTwoSocketsAreRefused(t *testing.T) {
	t.Parallel()
	_, _, err := supervisor{sockets: 2}.open(t.Context(), Config{})
	if err == nil || !strings.Contains(err.Error(), "leave one ListenStream= in chat.socket") {
		t.Errorf("got %v, want what to do", err)
	}
}

// The upgrade: one server ends, and the next one gets the same socket from
// systemd. Who comes in between is served by the second.
func TestUpgradeRefusesNobody(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listening: %v", err)
	}
	defer ln.Close()
	address, dir := ln.Addr().String(), t.TempDir()

	first := newHeir(t, ln, dir)
	askHealth(t, address, nil)
	first.stop(t)

	askHealth(t, address, func() { newHeir(t, ln, dir) })
}

// askHealth asks who listens at address; meanwhile is called once it has asked.
func askHealth(t *testing.T, address string, meanwhile func()) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatalf("setting a deadline: %v", err)
	}
	if _, err := io.WriteString(conn, "GET /health HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatalf("asking: %v", err)
	}
	if meanwhile != nil {
		meanwhile()
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("GET /health answers %d, want 200", r.StatusCode)
	}
}

// heir is a server in a process of its own that inherits a socket.
type heir struct {
	cmd *exec.Cmd
	log *output
}

// newHeir starts the program as systemd does, and waits until it is ready. The
// shell is there because LISTEN_PID has to be known before the program runs.
func newHeir(t *testing.T, ln net.Listener, dir string) *heir {
	t.Helper()
	m := newManager(t)
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	socket, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatalf("sharing the socket: %v", err)
	}
	defer socket.Close()
	h := &heir{cmd: exec.Command("/bin/sh", "-c", "LISTEN_PID=$$ exec chat serve"), log: &output{}}
	h.cmd.Env = append(os.Environ(), "CHAT_SOURCE="+source, "DATA_DIR="+dir, "HOME="+dir, "NOTIFY_SOCKET="+m.path, "LISTEN_FDS=1")
	h.cmd.Dir, h.cmd.Stderr, h.cmd.Stdout = dir, h.log, h.log
	h.cmd.ExtraFiles = []*os.File{socket}
	if err := h.cmd.Start(); err != nil {
		t.Fatalf("starting the program: %v", err)
	}
	t.Cleanup(func() { h.stop(t) })
	m.expect(t, "READY=1")
	return h
}

// stop ends it as systemd does. A second time does nothing.
func (h *heir) stop(t *testing.T) {
	t.Helper()
	if h.cmd.ProcessState != nil {
		return
	}
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("ending the program: %v", err)
	}
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v, want no error\n%s", err, h.log)
	}
	if out := h.log.String(); !strings.Contains(out, "http://127.0.0.1:") {
		t.Errorf("the program does not say where it serves:\n%s", out)
	}
}

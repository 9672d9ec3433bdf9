package cmd

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a terminal that a program writes to, and what it shows.
type terminal struct {
	*os.File
	shown *output
	read  chan struct{} // closed once all is in shown
}

func openTerminal(t *testing.T) terminal {
	t.Helper()
	window, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatalf("opening a terminal: %v", err)
	}
	number, err := unix.IoctlGetInt(int(window.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(window.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatalf("unlocking the terminal: %v", err)
	}
	f, err := os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatalf("opening the terminal: %v", err)
	}
	term := terminal{f, &output{}, make(chan struct{})}
	go func() {
		defer close(term.read)
		_, _ = io.Copy(term.shown, window) // It ends with an error once nobody can write any more.
		_ = window.Close()
	}()
	return term
}

// until waits until it shows a text.
func (w terminal) until(t *testing.T, text string) {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for range int(soon / (10 * time.Millisecond)) {
		if strings.Contains(w.shown.String(), text) {
			return
		}
		<-look.C
	}
	t.Fatalf("it does not show %q:\n%s", text, w.shown)
}

// text closes the terminal and returns all that it got.
func (w terminal) text(t *testing.T) string {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Fatalf("closing the terminal: %v", err)
	}
	<-w.read
	return w.shown.String()
}

// What somebody sees is coloured, and shows how far things are, as far as the
// terminal and its owner want that. No file or pipe holds a trace of it.
func TestTerminals(t *testing.T) {
	dir := t.TempDir()
	enrolIn(t, dir)
	run := func(out, err io.Writer, environ ...string) {
		t.Helper()
		for _, args := range [][]string{{"doctor", "--port", "0"}, {"backup", filepath.Join(t.TempDir(), "chat.backup")}} {
			code := Execute(t.Context(), Program{
				Args: args, Stdin: strings.NewReader(""), Stdout: out, Stderr: err, work: 1,
				Environ: append(environ, "DATA_DIR="+dir, "CHAT_BACKUP_PASSPHRASE=correct horse"),
			})
			if code != ExitOK {
				t.Errorf("%s ends with %d", args[0], code)
			}
		}
	}
	for _, tt := range []struct {
		name     string
		environ  []string
		colour   bool
		progress bool
	}{
		{"usual", []string{"TERM=xterm-256color"}, true, true},
		{"without colours", []string{"TERM=xterm-256color", "NO_COLOR=1"}, false, true},
		{"empty NO_COLOR", []string{"TERM=xterm-256color", "NO_COLOR="}, true, true},
		{"dumb", []string{"TERM=dumb"}, false, false},
	} {
		w := openTerminal(t)
		run(w.File, w.File, tt.environ...)
		got := w.text(t)
		if colour := strings.Contains(got, "\x1b"); colour != tt.colour {
			t.Errorf("%s: coloured %t, want %t:\n%q", tt.name, colour, tt.colour, got)
		}
		if progress := strings.Contains(got, "\rSaved "); progress != tt.progress {
			t.Errorf("%s: progress %t, want %t:\n%q", tt.name, progress, tt.progress, got)
		}
	}
	pipe := &output{}
	run(pipe, pipe, "TERM=xterm-256color")
	if got := pipe.String(); strings.ContainsAny(got, "\r\x1b") {
		t.Errorf("a pipe gets %q", got)
	}
}

// Whoever starts a server for the phones on the network points one of them at the
// terminal, whatever it can do.
func TestTheStartShowsAQRCode(t *testing.T) {
	for name, environ := range map[string][]string{
		"usual": {"TERM=xterm"}, "without colours": {"TERM=xterm", "NO_COLOR=1"}, "dumb": {"TERM=dumb"},
	} {
		w := openTerminal(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		go func() {
			ended <- Execute(ctx, Program{
				Assets: os.DirFS(".."), Args: []string{"serve", "--lan", "--port", "0", "--log-file", "off"},
				Stdin: strings.NewReader(""), Stdout: w.File, Stderr: io.Discard,
				Environ: append(environ, "DATA_DIR="+filepath.Join(t.TempDir(), "data")),
			})
		}()
		w.until(t, "Ctrl-C stops it")
		cancel()
		if code := <-ended; code != ExitOK {
			t.Errorf("%s: it ends with %d", name, code)
		}
		got := w.text(t)
		if len(lanAddresses()) == 0 { // There is no network to reach it by.
			continue
		}
		_, rest, _ := strings.Cut(got, "Network  ")
		address, _, _ := strings.Cut(rest, "\r\n")
		plain := strings.NewReplacer("\r\n", "\n", "\x1b[40;97m", "", "\x1b[0m", "").Replace(got)
		if scanned := scanTerminal(t, plain); scanned != address {
			t.Errorf("%s: the code leads to %q, and the text to %q", name, scanned, address)
		}
		if colour := strings.Contains(got, "\x1b"); colour != (name == "usual") {
			t.Errorf("%s: coloured %t:\n%q", name, colour, got)
		}
	}
}

package cmd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// soon is when a command that fails must have ended: two seconds on an idle
// machine, with room for the race detector and many tests at once.
const soon = 10 * time.Second

// codeMain runs a command and expects an exit code, soon.
func codeMain() {
	want, err := strconv.Atoi(os.Args[1])
	check(err)
	start := time.Now()
	got := exitOf(inherit(exec.Command(os.Args[2], os.Args[3:]...)).Run())
	if took := time.Since(start); got != want || took > soon {
		complain("exit code %d after %v, want %d within %v", got, took, want, soon)
	}
}

// duringMain runs a server, and another command as soon as it serves.
func duringMain() {
	first, second := cut(os.Args[1:])
	server := exec.Command(first[0], first[1:]...)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	check(err)
	check(server.Start())
	lines := bufio.NewScanner(out)
	serves := false
	for !serves && lines.Scan() {
		fmt.Println(lines.Text())
		serves = strings.Contains(lines.Text(), "Ctrl-C stops it")
	}
	code := 0
	if serves && len(second) > 0 {
		code = exitOf(inherit(exec.Command(second[0], second[1:]...)).Run())
	}
	if serves {
		check(server.Process.Signal(os.Interrupt))
	}
	if got := exitOf(server.Wait()); got != 0 {
		complain("the server's exit code is %d, want 0", got)
	}
	os.Exit(code)
}

// personMain runs a command and answers its questions, one word each:
//
//	right, wrong   the code of the secret that it showed, or another
//	eof, ctrl-c    the end of the input, the interrupt key
//	anything else  that text
func personMain() {
	answers, command := cut(os.Args[1:])
	child := exec.Command(command[0], command[1:]...)
	stdin, err := child.StdinPipe()
	check(err)
	shown := &secretWatcher{found: make(chan string, 1)}
	child.Stdout = io.MultiWriter(os.Stdout, shown)
	questions, err := child.StderrPipe()
	check(err)
	check(child.Start())

	p := person{stdin: stdin, child: child, shown: shown.found}
	asked := regexp.MustCompile(`(app|Code|\[y/N\]):? $`)
	var line []byte
	for in := bufio.NewReader(questions); ; {
		b, err := in.ReadByte()
		if err != nil {
			break
		}
		os.Stderr.Write([]byte{b})
		if line = append(line, b); b == '\n' {
			line = nil
		}
		if asked.Match(line) && len(answers) > 0 {
			p.answer(answers[0])
			answers, line = answers[1:], nil
		}
	}
	code := exitOf(child.Wait())
	if len(answers) > 0 {
		complain("nobody asked for %q", answers)
	}
	os.Exit(code)
}

// person is somebody at the terminal with an authenticator.
type person struct {
	stdin  io.WriteCloser
	child  *exec.Cmd
	shown  <-chan string
	secret string
}

func (p *person) answer(word string) {
	switch word {
	case "eof":
		check(p.stdin.Close())
		return
	case "ctrl-c":
		check(p.child.Process.Signal(os.Interrupt))
		return
	case "right", "wrong":
		if p.secret == "" {
			p.secret = <-p.shown
		}
		word = codeFor(p.secret, word == "right")
	}
	_, err := fmt.Fprintln(p.stdin, word)
	check(err)
}

// codeFor makes a code of now, or one that is no code of now.
func codeFor(secret string, right bool) string {
	var codes []string
	for _, shift := range []time.Duration{0, -30 * time.Second, 30 * time.Second} {
		code, err := totp.GenerateCode(secret, time.Now().Add(shift))
		check(err)
		codes = append(codes, code)
	}
	if right {
		return codes[0]
	}
	for n := 0; ; n++ {
		if code := fmt.Sprintf("%06d", n); !slices.Contains(codes, code) {
			return code
		}
	}
}

// secretWatcher finds the secret in what a command prints.
type secretWatcher struct {
	text  bytes.Buffer
	found chan string // gets one; never closed
}

var shownSecret = regexp.MustCompile(`type the secret in: ([A-Z2-7 ]+)\n`)

func (w *secretWatcher) Write(b []byte) (int, error) {
	w.text.Write(b)
	if m := shownSecret.FindSubmatch(w.text.Bytes()); m != nil {
		w.text.Reset()
		w.found <- strings.ReplaceAll(string(m[1]), " ", "")
	}
	return len(b), nil
}

// cut splits a command line at its first "--".
func cut(args []string) (before, after []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		return args[:i], args[i+1:]
	}
	return args, nil
}

func inherit(c *exec.Cmd) *exec.Cmd {
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return c
}

func exitOf(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	check(err)
	return 0
}

func check(err error) {
	if err != nil {
		complain("%v", err)
	}
}

func complain(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "test helper: "+format+"\n", args...)
	os.Exit(99)
}

package cmd

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary be the program, and the people who use it,
// when a script calls it by one of these names.
func TestMain(m *testing.M) {
	_ = os.Setenv("GORACE", hurry()) // It cannot fail: the name and the value are ours.
	testscript.Main(m, commands)
}

// commands are the programs that the test binary can be. A build with the tag
// e2e has one more.
var commands = map[string]func(){
	"chat":   chatMain,
	"code":   codeMain,
	"during": duringMain,
	"person": personMain,
}

// hurry are the settings of the race detector for the programs that tests start.
// It would have each wait for a second at its end, lest a goroutine of its has a
// race to report still. What a program does before it ends is watched as ever.
func hurry() string { return strings.TrimSpace(os.Getenv("GORACE") + " atexit_sleep_ms=0") }

// chatMain is the main function of the program.
func chatMain() {
	os.Exit(Execute(UntilSignal(), Program{
		Build:   Build{Version: "v1.2.3", Commit: "0123456789abcdef", Date: "2026-01-02T03:04:05Z"},
		Assets:  os.DirFS(os.Getenv("CHAT_SOURCE")),
		Args:    os.Args[1:],
		Environ: os.Environ(),
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
	}))
}

// TestScripts runs the commands as the operator types them. Each script has an
// empty home of its own. Beside chat it may use
//
//	code N COMMAND...                run it, expect exit code N soon
//	during COMMAND... [-- OTHER...]  run it; once it serves run the other; then interrupt it
//	person ANSWER... -- COMMAND...   run it and answer its questions (see answer)
//	takeport NAME                    occupy a port and put its number into $NAME
func TestScripts(t *testing.T) {
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatalf("finding the module: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("CHAT_SOURCE", source)
			e.Setenv("GORACE", os.Getenv("GORACE"))
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("LocalAppData", filepath.Join(e.WorkDir, "home"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"takeport": takePort},
	})
}

func takePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: takeport NAME")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { ln.Close() })
	ts.Setenv(args[0], strconv.Itoa(ln.Addr().(*net.TCPAddr).Port))
}

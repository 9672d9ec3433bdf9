package cmd

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// asStranger does something as a user who owns no file here. Root is one for as
// long as its thread goes to the file system under another number; everybody
// else is one before files without a mode.
func asStranger(t *testing.T, do func()) {
	t.Helper()
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = syscall.Setfsuid(nobody) // It changes nothing but for root.
	defer func() { _ = syscall.Setfsuid(os.Getuid()) }()
	do()
}

// Another user than the server's starts one, asks who is logged in, wants a
// backup, or has one that is not theirs. They hear whom to be.
func TestOthersAreToldWhomToBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "chat.backup")
	writeFile(t, file, "dear diary", 0)
	closed := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(closed, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(filepath.Dir(closed)), 0o755); err != nil { // It is this folder that is closed, not the way to it.
		t.Fatal(err)
	}
	const who = "run this as the user who runs the server"
	for _, tt := range []struct {
		dir, says string
		args      []string
	}{
		{closed, "chat: not allowed to open the data folder " + closed + "; run this as the user who owns it, or choose another with --data-dir\n", []string{"serve"}},
		{closed, "chat: not allowed to open the secret in " + closed + "; " + who + "\n", []string{"sessions"}},
		{closed, "; " + who + "\n", []string{"backup", file + ".new"}},
		{filepath.Join(os.TempDir(), rand.Text()), "; run this as a user who may read it\n", []string{"restore", file}},
	} {
		asStranger(t, func() {
			code, _, said := command(t.Context(), tt.dir, "correct horse", tt.args...)
			if code != ExitFailure || !strings.HasSuffix(said, tt.says) || strings.Count(said, "\n") != 1 {
				t.Errorf("chat %s ends with %d and says\n%swant %s", strings.Join(tt.args, " "), code, said, tt.says)
			}
		})
	}
}

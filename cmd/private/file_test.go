package private_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"chat/cmd/private"
)

// Whatever mode was there before, or is asked for by the umask, the new file
// is its owner's alone, and no temporary file stays.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key.pem")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatalf("writing the old file: %v", err)
	}
	if err := private.WriteFile(path, []byte("new")); err != nil {
		t.Fatalf("WriteFile: %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "new" {
		t.Errorf("the file holds %q, %v, want new", got, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v, want 0600", info.Mode(), err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("the folder holds %v, %v, want one file", list, err)
	}
}

func TestWriteFileNeedsItsFolder(t *testing.T) {
	if err := private.WriteFile(filepath.Join(t.TempDir(), "none", "file"), nil); err == nil {
		t.Error("writing below a folder that does not exist succeeded")
	}
}

func ExampleWriteFile() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(private.WriteFile(filepath.Join(dir, "token"), []byte("hunter2")))
	// Output: <nil>
}

package files_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat/files"
)

func open(t *testing.T, dir string) *files.Folder {
	t.Helper()
	f, err := files.OpenFolder(dir, 100, 40)
	if err != nil {
		t.Fatalf("OpenFolder: %v", err)
	}
	return f
}

func save(t *testing.T, f *files.Folder, room, body string) string {
	t.Helper()
	name, size, err := f.Save(context.Background(), room, strings.NewReader(body))
	if err != nil || size != int64(len(body)) {
		t.Fatalf("Save(%q): got %d bytes, %v", body, size, err)
	}
	return name
}

// read returns what a file holds, or the error that stands for it.
func read(f *files.Folder, room, name string) string {
	in, err := f.Open(context.Background(), room, name)
	if err != nil {
		return err.Error()
	}
	defer in.Close()
	body, _ := io.ReadAll(in)
	return string(body)
}

func TestAFileIsOfItsRoom(t *testing.T) {
	f := open(t, t.TempDir())
	name := save(t, f, "den", "a picture")
	if got := read(f, "den", name); got != "a picture" {
		t.Errorf("got %q, want what was saved", got)
	}
	for _, other := range [][2]string{{"attic", name}, {"den", "../" + name}, {"den", ""}, {"../den", name}} {
		if got := read(f, other[0], other[1]); got != files.ErrNone.Error() {
			t.Errorf("%q: got %q, want %q", other, got, files.ErrNone)
		}
	}
}

func TestWhatCannotBeSavedLeavesNothing(t *testing.T) {
	for _, test := range []struct {
		name string
		body io.Reader
		want error
	}{
		{"empty", strings.NewReader(""), files.ErrEmpty},
		{"too long", strings.NewReader(strings.Repeat("x", 41)), files.ErrLong},
		{"cut off", io.MultiReader(strings.NewReader("half"), broken{}), errTunnel},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			f := open(t, dir)
			if _, _, err := f.Save(context.Background(), "den", test.body); !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if got := onDisk(t, dir); got != 0 {
				t.Errorf("there are %d files, want none", got)
			}
			save(t, f, "den", strings.Repeat("x", 40))
			save(t, f, "den", strings.Repeat("x", 20)) // what it reserved was given back
		})
	}
}

// Fifty uploads at once must not overrun the limit because none of them knows
// its size yet.
func TestManyAtOnceStayBelowTheLimit(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { _, _, _ = f.Save(context.Background(), "den", strings.NewReader(strings.Repeat("x", 30))) })
	}
	all.Wait()
	if got := onDisk(t, dir); got < 1 || got > 3 {
		t.Errorf("%d files of 30 bytes fit into 100", got)
	}
}

// A file that no message ever refers to goes; the others stay over a restart,
// until their message goes.
func TestFilesLiveWithTheirMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		f := open(t, dir)
		kept, lost := save(t, f, "den", "kept"), save(t, f, "den", "lost")
		f.Keep("den", kept)
		time.Sleep(files.Unclaimed + time.Minute)
		other := save(t, f, "attic", "other")
		if got := read(f, "den", lost); got != files.ErrNone.Error() {
			t.Errorf("after an hour that nobody refers to: got %q, want %q", got, files.ErrNone)
		}
		again := open(t, dir)
		again.KeepAll(maps.All(map[string]string{"den": kept}))
		if got := read(again, "den", kept); got != "kept" {
			t.Errorf("after a restart: got %q, want the file", got)
		}
		again.Remove("den", kept)
		again.Remove("den", kept)
		again.Remove("attic", other)
		if got := onDisk(t, dir); got != 0 {
			t.Errorf("after all were removed there are %d files", got)
		}
		if rooms, _ := os.ReadDir(dir); len(rooms) != 0 {
			t.Errorf("empty folders stay: %v", rooms)
		}
	})
}

// DATA_DIR may be a folder in which somebody keeps uploads of their own.
func TestAForeignFolderStaysAsItIs(t *testing.T) {
	dir := t.TempDir()
	photo := filepath.Join(dir, "holiday", "a.jpg")
	if err := os.MkdirAll(filepath.Dir(photo), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(photo, []byte("the sea"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := files.OpenFolder(dir, 100, 40); err == nil || !strings.Contains(err.Error(), "holiday") {
		t.Errorf("got %v, want an error that names what is there", err)
	}
	if _, err := os.Stat(photo); err != nil {
		t.Errorf("the photo is gone: %v", err)
	}
}

var errTunnel = errors.New("the tunnel")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errTunnel }

func onDisk(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func Example() {
	dir, err := os.MkdirTemp("", "uploads")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	folder, err := files.OpenFolder(dir, 1<<30, 8<<20)
	if err != nil {
		fmt.Println(err)
		return
	}
	name, size, err := folder.Save(context.Background(), "den", strings.NewReader("a picture"))
	if err != nil {
		fmt.Println(err)
		return
	}
	folder.Keep("den", name) // a message refers to it now
	fmt.Println(size, "bytes")
	// Output: 9 bytes
}

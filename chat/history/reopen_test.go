package history_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"chat/chat/history"
)

// The server is restarted. All is as before, but for the sockets that are gone,
// and the ids go on where they were, although the clock was set back meanwhile.
func TestRestart(t *testing.T) {
	t.Parallel()
	w := open(t, history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 5}})
	ids := w.sayMany("room", 0, 8)
	w.try("other", history.Entry{Key: "k", Origin: "socket", File: "file", Data: []byte("x")})
	before := map[string][]history.Entry{"room": w.all("room"), "other": w.all("other")}
	before["other"][0].Origin = ""
	w.reopen()
	if after := map[string][]history.Entry{"room": w.all("room"), "other": w.all("other")}; !reflect.DeepEqual(after, before) {
		t.Errorf("after the restart the log holds\n%v, want\n%v", after, before)
	}
	if got := maps.Collect(w.Files()); len(got) != 1 || got["other"] != "file" {
		t.Errorf("files are %v, want that of the other room", got)
	}
	for i, want := range []bool{true, true, false, false} {
		if _, _, gap, err := w.After(t.Context(), "room", ids[i], 1); gap != want || err != nil {
			t.Errorf("after message %d: gap is %t, %v, want %t", i, gap, err, want)
		}
	}
	w.pass(-time.Hour)
	if id := w.say("room", "late"); id <= ids[7] {
		t.Errorf("the next id is %s, want one after %s", id, ids[7])
	}
}

// The answer to a message is lost because the server is killed, and the client
// sends it again. In one room the message is still there, in the other one it
// was dropped meanwhile, and its segment rewritten. After an hour the key goes.
func TestAgainAfterRestart(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 50, Bytes: 1 << 20}}
	o.SegmentBytes(4 << 10)
	w := open(t, o)
	e := history.Entry{Key: "k", Data: []byte("first")}
	quiet, busy := w.try("quiet", e).entry.ID, w.try("busy", e).entry.ID
	long := strings.Repeat("x", 10_000)
	for range 100 {
		w.say("busy", long)
	}
	w.waitFor("the first segment is rewritten", func() bool { return !exists(o.Dir, "00000001-00000001-0000.log") })
	for restarts := range 3 {
		for room, want := range map[string]history.ID{"quiet": quiet, "busy": busy} {
			if a := w.try(room, e); !a.again || a.entry.ID != want || a.err != nil {
				t.Errorf("after %d restarts the room %s answers %s, again is %t, %v; want %s again", restarts, room, a.entry.ID, a.again, a.err, want)
			}
		}
		w.reopen()
	}
	if got := texts(w.all("quiet")); got != "first" {
		t.Errorf("the quiet room holds %q, want first", got)
	}
	w.pass(61 * time.Minute)
	w.reopen()
	if a := w.try("busy", e); a.again || a.err != nil {
		t.Errorf("after an hour: again is %t, %v, want a new entry", a.again, a.err)
	}
}

// The folder is one where somebody keeps their own files, and another program's.
// They stay; what a crash left of the log's own goes.
func TestForeignFiles(t *testing.T) {
	t.Parallel()
	w := open(t, history.Options{Dir: t.TempDir()})
	w.say("room", "text")
	dir := w.options.Dir
	foreign := []string{"notes.txt", "00000001.log", "00000002-00000001-0000.log", "x00000001-00000001-0000.log", "00000001-00000001-0000.log.bak"}
	for _, name := range foreign {
		write(t, filepath.Join(dir, name), []byte("mine"))
	}
	if err := os.Mkdir(filepath.Join(dir, "00000007-00000007-0000.log"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "00000001-00000001-0001.log.new"), []byte("half"))
	write(t, filepath.Join(dir, "00000002-00000002-0000.log"), nil)
	write(t, filepath.Join(dir, "00000003-00000003-0000.log"), make([]byte, 4096))
	w.reopen()
	if got := texts(w.all("room")); got != "text" {
		t.Errorf("the room holds %q, want text", got)
	}
	for _, name := range append(foreign, "00000007-00000007-0000.log") {
		if !exists(dir, name) {
			t.Errorf("%s is gone", name)
		}
	}
	for _, name := range []string{"00000001-00000001-0001.log.new", "00000002-00000002-0000.log", "00000003-00000003-0000.log"} {
		if exists(dir, name) {
			t.Errorf("%s, which a crash left, is still there", name)
		}
	}
}

// Everything that people say is in these files.
func TestModes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	w := open(t, history.Options{Dir: dir})
	w.say("room", "text")
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "00000001-00000001-0000.log"): 0o600} {
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want mode %v", path, info, err, want)
		}
	}
}

// An operator goes back to an older version. It must not lose what the newer one
// wrote by beginning anew.
func TestNewerFormatIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, history.Options{Dir: t.TempDir()})
	w.say("room", "text")
	w.close()
	path := filepath.Join(w.options.Dir, "00000001-00000001-0000.log")
	write(t, path, history.NewerVersion(read(t, path)))
	if _, err := history.OpenDisk(w.options); err == nil || !strings.Contains(err.Error(), "newer version of chat") {
		t.Errorf("OpenDisk: %v, want it to name the newer version", err)
	}
}

func TestUnusableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	if _, err := history.OpenDisk(history.Options{Dir: filepath.Join(file, "log")}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("OpenDisk: %v, want it to name the folder", err)
	}
}

// The server is stopped and started twenty times. It does not leave a file
// each time.
func TestManyRestarts(t *testing.T) {
	t.Parallel()
	w := open(t, history.Options{Dir: t.TempDir()})
	for i := range 20 {
		w.say("room", fmt.Sprint(i))
		w.reopen()
	}
	if n := len(files(t, w.options.Dir)); n != 1 || len(w.all("room")) != 20 {
		t.Errorf("%d files hold %d entries, want 1 and 20", n, len(w.all("room")))
	}
}

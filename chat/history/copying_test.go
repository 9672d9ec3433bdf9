package history_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chat/chat/history"
)

func hold(t *testing.T, dir string) (release func()) {
	t.Helper()
	r, err := history.Hold(t.Context(), dir)
	if err != nil {
		t.Fatalf("Hold: %v", err)
	}
	return func() {
		if err := r(); err != nil {
			t.Errorf("releasing: %v", err)
		}
	}
}

// takeBack has a room forget what an entry said.
func (w *world) takeBack(room string, id history.ID) {
	w.t.Helper()
	if a := w.try(room, history.Entry{Data: []byte("taken"), Blanks: []history.Blank{{ID: id}}}); a.err != nil {
		w.t.Fatalf("taking back: %v", a.err)
	}
}

// segments are the names of the files that entries are in, in order.
func segments(t *testing.T, dir string) (names []string) {
	t.Helper()
	for name := range files(t, dir) {
		if strings.HasSuffix(name, ".log") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func copyFiles(t *testing.T, from, to string, names ...string) {
	t.Helper()
	for _, name := range names {
		write(t, filepath.Join(to, name), read(t, filepath.Join(from, name)))
	}
}

// A message is copied, and taken back while others are. The copy has the entry
// that takes it back, so it must not have the message.
func TestTakenBackWhileCopied(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir()}
	o.SegmentBytes(1 << 10)
	w := open(t, o)
	secret := w.say("den", "secret")
	w.sayMany("den", 0, 30)
	before := segments(t, o.Dir)
	if len(before) < 2 {
		t.Fatalf("there are %d files; that is no test", len(before))
	}

	first, second := hold(t, o.Dir), hold(t, o.Dir)
	to := t.TempDir()
	copyFiles(t, o.Dir, to, before[0])
	w.takeBack("den", secret)
	w.reopen() // What is noted outlives a restart.
	w.takeBack("den", w.say("den", "another"))
	copyFiles(t, o.Dir, to, segments(t, o.Dir)[1:]...)
	first()
	w.takeBack("den", w.say("den", "a third"))
	copyFiles(t, o.Dir, to, history.LastFile)
	second()
	if !inFolder(t, to, []byte("secret")) {
		t.Fatal("the message was not copied; that is no test")
	}

	restored := open(t, history.Options{Dir: to})
	if got := texts(restored.all("den")); strings.Contains(got, "secret") || !strings.Contains(got, "taken") {
		t.Errorf("the copy says %q", got)
	}
	restored.close()
	if inFolder(t, to, []byte("secret")) {
		t.Error("the text is in the copy still")
	}
	w.takeBack("den", w.say("den", "a fourth"))
	for _, dir := range []string{o.Dir, to} {
		if _, err := os.Stat(filepath.Join(dir, history.LastFile)); err == nil {
			t.Errorf("%s: what is done is noted as to be done", dir)
		}
	}
}

// A quiet room's only message lies among waste. While files are copied it stays
// where it is: a file that took the place of others would not be copied, since
// nobody knew of it, and the others would be gone.
func TestNothingIsRewrittenWhileCopied(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir(), Retention: history.Retention{Messages: 50}}
	o.SegmentBytes(16 << 10)
	w := open(t, o)
	w.say("quiet", "first")
	rewritten := func() bool {
		return slices.ContainsFunc(segments(t, o.Dir), func(name string) bool { return !strings.HasSuffix(name, "-0000.log") })
	}
	release := hold(t, o.Dir)
	for i := range 400 {
		w.say("busy", strings.Repeat("x", 1000))
		if i%50 == 0 {
			w.pass(2 * time.Hour)
		}
	}
	w.reopen() // It waits for what is done in the background.
	if rewritten() {
		t.Errorf("files were rewritten: %v", segments(t, o.Dir))
	}
	release()
	w.pass(time.Hour)
	w.say("busy", "last")
	w.waitFor("files are rewritten", rewritten)
	if got := texts(w.all("quiet")); got != "first" {
		t.Errorf("the quiet room holds %q, want first", got)
	}
}

// There is nothing to hold where no log ever was.
func TestHoldNothing(t *testing.T) {
	t.Parallel()
	hold(t, t.TempDir())()
	hold(t, filepath.Join(t.TempDir(), "nowhere"))()
}

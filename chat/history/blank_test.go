package history_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chat/chat/history"
	"chat/chat/internal/redistest"
)

// Somebody takes back what they said, and looks whether it is gone: in what the
// others get, and on the disk, before and after a restart and a rewrite.
func TestBlank(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		for _, size := range []int{0, 1, 3, 4, 200, 300, 70_000} { // bytes that are too much afterwards
			room := fmt.Sprint("room", size)
			w := open(t, o)
			secret := []byte(strings.Repeat("s", size) + "secret")
			w.say(room, "before")
			first := w.try(room, history.Entry{Key: "k", File: "f", Data: secret}).entry
			w.say(room, "between")
			took := history.Entry{Key: "take", Data: []byte("taken"), Blanks: []history.Blank{
				{ID: first.ID, Data: []byte("public"), DropFile: true},
				{ID: history.NewID(1, 1), Data: []byte("x")}, // which is kept no more
			}}
			if a := w.try(room, took); a.err != nil || a.entry.Blanks != nil {
				t.Fatalf("taking back: %v, %v", a.entry, a.err)
			}
			check := func(when string) {
				t.Helper()
				all := w.all(room)
				if got := texts(all); got != "before public between taken" {
					t.Errorf("%d too much, %s: the log says %q", size, when, got)
				}
				if len(all) == 4 && (all[1].ID != first.ID || all[1].Key != "k" || all[1].File != "") {
					t.Errorf("%s: got %s %q %q, want its id and key, and no file", when, all[1].ID, all[1].Key, all[1].File)
				}
				if _, _, gap, _ := w.After(t.Context(), room, all[0].ID, 10); gap {
					t.Errorf("%s: there is a gap", when)
				}
				if a := w.try(room, history.Entry{Key: "k", Data: secret}); !a.again || a.entry.ID != first.ID {
					t.Errorf("%s: sent again it is %v", when, a.entry.ID)
				}
				if o.Dir != "" && inFolder(t, o.Dir, []byte("secret")) {
					t.Errorf("%s: the text is on the disk still", when)
				}
			}
			check("at once")
			if got := w.drops(); !slices.Equal(got, []string{room + "/f"}) {
				t.Errorf("dropped %v, want the file", got)
			}
			if o.Dir != "" {
				w.reopen()
				check("after a restart")
			}
			w.close()
		}
	})
}

// inFolder reports whether a file of a folder holds some bytes.
func inFolder(t *testing.T, dir string, what []byte) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, what) {
			return true
		}
	}
	return false
}

// The disk breaks when the text is to be overwritten. Its sender is told, and a
// second try takes it away.
func TestBlankOnABrokenDisk(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir()}
	broken := 0
	o.Sync(func(*os.File) error {
		if broken--; broken == 0 {
			return os.ErrInvalid
		}
		return nil
	})
	w := open(t, o)
	id := w.say("den", "secret")
	took := history.Entry{Key: "take", Data: []byte("taken"), Blanks: []history.Blank{{ID: id, Data: nil}}}
	broken = 4 // what is to be done is noted, with its name, and the entry is stored first
	if a := w.try("den", took); a.err == nil {
		t.Error("it is said to be gone")
	}
	if a := w.try("den", took); a.err != nil || !a.again {
		t.Errorf("the second try comes to %v", a.err)
	}
	if got := texts(w.all("den")); got != " taken" {
		t.Errorf("the log says %q", got)
	}
	if inFolder(t, o.Dir, []byte("secret")) {
		t.Error("the text is on the disk still")
	}
}

// The disk breaks when the text is to be overwritten, and its sender does not try
// again, while others go on. The next start takes the text away; what was edited
// since stays as it was edited last.
func TestBlankThatFailedIsDoneLater(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir()}
	broken := 0
	o.Sync(func(*os.File) error {
		if broken--; broken == 0 {
			return os.ErrInvalid
		}
		return nil
	})
	for _, edited := range []bool{false, true} {
		room := fmt.Sprint("room", edited)
		w := open(t, o)
		id := w.say(room, "secret")
		broken = 4 // as in TestBlankOnABrokenDisk
		if a := w.try(room, history.Entry{Data: []byte("one"), Blanks: []history.Blank{{ID: id, Data: []byte("older")}}}); a.err == nil {
			t.Error("it is said to be gone")
		}
		want := "older one two"
		other := history.Entry{Data: []byte("two")}
		if edited {
			want = "newer one two"
			other.Blanks = []history.Blank{{ID: id, Data: []byte("newer")}}
		}
		w.try(room, other)
		w.say("another", "x")
		if _, err := os.Stat(filepath.Join(o.Dir, "blanks.todo")); (err == nil) == edited {
			t.Errorf("edited again is %t: what is to be done is noted: %v", edited, err)
		}
		w.reopen()
		if got := texts(w.all(room)); got != want {
			t.Errorf("the log says %q, want %q", got, want)
		}
		if inFolder(t, o.Dir, []byte("secret")) {
			t.Error("the text is on the disk still")
		}
		if _, err := os.Stat(filepath.Join(o.Dir, "blanks.todo")); err == nil {
			t.Error("what is done is noted as to be done")
		}
		w.close()
	}
}

// The machine fails at any moment while a message is deleted. If the deletion is
// in the log then, the text is gone when the log has been opened.
func TestBlankAfterACrash(t *testing.T) {
	t.Parallel()
	o := history.Options{Dir: t.TempDir()}
	var crashes []string
	o.Sync(func(*os.File) error {
		crashes = append(crashes, t.TempDir())
		return os.CopyFS(crashes[len(crashes)-1], os.DirFS(o.Dir))
	})
	w := open(t, o)
	id := w.say("den", "secret")
	if a := w.try("den", history.Entry{Data: []byte("taken"), Blanks: []history.Blank{{ID: id}}}); a.err != nil {
		t.Fatal(a.err)
	}
	w.close()
	before, after := 0, 0
	for n, dir := range append(crashes, o.Dir) {
		w := open(t, history.Options{Dir: dir})
		switch got := texts(w.all("den")); got {
		case "", "secret":
			before++
		case " taken":
			after++
			if inFolder(t, dir, []byte("secret")) {
				t.Errorf("crash %d: the text is on the disk still", n)
			}
		default:
			t.Errorf("crash %d: the log says %q", n, got)
		}
		w.close()
		if _, err := os.Stat(filepath.Join(dir, "blanks.todo")); err == nil {
			t.Errorf("crash %d: what is done is noted as to be done", n)
		}
	}
	if before < 3 || after < 3 {
		t.Errorf("%d crashes came before the deletion and %d after it; that is not much of a test", before, after)
	}
}

// The answer to a deletion is lost, and its sender tries again, when nothing is
// left to be taken away: on the same server and on another one.
func TestRedisBlankIsSentAgain(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		one, other := join(t, r), join(t, r)
		id := one.say("den", "secret")
		took := history.Entry{Key: "take", Data: []byte("taken"), Blanks: []history.Blank{{ID: id, Data: []byte("pub")}}}
		first := one.insist("den", took)
		for _, p := range []*peer{one, other, one} {
			if a := p.try("den", took); a.err != nil || !a.again || a.entry.ID != first.entry.ID {
				t.Errorf("sent again: %+v, want the first one again", a)
			}
		}
		if got := texts(one.all("den")); got != "pub taken" {
			t.Errorf("the log says %q", got)
		}
	})
}

// The title of a room was set long ago: a thousand messages were said since.
func TestPinned(t *testing.T) {
	everywhere(t, func(t *testing.T, o history.Options) {
		o.Retention = history.Retention{Messages: 3, Age: time.Hour}
		w := open(t, o)
		check := func(when, want string) {
			t.Helper()
			e, ok, err := w.Pinned(t.Context(), "den")
			if err != nil || ok != (want != "") || string(e.Data) != want {
				t.Errorf("%s: %q is pinned (%t, %v), want %q", when, e.Data, ok, err, want)
			}
		}
		check("at first", "")
		for _, title := range []string{"one", "two"} {
			if a := w.try("den", history.Entry{Data: []byte(title), Pin: true}); a.err != nil || a.entry.Pin {
				t.Fatalf("pinning: %v, %v", a.entry, a.err)
			}
		}
		check("at once", "two")
		w.sayMany("den", 0, 10)
		check("when it is kept no more", "two")
		if o.Dir != "" {
			w.reopen()
			check("after a restart", "two")
		}
		w.pass(2 * time.Hour)
		w.say("other", "x") // which has the log look
		check("when nothing is kept", "")
		if o.Dir != "" {
			if inFolder(t, o.Dir, []byte("den")) && inFolder(t, o.Dir, []byte(`"room"`)) {
				t.Error("its file is still there")
			}
			w.reopen()
			check("after a restart", "")
		}
	})
}

// The same two on Redis, where another server looks.
func TestRedisBlankAndPin(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		keep := func(o *history.RedisOptions) { o.Retention.Messages = 4; o.Retention.Age = time.Hour }
		a, b := join(t, r, keep), join(t, r, keep)
		h := b.follow("den")
		one := a.insist("den", history.Entry{Key: "k", File: "f", Data: []byte("secret")}).entry
		a.insist("den", history.Entry{Data: []byte("title"), Pin: true})
		a.say("den", "between")
		took := history.Entry{Key: "take", Data: []byte("taken"), Blanks: []history.Blank{{ID: one.ID, Data: []byte("pub"), DropFile: true}}}
		a.insist("den", took)
		h.await(t, 4)
		all := b.all("den")
		if got := texts(all); got != "pub title between taken" || all[0].ID != one.ID || all[0].Key != "k" || all[0].File != "" {
			t.Fatalf("the log says %q: %+v", got, all[0])
		}
		if again := b.insist("den", history.Entry{Key: "k", Data: []byte("secret")}); !again.again || again.entry.ID != one.ID {
			t.Errorf("sent again it is %v", again)
		}
		client := r.Client(t)
		if text := fmt.Sprint(client.XRange(t.Context(), "chat:{den}:log", "-", "+").Val(), client.HGetAll(t.Context(), "chat:{den}:text").Val(), client.HGetAll(t.Context(), "chat:{den}:state").Val()); strings.Contains(text, "secret") || strings.Contains(text, "file:f") {
			t.Errorf("Redis has it still: %s", text)
		}
		if left := client.PTTL(t.Context(), "chat:{den}:log").Val(); left <= 0 {
			t.Errorf("the log lives for %v", left)
		}
		for range 6 {
			a.say("den", "more")
		}
		h.await(t, 10)
		if e, ok, err := b.Pinned(t.Context(), "den"); err != nil || !ok || string(e.Data) != "title" {
			t.Errorf("%q is pinned (%t, %v), want the title", e.Data, ok, err)
		}
		if _, ok, err := b.Pinned(t.Context(), "attic"); ok || err != nil {
			t.Errorf("in a room of no title: %t, %v", ok, err)
		}
	})
}

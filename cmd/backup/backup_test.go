package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
)

const passphrase = "correct horse battery staple"

// fill makes files in a folder.
func fill(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// content reads all files of a folder.
func content(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 600", path, info.Mode())
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		files[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// example is a data folder, in use.
var example = map[string]string{
	"secret.json": "the secret", "log.key": "k", "tls.pem": "pem", "acme/chat.example.org": "pem",
	"history/den/000001.log": "a\nb\n", "uploads/x/y": strings.Repeat("picture", 20_000),
}

// gone is what it has beside that.
var gone = map[string]string{
	"state.log": "counters", "state.address": "password", "serve.address": "port", "serve.lock": "", "secret.untried": "", "state.damaged": "x",
	"log/chat.log": "{}", ".probe-1": "", "uploads/x/.new-1": "half",
}

func write(t *testing.T, folder string) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Write(t.Context(), &b, Options{Folder: folder, Passphrase: passphrase, Work: 1, Program: "v1"}); err != nil {
		t.Fatalf("writing: %v", err)
	}
	return b.Bytes()
}

func restored(t *testing.T, b []byte, folder string) error {
	t.Helper()
	_, err := Restore(t.Context(), bytes.NewReader(b), passphrase, folder, func(string) error { return nil }, func(int64) {})
	return err
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	fill(t, from, example)
	fill(t, from, gone)
	if err := os.Symlink("/etc/passwd", filepath.Join(from, "link")); err != nil && runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	var b bytes.Buffer
	var done, all int64
	size, err := Write(t.Context(), &b, Options{Folder: from, Passphrase: passphrase, Work: 1, Program: "v1", Progress: func(d, a int64) { done, all = d, a }})
	if err != nil || size != done || done != all {
		t.Fatalf("writing: %d bytes, progress %d of %d, %v", size, done, all, err)
	}
	for _, text := range []string{"the secret", "picture", passphrase} {
		if bytes.Contains(b.Bytes(), []byte(text)) {
			t.Errorf("the backup shows %q", text)
		}
	}
	fill(t, to, map[string]string{"serve.lock": ""})
	var looked map[string]string
	m, err := Restore(t.Context(), &b, passphrase, to, func(dir string) error { looked = content(t, dir); return nil }, func(int64) {})
	if err != nil || m.Program != "v1" || m.Made.IsZero() {
		t.Fatalf("restoring: %+v, %v", m, err)
	}
	if !maps.Equal(looked, example) {
		t.Errorf("it was checked with %v", slices.Sorted(maps.Keys(looked)))
	}
	got := content(t, to)
	delete(got, "serve.lock")
	if !maps.Equal(got, example) {
		t.Errorf("got back %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(example)))
	}
}

// People talk, send pictures and take them back, and the secret is replaced,
// while the backup is made. What it has is what was there at one time or
// another, in whole lines but for the last.
func TestWhileServing(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	fill(t, from, example)
	history, err := os.OpenFile(filepath.Join(from, "history/den/000001.log"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer history.Close()
	stop := make(chan struct{})
	var busy sync.WaitGroup
	busy.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			fmt.Fprintf(history, "message %d\n", n)
			picture := filepath.Join(from, "uploads", fmt.Sprint(n))
			_ = os.WriteFile(picture, []byte("new"), 0o600)
			_ = os.Remove(filepath.Join(from, "uploads", fmt.Sprint(n-3)))
			secret := filepath.Join(from, "secret.json")
			_ = os.WriteFile(secret+".tmp", fmt.Appendf(nil, "the secret %d", n), 0o600)
			_ = os.Rename(secret+".tmp", secret)
		}
	})
	for range 3 {
		to := t.TempDir()
		if err := restored(t, write(t, from), to); err != nil {
			t.Errorf("a backup of a busy folder: %v", err)
			break
		}
		got := content(t, to)
		if lines := strings.Split(got["history/den/000001.log"], "\n"); lines[0] != "a" || lines[1] != "b" || len(lines) > 3 && lines[2] != "message 0" {
			t.Errorf("the history begins with %q", lines[:min(4, len(lines))])
		}
		if !strings.HasPrefix(got["secret.json"], "the secret") {
			t.Errorf("the secret is %q", got["secret.json"])
		}
	}
	close(stop)
	busy.Wait()
}

// What has to be copied last is, wherever its name stands.
func TestLastFiles(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	fill(t, from, map[string]string{"a": "1", "b/c": "2", "d": "3"})
	var sealed bytes.Buffer
	o := Options{Folder: from, Passphrase: passphrase, Work: 1, Last: []string{"b/c", "a", "b/nowhere"}}
	if _, err := Write(t.Context(), &sealed, o); err != nil {
		t.Fatalf("writing: %v", err)
	}
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := age.Decrypt(&sealed, identity)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for list := tar.NewReader(plain); ; {
		h, err := list.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	if want := []string{manifestName, "b/", "d", "b/c", "a"}; !slices.Equal(names, want) {
		t.Errorf("the backup has %v, want %v", names, want)
	}
}

// A disk that forgets, a thief, and a hasty copy. Nothing of such a backup is
// taken into use, and nothing of it stays.
func TestDamagedBackups(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	fill(t, from, map[string]string{"secret.json": "s", "uploads/x": strings.Repeat("not to be packed well: 0123456789", 5_000)})
	whole := write(t, from)
	flipped := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	for name, b := range map[string][]byte{
		"empty": nil, "not one": []byte("dear diary"), "cut in its head": whole[:50], "cut before its first byte": whole[:200],
		"cut in the middle": whole[:len(whole)/2], "cut at its end": whole[:len(whole)-1], "longer": append(bytes.Clone(whole), 'x'),
		"flipped in its head": flipped(60), "flipped in the middle": flipped(len(whole) / 2), "flipped at its end": flipped(len(whole) - 1),
	} {
		to := t.TempDir()
		err := restored(t, b, to)
		if err == nil || !errors.Is(err, ErrFormat) && !errors.Is(err, ErrPassphrase) {
			t.Errorf("%s: got %v, want that it is no backup", name, err)
		}
		if entries, err := os.ReadDir(to); err != nil || len(entries) > 0 {
			t.Errorf("%s: it leaves %v, %v", name, entries, err)
		}
	}
}

// A folder of links, locks and logs makes no backup that one could trust in, and
// one that was made of it before brings nothing back.
func TestNothingToKeep(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	fill(t, from, gone)
	if err := os.Mkdir(filepath.Join(from, "history"), 0o700); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := Write(t.Context(), &b, Options{Folder: from, Passphrase: passphrase, Work: 1}); !errors.Is(err, ErrNothing) || b.Len() > 0 {
		t.Errorf("writing: %v and %d bytes, want ErrNothing and none", err, b.Len())
	}
	to := t.TempDir()
	if err := restored(t, archive(t, manifest, tar.Header{Name: "history/", Typeflag: tar.TypeDir}), to); !errors.Is(err, ErrNothing) {
		t.Errorf("restoring: got %v, want ErrNothing", err)
	}
	if entries, err := os.ReadDir(to); err != nil || len(entries) > 0 {
		t.Errorf("it leaves %v, %v", entries, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	from, full := t.TempDir(), t.TempDir()
	fill(t, from, example)
	fill(t, full, map[string]string{"x": ""})
	b := write(t, from)
	if err := restored(t, b, full); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into a full folder: got %v, want ErrNotEmpty", err)
	}
	to := t.TempDir()
	fine := func(string) error { return nil }
	if _, err := Restore(t.Context(), bytes.NewReader(b), "wrong", to, fine, func(int64) {}); !errors.Is(err, ErrPassphrase) {
		t.Errorf("with a wrong passphrase: got %v, want ErrPassphrase", err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(b), "", to, fine, func(int64) {}); !errors.Is(err, ErrPassphrase) {
		t.Errorf("with no passphrase: got %v, want ErrPassphrase", err)
	}
	damaged := errors.New("damaged")
	if _, err := Restore(t.Context(), bytes.NewReader(b), passphrase, to, func(string) error { return damaged }, func(int64) {}); !errors.Is(err, damaged) {
		t.Errorf("with a damaged secret: got %v, want the check's error", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Restore(over, bytes.NewReader(b), passphrase, to, fine, func(int64) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: got %v", err)
	}
	if _, err := Write(over, io.Discard, Options{Folder: from, Passphrase: passphrase, Work: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("writing, interrupted: got %v", err)
	}
	if entries, err := os.ReadDir(to); err != nil || len(entries) > 0 {
		t.Errorf("they leave %v, %v", entries, err)
	}
}

// Somebody who knows the passphrase makes an archive that would write elsewhere,
// or bring back what no backup keeps.
func TestHostileArchives(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		manifest string
		header   tar.Header
		want     error
	}{
		{"up", manifest, tar.Header{Name: "../x", Typeflag: tar.TypeReg}, ErrFormat},
		{"up from below", manifest, tar.Header{Name: "uploads/../../x", Typeflag: tar.TypeReg}, ErrFormat},
		{"absolute", manifest, tar.Header{Name: "/tmp/x", Typeflag: tar.TypeReg}, ErrFormat},
		{"link", manifest, tar.Header{Name: "uploads", Linkname: "/etc", Typeflag: tar.TypeSymlink}, ErrFormat},
		{"hard link", manifest, tar.Header{Name: "x", Linkname: "/etc/passwd", Typeflag: tar.TypeLink}, ErrFormat},
		{"device", manifest, tar.Header{Name: "x", Typeflag: tar.TypeBlock}, ErrFormat},
		{"counters", manifest, tar.Header{Name: "state.log", Typeflag: tar.TypeReg}, ErrFormat},
		{"counters below a dot", manifest, tar.Header{Name: "./state.log", Typeflag: tar.TypeReg}, ErrFormat},
		{"mark", manifest, tar.Header{Name: "secret.untried", Typeflag: tar.TypeReg}, ErrFormat},
		{"folder of the restore", manifest, tar.Header{Name: ".restored/x", Typeflag: tar.TypeReg}, ErrFormat},
		{"newer", `{"format":"chat backup","version":2}`, tar.Header{Name: "x", Typeflag: tar.TypeReg}, ErrNewer},
		{"other", `{"format":"photos","version":1}`, tar.Header{Name: "x", Typeflag: tar.TypeReg}, ErrFormat},
		{"fine", manifest, tar.Header{Name: "x", Typeflag: tar.TypeReg, Mode: 0o4777}, nil},
	} {
		home := t.TempDir()
		to := filepath.Join(home, "data")
		if err := os.Mkdir(to, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := restored(t, archive(t, tt.manifest, tt.header), to); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if got := content(t, home); len(got) > 0 && tt.want != nil {
			t.Errorf("%s: it leaves %v", tt.name, got)
		}
	}
}

// manifest is that of an archive which we would read.
const manifest = `{"format":"chat backup","version":1}`

// archive is a backup with one entry behind its manifest.
func archive(t *testing.T, manifest string, entry tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(1)
	sealed, err := age.Encrypt(&b, recipient)
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(sealed)
	w := tar.NewWriter(packed)
	first := w.WriteHeader(&tar.Header{Name: manifestName, Size: int64(len(manifest)), Typeflag: tar.TypeReg})
	_, second := io.WriteString(w, manifest)
	if err := errors.Join(first, second, w.WriteHeader(&entry), w.Close(), packed.Close(), sealed.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The power fails in the middle of a restore: before it was whole, and after.
func TestRestoreThatWasCutOff(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	fill(t, from, example)
	b := write(t, from)
	fill(t, to, map[string]string{unpacking + "/secret.json": "half"})
	if err := Finish(to); err != nil {
		t.Errorf("finishing nothing: %v", err)
	}
	if _, err := os.Stat(filepath.Join(to, "secret.json")); err == nil {
		t.Error("half a restore is taken into use")
	}
	if err := restored(t, b, to); err != nil || !maps.Equal(content(t, to), example) {
		t.Errorf("after half a restore: %v, %v", err, slices.Sorted(maps.Keys(content(t, to))))
	}

	later := t.TempDir()
	fill(t, later, map[string]string{"serve.lock": ""})
	for name, text := range example {
		if name == "secret.json" || name == "log.key" { // which the first run had moved
			fill(t, later, map[string]string{name: text})
		} else {
			fill(t, later, map[string]string{unpacked + "/" + name: text})
		}
	}
	if err := restored(t, b, later); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("over a restore to be finished: got %v, want ErrNotEmpty", err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := Finish(later); err != nil {
				t.Errorf("finishing: %v", err)
			}
		})
	}
	all.Wait()
	got := content(t, later)
	delete(got, "serve.lock")
	if !maps.Equal(got, example) {
		t.Errorf("finished: %v", slices.Sorted(maps.Keys(got)))
	}
}

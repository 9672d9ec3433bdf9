package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"chat/chat/history"
)

// command runs a command in this process, with a folder and a passphrase of its
// own, and a fast one.
func command(ctx context.Context, dir, passphrase string, args ...string) (code int, stdout []byte, stderr string) {
	var out, complaints bytes.Buffer
	code = Execute(ctx, Program{
		Build: Build{Version: "v1.2.3"}, Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &complaints,
		Environ: []string{"DATA_DIR=" + dir, "CHAT_BACKUP_PASSPHRASE=" + passphrase}, work: 1,
	})
	return code, out.Bytes(), complaints.String()
}

// The owner saves a server at work, loses the machine, and goes on elsewhere.
// Who logged in before has to do so again, with two codes; the secret and the
// pictures are there, and every message that was acknowledged before.
func TestBackupOfAServerAtWork(t *testing.T) {
	p := start(t, options{env: map[string]string{"LIMIT_MESSAGES": "0"}})
	b := p.login(t)
	tea := b.join(t, "tea")
	tea.say(t, "long before", 20)
	upload := b.request(t, http.MethodPost, "/chat/tea/files", "giraffes at noon")
	upload.Header.Set("Origin", p.base)
	if r := b.do(t, upload); r.status != http.StatusCreated {
		t.Fatalf("uploading: %d", r.status)
	}
	file := filepath.Join(t.TempDir(), "chat.backup")
	talked := talkOn(t, tea)
	code, _, said := command(t.Context(), p.dir, "correct horse", "backup", file)
	talked()
	if code != ExitOK || !regexp.MustCompile(`^Done\. [0-9.]+ \S+ of the data folder are in .*chat\.backup\. Keep the passphrase elsewhere\.\n$`).MatchString(said) {
		t.Fatalf("backup ends with %d and says\n%s", code, said)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v, want mode 600", info, err)
	}
	secret := p.secret(t)
	p.stop(t)

	dir := filepath.Join(t.TempDir(), "elsewhere")
	code, _, said = command(t.Context(), dir, "correct horse", "restore", file)
	if code != ExitOK || !strings.Contains(said, "everybody logs in again, with two codes in a row") {
		t.Fatalf("restore ends with %d and says\n%s", code, said)
	}
	again := start(t, options{dir: dir})
	again.clock.ahead.Store(p.clock.ahead.Load())
	if got := again.secret(t); got != secret {
		t.Errorf("the restored secret is another one")
	}
	if list, err := fs.Glob(os.DirFS(dir), "uploads/*/*"); err != nil || len(list) == 0 {
		if flat, err := fs.Glob(os.DirFS(dir), "uploads/*"); err != nil || len(flat) == 0 {
			t.Errorf("there are no uploads: %v", err)
		}
	}
	old := again.browser(t)
	old.http.Jar.SetCookies(mustURL(t, again.base), b.http.Jar.Cookies(mustURL(t, p.base)))
	if r := old.get(t, "/"); r.status != http.StatusSeeOther {
		t.Errorf("a session of before the backup gets %d, want 303 to the login", r.status)
	}
	// The counters of guesses are not what they were, so strangers step up.
	if r := again.browser(t).post(t, "/auth", url.Values{"code": {again.code(t)}}); r.status == http.StatusSeeOther {
		t.Error("one code opens after a restore")
	}
	again.code(t) // Those of the first moment count as used.
	first, second := again.code(t), again.code(t)
	owner := again.browser(t)
	if r := owner.post(t, "/auth", url.Values{"code": {first}, "code2": {second}}); r.status != http.StatusSeeOther {
		t.Errorf("two codes in a row get %d, want 303", r.status)
	}
	restored := owner.dial(t)
	restored.send(t, `421["join",{"chat_id":"tea"}]`)
	if got := strings.Count(restored.expect(t, "431"), `"long before"`); got != 20 {
		t.Errorf("%d messages are left of the 20 of before the backup", got)
	}
	restored.say(t, "afterwards", 1)
}

// talkOn writes one message after the other until the function is called that it
// returns, which waits for the last one.
func talkOn(t *testing.T, s *webSocket) (end func()) {
	t.Helper()
	quiet := make(chan struct{})
	var talk sync.WaitGroup
	talk.Go(func() {
		for {
			select {
			case <-quiet:
				return
			default:
				s.say(t, "meanwhile", 1)
			}
		}
	})
	return sync.OnceFunc(func() { close(quiet); talk.Wait() })
}

// A message is deleted while a backup is made. What is taken back stays noted until
// the backup has it, and whoever restores it takes it back as well.
func TestADeletionWhileABackupIsMade(t *testing.T) {
	p := start(t, options{})
	tea := p.login(t).join(t, "tea")
	sent := tea.say(t, "my password", 1)
	notes := filepath.Join("history", history.LastFile)

	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		var said bytes.Buffer
		code := Execute(t.Context(), Program{
			Args: []string{"backup", "-"}, Stdin: strings.NewReader(""), Stdout: in, Stderr: &said,
			Environ: []string{"DATA_DIR=" + p.dir, "CHAT_BACKUP_PASSPHRASE=correct horse"}, work: 1,
		})
		_ = in.Close()
		ended <- code
	}()
	var file bytes.Buffer
	if _, err := io.CopyN(&file, out, 1); err != nil { // It has begun, and waits.
		t.Fatal(err)
	}
	tea.send(t, fmt.Sprintf(`427["delete_message",{"chat_id":"tea","id":%q}]`, sent))
	tea.expect(t, "437")
	if _, err := os.Stat(filepath.Join(p.dir, notes)); err != nil {
		t.Errorf("nothing is noted while the backup is made: %v", err)
	}
	if _, err := io.Copy(&file, out); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != ExitOK {
		t.Fatalf("backup ends with %d", code)
	}
	path, dir := filepath.Join(t.TempDir(), "chat.backup"), filepath.Join(t.TempDir(), "elsewhere")
	writeFile(t, path, file.String(), 0o600)
	if code, _, said := command(t.Context(), dir, "correct horse", "restore", path); code != ExitOK {
		t.Fatalf("restore ends with %d and says\n%s", code, said)
	}
	if _, err := os.Stat(filepath.Join(dir, notes)); err != nil {
		t.Errorf("what is to be taken back is not in the backup: %v", err)
	}
}

func TestBackupToStdout(t *testing.T) {
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "data")
	writeFile(t, filepath.Join(dir, "tls.pem"), "pem", 0o600)
	code, out, said := command(t.Context(), dir, "correct horse", "backup", "-")
	if code != ExitOK || !bytes.HasPrefix(out, []byte("age-encryption.org/v1\n")) {
		t.Fatalf("backup ends with %d, %.40q and\n%s", code, out, said)
	}
	var complaints bytes.Buffer
	code = Execute(t.Context(), Program{
		Args: []string{"restore", "-", "--data-dir", to}, Environ: []string{"HOME=/", "CHAT_BACKUP_PASSPHRASE=correct horse"},
		Stdin: bytes.NewReader(out), Stdout: &bytes.Buffer{}, Stderr: &complaints,
	})
	if got, err := os.ReadFile(filepath.Join(to, "tls.pem")); code != ExitOK || string(got) != "pem" {
		t.Errorf("restore ends with %d, %q, %v and\n%s", code, got, err, complaints.String())
	}
}

// What goes wrong changes nothing, and leaves nothing.
func TestBackupInTrouble(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "tls.pem"), "pem", 0o600)
	place := t.TempDir()
	file := filepath.Join(place, "chat.backup")
	over, cancel := context.WithCancel(t.Context())
	cancel()
	expect := func(ctx context.Context, dir, passphrase string, code int, says string, args ...string) {
		t.Helper()
		got, _, said := command(ctx, dir, passphrase, args...)
		if got != code || !regexp.MustCompile(says).MatchString(strings.TrimSuffix(said, "\n")) || strings.Count(said, "\n") != 1 {
			t.Errorf("chat %s ends with %d and says\n%swant %d and one line like\n%s", strings.Join(args, " "), got, said, code, says)
		}
	}
	fine := "correct horse"
	expect(over, dir, fine, ExitInterrupted, `^chat: interrupted; no backup was made$`, "backup", file)
	expect(t.Context(), dir, fine, ExitFailure, `^chat: there is no folder .*no; make it, or choose another place$`, "backup", filepath.Join(place, "no", "chat.backup"))
	if list, err := os.ReadDir(place); err != nil || len(list) > 0 {
		t.Errorf("they leave %v, %v", list, err)
	}
	expect(t.Context(), dir, fine, ExitUsage, `^chat: .* is a folder; name a file in it$`, "backup", "--force", place)
	expect(t.Context(), dir, fine, ExitOK, `^Done\. `, "backup", file)
	expect(t.Context(), dir, fine, ExitFailure, `^chat: there is a file .*chat\.backup already; choose another name, or add --force$`, "backup", file)
	expect(t.Context(), dir, fine, ExitOK, `^Done\. `, "backup", file, "--force")

	to := filepath.Join(place, "data")
	expect(t.Context(), to, "wrong horse", ExitFailure, `^chat: the passphrase is not that of .*chat\.backup; try again$`, "restore", file)
	expect(over, to, fine, ExitInterrupted, `^chat: interrupted; nothing was restored$`, "restore", file)
	writeFile(t, file+".txt", "dear diary", 0o600)
	expect(t.Context(), to, fine, ExitFailure, `^chat: .*chat\.backup\.txt is no backup of chat, or a damaged one; nothing was restored$`, "restore", file+".txt")
	expect(t.Context(), to, fine, ExitFailure, `^chat: there is no file .*none; name the file that chat backup made$`, "restore", file+".none")
	expect(t.Context(), to, fine, ExitUsage, `^chat: .* is a folder; name the file in it$`, "restore", place)
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("they leave a data folder: %v", err)
	}
	expect(t.Context(), dir, fine, ExitFailure, `^chat: the data folder .* is not empty, and a restore overwrites nothing; move it away, or choose another with --data-dir$`, "restore", file)

	writeFile(t, filepath.Join(dir, "secret.json"), `{"half":`, 0o600)
	expect(t.Context(), dir, fine, ExitOK, `^Done\. `, "backup", file, "--force")
	expect(t.Context(), to, fine, ExitFailure, `^chat: nothing was restored: checking the backup: .*damaged`, "restore", file)
}

// The place is taken away while the backup is made, or is full. What the operator
// reads names the file that they named, and not one that was on its way there.
func TestWhatFailsIsTheFile(t *testing.T) {
	b := &backupRun{}
	file := filepath.Join(t.TempDir(), "chat.backup")
	full := func(w io.Writer) (int64, error) {
		return 0, &fs.PathError{Op: "write", Path: w.(*os.File).Name(), Err: errors.New("no space left on device")}
	}
	taken := func(io.Writer) (int64, error) { return 0, os.MkdirAll(filepath.Join(file, "x"), 0o700) }
	for _, fill := range []func(io.Writer) (int64, error){full, taken} {
		_, err := b.write(file, fill)
		if err == nil || !strings.HasPrefix(err.Error(), "writing "+file+": ") || !strings.HasSuffix(err.Error(), "; make room for it, or choose another place") {
			t.Errorf("it says %v", err)
		}
	}
}

package chat_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat"
)

func TestAFileTravelsBesideTheMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann, bo := w.join("Ann", "den"), w.join("Bo", "den")
		ann.wantEvent("member_joined")
		const bytes = "GIF89a <script>alert(1)</script>"
		status, file := w.upload("Ann", "den", bytes)
		if status != http.StatusCreated || file["size"] != float64(len(bytes)) {
			t.Fatalf("uploading: got %d %v", status, file)
		}
		ann.ask("send_message", fmt.Sprintf(`{"chat_id":"den","message":"look","file":{"name":%q,"width":4,"height":3}}`, file["name"]))
		got := bo.wantEvent("receive_message")["file"].(map[string]any)
		if got["width"] != 4.0 || got["height"] != 3.0 || got["size"] != float64(len(bytes)) || got["url"] != file["url"] {
			t.Errorf("got the file %v, want the one of %v", got, file)
		}
		res := w.request(http.MethodGet, "Bo", got["url"].(string), nil)
		defer res.Body.Close()
		if body, _ := io.ReadAll(res.Body); string(body) != bytes {
			t.Errorf("got %q, want %q", body, bytes)
		}
		for header, want := range map[string]string{
			"Content-Type":            "application/octet-stream",
			"X-Content-Type-Options":  "nosniff",
			"Content-Security-Policy": "sandbox; default-src 'none'",
			"Content-Disposition":     fmt.Sprintf(`attachment; filename="%s"`, file["name"]),
		} {
			if got := res.Header.Get(header); got != want {
				t.Errorf("%s: got %q, want %q", header, got, want)
			}
		}
	})
}

// Whoever was never in the room gets the answer that a file there never was
// gets, and so does somebody with a name from another room.
func TestFilesAreForMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.join("Ann", "den")
		w.join("Mallory", "attic")
		_, file := w.upload("Ann", "den", "private")
		name := file["name"].(string)
		for _, path := range []string{
			"/chat/den/files/" + name,
			"/chat/attic/files/" + name,
			"/chat/attic/files/nothing",
			"/chat/nowhere/files/" + name,
		} {
			res := w.request(http.MethodGet, "Mallory", path, nil)
			body, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode != 404 || !strings.Contains(string(body), "There is no such file in this room.") {
				t.Errorf("%s: got %d %s, want one and the same 404", path, res.StatusCode, body)
			}
		}
		if status, _ := w.upload("Mallory", "den", "x"); status != 404 {
			t.Errorf("an upload to a room not joined got %d, want 404", status)
		}
	})
}

func TestUploadLimits(t *testing.T) {
	for _, test := range []struct {
		name   string
		size   int
		status int
	}{
		{"empty", 0, 400},
		{"the largest", 8 << 20, 201},
		{"one byte more", 8<<20 + 1, 413},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			w := newWorld(t, func(c *chat.Config) { c.Uploads = dir })
			w.join("Ann", "den")
			status, answer := w.upload("Ann", "den", strings.Repeat("x", test.size))
			if status != test.status {
				t.Errorf("got %d %v, want %d", status, answer, test.status)
			}
		})
	}
}

func TestUploadsStopWhenTheFolderIsFull(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, func(c *chat.Config) { c.Uploads, c.MaxUploads = dir, 9<<20 })
	w.join("Ann", "den")
	if status, answer := w.upload("Ann", "den", strings.Repeat("x", 2<<20)); status != 201 {
		t.Fatalf("got %d %v, want 201", status, answer)
	}
	if status, _ := w.upload("Ann", "den", "x"); status != http.StatusInsufficientStorage {
		t.Errorf("got %d, want 507: a file of the largest size might not fit", status)
	}
}

func TestSixtyUploadsAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.join("Ann", "den")
		w.join("Bo", "den")
		for i := range 60 {
			if status, _ := w.upload("Ann", "den", "x"); status != 201 {
				t.Fatalf("upload %d got %d, want 201", i, status)
			}
		}
		res := w.request(http.MethodPost, "Ann", "/chat/den/files", strings.NewReader("x"))
		_ = res.Body.Close()
		if got := res.Header.Get("Retry-After"); res.StatusCode != 429 || got != "60" {
			t.Errorf("got %d, Retry-After %q, want 429 and 60", res.StatusCode, got)
		}
		if status, _ := w.upload("Bo", "den", "x"); status != 201 {
			t.Errorf("somebody else got %d, want 201", status)
		}
		time.Sleep(time.Minute)
		if status, _ := w.upload("Ann", "den", "x"); status != 201 {
			t.Errorf("a minute later: got %d, want 201", status)
		}
	})
}

// A cut-off upload leaves nothing on the disk, and the files of a room go when
// nobody came back to it.
func TestNothingIsLeftOnTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		w := newWorld(t, func(c *chat.Config) { c.Uploads = dir })
		ann := w.join("Ann", "den")
		body := io.MultiReader(strings.NewReader("half of it"), broken{})
		req, _ := http.NewRequest(http.MethodPost, "http://chat.test/chat/den/files", body)
		req.Header.Set("X-Visitor", "Ann")
		if res, err := w.Client.Do(req); err == nil {
			_ = res.Body.Close()
		}
		synctest.Wait()
		if got := filesIn(t, dir); len(got) != 0 {
			t.Errorf("a cut-off upload left %v", got)
		}
		_, file := w.upload("Ann", "den", "whole")
		if got := filesIn(t, dir); len(got) != 1 {
			t.Errorf("after an upload there are %v, want one file", got)
		}
		_ = ann.Conn.CloseNow()
		time.Sleep(9 * time.Minute)
		back := w.join("Ann", "den")
		res := w.request(http.MethodGet, "Ann", file["url"].(string), nil)
		_ = res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("back after nine minutes: got %d, want the file", res.StatusCode)
		}
		_ = back.Conn.CloseNow()
		time.Sleep(10*time.Minute + time.Second)
		if got := filesIn(t, dir); len(got) != 0 {
			t.Errorf("an empty room left %v", got)
		}
	})
}

// An upload that is under way keeps its room, so that it does not end in one
// that is gone.
func TestAnUploadKeepsItsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		w := newWorld(t, func(c *chat.Config) { c.Uploads, c.MaxUploads = dir, 9<<20 })
		ann := w.join("Ann", "den")
		_ = ann.Conn.CloseNow()
		time.Sleep(9*time.Minute + 59*time.Second)
		body, feed := io.Pipe()
		done := make(chan *http.Response, 1)
		go func() { done <- w.request(http.MethodPost, "Ann", "/chat/den/files", body) }()
		_, _ = feed.Write([]byte("the first half, "))
		time.Sleep(2 * time.Minute)
		_, _ = feed.Write([]byte("the second"))
		_ = feed.Close()
		res := <-done
		_ = res.Body.Close()
		if got := filesIn(t, dir); res.StatusCode != http.StatusCreated || len(got) != 1 {
			t.Errorf("got %d and %v, want the file", res.StatusCode, got)
		}
		time.Sleep(10*time.Minute + time.Second)
		if got := filesIn(t, dir); len(got) != 0 {
			t.Errorf("the empty room left %v", got)
		}
		w.join("Bo", "attic")
		if status, answer := w.upload("Bo", "attic", "x"); status != http.StatusCreated {
			t.Errorf("the next upload got %d %v, want room for it", status, answer)
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
	_, err := chat.New(chat.Config{Visitor: visitor, Log: quiet, Uploads: dir})
	if err == nil || !strings.Contains(err.Error(), "holiday") {
		t.Errorf("New: got %v, want an error that names what is there", err)
	}
	if _, err := os.Stat(photo); err != nil {
		t.Errorf("the photo is gone: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the tunnel") }

func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPagesShowTheRoomsLink(t *testing.T) {
	w := newWorld(t)
	res := w.request(http.MethodGet, "Ann", "/chat/den", nil)
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if want := base + "/chat/den"; res.StatusCode != 200 || !strings.Contains(string(body), want) {
		t.Errorf("got %d, want a page with %s", res.StatusCode, want)
	}
	for _, path := range []string{"/chat/a%20b", "/chat/" + strings.Repeat("x", 129), "/chat/..%2f"} {
		res := w.request(http.MethodGet, "Ann", path, nil)
		_ = res.Body.Close()
		if res.StatusCode != 404 {
			t.Errorf("%s: got %d, want 404", path, res.StatusCode)
		}
	}
}

package chat_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chat/chat"
	"chat/chat/files"
	"chat/chat/history"
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
		ann.ask("send_message", fmt.Sprintf(`{"chat_id":"den","message":"look","file":{"name":%q,"width":4,"height":3,"blur":"<b>"}}`, file["name"]))
		got := bo.wantEvent("receive_message")["file"].(map[string]any)
		if got["width"] != 4.0 || got["height"] != 3.0 || got["size"] != float64(len(bytes)) || got["url"] != file["url"] || got["blur"] != "<b>" {
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
			for _, some := range []string{"", "bytes=0-3", "bytes=-1", "bytes=99-"} {
				if status, body := w.fetch("Mallory", path, some); status != 404 || !strings.Contains(body, "There is no such file in this room.") {
					t.Errorf("%s of %s: got %d %s, want one and the same 404", some, path, status, body)
				}
				if status, body := w.fetch("", path, some); status != 401 || strings.Contains(body, "priv") {
					t.Errorf("a stranger, %s of %s: got %d %s, want 401", some, path, status, body)
				}
			}
		}
		if status, body := w.fetch("Ann", "/chat/den/files/"+name, "bytes=0-3"); status != 206 || body != "priv" {
			t.Errorf("Ann gets %d %s, want the part that she asked for", status, body)
		}
		if status, _ := w.upload("Mallory", "den", "x"); status != 404 {
			t.Errorf("an upload to a room not joined got %d, want 404", status)
		}
	})
}

// fetch asks for a part of a file, or all of it.
func (w *world) fetch(name, path, some string) (status int, body string) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://chat.test"+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("X-Visitor", name)
	r.Header.Set("Accept", "application/json")
	if some != "" {
		r.Header.Set("Range", some)
	}
	res, err := w.Client.Do(r)
	if err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
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
			w := newWorld(t)
			w.join("Ann", "den")
			status, answer := w.upload("Ann", "den", strings.Repeat("x", test.size))
			if status != test.status {
				t.Errorf("got %d %v, want %d", status, answer, test.status)
			}
		})
	}
}

func TestUploadsStopWhenTheFolderIsFull(t *testing.T) {
	folder, err := files.OpenFolder(t.TempDir(), 9<<20, 8<<20)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(c *chat.Config) { c.Files = folder })
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

// The attack: a few sessions send slowly, and each upload under way holds the room
// of the longest file, until nothing is left for anybody else.
func TestFourUploadsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.join("Ann", "den")
		w.join("Bo", "den")
		var slow []net.Conn
		for range 4 {
			slow = append(slow, w.beginUpload("Ann", "den", "half"))
		}
		synctest.Wait()
		res := w.request(http.MethodPost, "Ann", "/chat/den/files", strings.NewReader("x"))
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 429 || res.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"uploads_under_way"`) {
			t.Errorf("a fifth got %d %s, Retry-After %q, want 429", res.StatusCode, body, res.Header.Get("Retry-After"))
		}
		if status, _ := w.upload("Bo", "den", "x"); status != 201 {
			t.Errorf("somebody else got %d, want 201", status)
		}
		_ = slow[0].Close()
		synctest.Wait()
		if status, _ := w.upload("Ann", "den", "x"); status != 201 {
			t.Errorf("after one ended: got %d, want 201", status)
		}
	})
}

// E06. The attack: uploads that never come to an end hold the room of files that
// nobody will see.
func TestAnUnfinishedUploadLeavesNothing(t *testing.T) {
	for name, end := range map[string]func(*testing.T, net.Conn){
		"broken off": func(_ *testing.T, conn net.Conn) { _ = conn.Close() },
		"a byte a second": func(t *testing.T, conn net.Conn) {
			start, done := time.Now(), make(chan struct{})
			go func() {
				defer close(done)
				for _, err := conn.Write([]byte("x")); err == nil; _, err = conn.Write([]byte("x")) {
					time.Sleep(time.Second)
				}
			}()
			if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || res.StatusCode != 400 {
				t.Errorf("got %v, %v, want 400", res, err)
			}
			if got := time.Since(start); got != 5*time.Minute {
				t.Errorf("it was cut after %v, want 5 minutes", got)
			}
			_ = conn.Close()
			<-done
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				folder, err := files.OpenFolder(dir, 9<<20, 8<<20)
				if err != nil {
					t.Fatal(err)
				}
				w := newWorld(t, func(c *chat.Config) { c.Files = folder })
				w.join("Ann", "den")
				conn := w.beginUpload("Ann", "den", "half")
				synctest.Wait()
				if status, _ := w.upload("Ann", "den", "x"); status != http.StatusInsufficientStorage {
					t.Errorf("meanwhile another upload gets %d, want 507", status)
				}
				end(t, conn)
				synctest.Wait()
				if left, err := filepath.Glob(filepath.Join(dir, "*", "*")); err != nil || len(left) > 0 {
					t.Errorf("it leaves %q, %v", left, err)
				}
				if status, _ := w.upload("Ann", "den", "x"); status != 201 {
					t.Errorf("afterwards another upload gets %d, want 201", status)
				}
			})
		})
	}
}

// beginUpload sends the beginning of a file of a thousand bytes.
func (w *world) beginUpload(name, room, bytes string) net.Conn {
	w.t.Helper()
	conn := w.DialRaw()
	_, err := fmt.Fprintf(conn, "POST /chat/%s/files HTTP/1.1\r\nHost: chat.test\r\nX-Visitor: %s\r\nContent-Length: 1000\r\n\r\n%s", room, name, bytes)
	if err != nil {
		w.t.Fatalf("uploading: %v", err)
	}
	return conn
}

// A picture is there for as long as the message that refers to it, also when
// the room was empty meanwhile.
func TestAFileLivesWithItsMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ann := w.join("Ann", "den")
		_, file := w.upload("Ann", "den", "whole")
		ann.ask("send_message", fmt.Sprintf(`{"chat_id":"den","message":"","file":{"name":%q,"width":4,"height":3}}`, file["name"]))
		_ = ann.Conn.CloseNow()
		time.Sleep(3 * time.Hour)
		w.join("Ann", "den")
		res := w.request(http.MethodGet, "Ann", file["url"].(string), nil)
		_ = res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("back after three hours: got %d, want the file", res.StatusCode)
		}
	})
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

// The attack: fill the disk with files of which no message tells, and which stay
// for ever: send them under one client_id, of which the first alone is a message,
// or while nothing can be stored. The file of a message stays, also when it is
// sent again in vain.
func TestAFileOfNoMessageGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusing{History: history.OpenMemory(history.Options{})}
		t.Cleanup(func() { _ = log.History.(*history.Disk).Close(context.Background()) })
		w := newWorld(t, patient, func(c *chat.Config) { c.History = log })
		ann := w.join("Ann", "den")
		send := func(file, name string) string {
			return ann.ask("send_message", fmt.Sprintf(`{"chat_id":"den","message":"x","client_id":%q,"file":{"name":%q,"width":1,"height":1}}`, name, file))
		}
		upload := func() string {
			_, up := w.upload("Ann", "den", "bytes")
			return up["name"].(string)
		}
		kept, again, refused := upload(), upload(), upload()
		for _, file := range []string{kept, again, kept} {
			if got := send(file, "k"); !strings.HasPrefix(got, `{"id":`) {
				t.Fatalf("sending a file: got %s", got)
			}
		}
		log.refuse = true
		for i, file := range []string{kept, refused} {
			if got := send(file, fmt.Sprint("r", i)); !strings.Contains(got, "unavailable") {
				t.Fatalf("sending a file that is refused: got %s", got)
			}
		}
		time.Sleep(files.Unclaimed + time.Minute)
		upload() // which has the folder look
		for name, want := range map[string]int{kept: http.StatusOK, again: http.StatusNotFound, refused: http.StatusNotFound} {
			res := w.request(http.MethodGet, "Ann", "/chat/den/files/"+name, nil)
			_ = res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("the file is answered with %d, want %d", res.StatusCode, want)
			}
		}
	})
}

// refusing is a log whose disk may be full.
type refusing struct {
	chat.History
	refuse bool
}

func (l *refusing) Append(room string, e history.Entry, done func(history.Entry, bool, error)) {
	if l.refuse {
		go done(e, false, history.ErrUnavailable)
		return
	}
	l.History.Append(room, e, done)
}

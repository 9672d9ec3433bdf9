package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/files"
	"chat/chat/history"
	"chat/chat/internal/redistest"
)

const mib = 1 << 20

// shared opens the files of one of several servers on a Redis.
func shared(t *testing.T, r *redistest.Redis, limit int64) *files.Redis {
	t.Helper()
	f, err := files.OpenRedis(r.Client(t), "", limit, mib)
	if err != nil {
		t.Fatalf("OpenRedis: %v", err)
	}
	return f
}

func put(t *testing.T, f *files.Redis, room, body string) string {
	t.Helper()
	name, size, err := f.Save(t.Context(), room, strings.NewReader(body))
	if err != nil || size != int64(len(body)) {
		t.Fatalf("Save of %d bytes: got %d, %v", len(body), size, err)
	}
	return name
}

// What one server was given, the others have: whole, in parts, and only in its
// room.
func TestRedisSharesFiles(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		one, other := shared(t, r, 100*mib), shared(t, r, 100*mib)
		body := strings.Repeat("0123456789", 60_000) // in three pieces
		name := put(t, one, "den", body)
		if size, err := other.Size(t.Context(), "den", name); size != int64(len(body)) || err != nil {
			t.Errorf("Size: got %d, %v, want %d", size, err, len(body))
		}
		in, err := other.Open(t.Context(), "den", name)
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		if got, err := io.ReadAll(in); string(got) != body || err != nil {
			t.Errorf("read %d bytes, %v; want the %d that were saved", len(got), err, len(body))
		}
		for _, part := range []struct{ from, to int }{{0, 1}, {262_140, 262_150}, {599_990, 600_000}, {1, 600_000}} {
			req := httptest.NewRequest("GET", "/", nil)
			req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", part.from, part.to-1))
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/octet-stream")
			http.ServeContent(w, req, "", time.Time{}, in)
			if got := w.Body.String(); w.Code != 206 || got != body[part.from:part.to] {
				t.Errorf("bytes %d to %d: status %d, got %d bytes", part.from, part.to, w.Code, len(got))
			}
		}
		for _, wrong := range [][2]string{{"attic", name}, {"den", strings.Repeat("a", 26)}, {"den", "../" + name}, {"den", ""}, {"", name}, {"a}{b", name}} {
			if _, err := other.Open(t.Context(), wrong[0], wrong[1]); !errors.Is(err, files.ErrNone) {
				t.Errorf("%q: got %v, want %v", wrong, err, files.ErrNone)
			}
		}
		other.Remove("den", name)
		if _, err := one.Size(t.Context(), "den", name); !errors.Is(err, files.ErrNone) {
			t.Errorf("after Remove: got %v, want %v", err, files.ErrNone)
		}
		in, _ = one.Open(t.Context(), "den", put(t, one, "den", body))
		r.Client(t).FlushAll(t.Context())
		if _, err := io.ReadAll(in); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a file that went while it was read: got %v, want %v", err, io.ErrUnexpectedEOF)
		}
	})
}

func TestRedisLeavesNothingOfWhatCannotBeSaved(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		f, c := shared(t, r, 2*mib), r.Client(t)
		for _, test := range []struct {
			name string
			body io.Reader
			want error
		}{
			{"empty", strings.NewReader(""), files.ErrEmpty},
			{"too long", bytes.NewReader(make([]byte, mib+1)), files.ErrLong},
			{"cut off", io.MultiReader(bytes.NewReader(make([]byte, 300_000)), broken{}), errTunnel},
		} {
			if _, _, err := f.Save(t.Context(), "den", test.body); !errors.Is(err, test.want) {
				t.Errorf("%s: got %v, want %v", test.name, err, test.want)
			}
		}
		if got := c.Keys(t.Context(), "*file:*").Val(); len(got) > 0 {
			t.Errorf("there are %q, want nothing", got)
		}
		if got := c.Get(t.Context(), "chat:{*}:used").Val(); got != "0" {
			t.Errorf("%s bytes count as used, want none", got)
		}
	})
}

// Many uploads at once, on two servers, must not overrun the limit because none
// of them knows its size yet; and what is gone makes room.
func TestRedisStaysBelowTheLimit(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		servers, c := []*files.Redis{shared(t, r, 4*mib), shared(t, r, 4*mib)}, r.Client(t)
		body := strings.Repeat("x", mib*3/4)
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				_, _, err := servers[i%2].Save(context.Background(), "den", strings.NewReader(body))
				if err != nil && !errors.Is(err, files.ErrFull) && !errors.Is(err, files.ErrUnavailable) {
					t.Errorf("Save: %v", err)
				}
			})
		}
		all.Wait()
		if n := len(c.Keys(t.Context(), "*file:*").Val()); n < 1 || n > 5 {
			t.Errorf("%d files of 3/4 MiB fit into 4 MiB", n)
		}
		for full := false; !full; {
			_, _, err := servers[0].Save(t.Context(), "den", strings.NewReader(body))
			full = errors.Is(err, files.ErrFull)
			if err != nil && !full {
				t.Fatalf("Save: %v", err)
			}
		}
		for _, key := range c.Keys(t.Context(), "*file:*").Val() { // They are unclaimed, or their messages go.
			c.Del(t.Context(), key)
		}
		c.Del(t.Context(), "chat:{*}:used") // Redis drops some key or other when it is full.
		put(t, servers[1], "den", body)
		if got := c.Get(t.Context(), "chat:{*}:used").Val(); got != fmt.Sprint(len(body)) {
			t.Errorf("%s bytes count as used, want %d", got, len(body))
		}
	})
}

// A file lives with its message, on the same Redis.
func TestRedisFilesLiveWithTheirMessages(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		f, c := shared(t, r, 100*mib), r.Client(t)
		log, err := history.OpenRedis(history.RedisOptions{
			Client: r.Client(t), Retention: history.Retention{Messages: 2, Age: 100 * time.Hour},
		})
		if err != nil {
			t.Fatalf("opening the log: %v", err)
		}
		defer log.Close(context.Background())
		say := func(name string) {
			done := make(chan error, 1)
			log.Append("den", history.Entry{File: name}, func(_ history.Entry, _ bool, err error) { done <- err })
			if err := <-done; err != nil {
				t.Fatalf("Append: %v", err)
			}
		}
		name, other := put(t, f, "den", "a picture"), put(t, f, "den", "never sent")
		say(name)
		life := func(name string) time.Duration { return c.TTL(t.Context(), "chat:{den}:file:"+name).Val() }
		if life(name) < 100*time.Hour || life(other) > files.Unclaimed {
			t.Errorf("they live for %s and %s, want as long as messages do and %s", life(name), life(other), files.Unclaimed)
		}
		say("")
		if _, err := f.Size(t.Context(), "den", name); err != nil {
			t.Errorf("while its message is there: %v", err)
		}
		say("")
		if _, err := f.Size(t.Context(), "den", name); !errors.Is(err, files.ErrNone) {
			t.Errorf("after its message: got %v, want %v", err, files.ErrNone)
		}
	})
}

// Redis is away, or what it has was written by somebody else.
func TestRedisFilesAway(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, r *redistest.Redis) {
		f, c := shared(t, r, 100*mib), r.Client(t)
		name := put(t, f, "den", "a picture")
		for _, size := range []string{"", "-1", "0", "1e3", "9223372036854775807", "99999999999999999999"} {
			c.HSet(t.Context(), "chat:{den}:file:"+name, "size", size)
			if _, err := f.Open(t.Context(), "den", name); !errors.Is(err, files.ErrNone) {
				t.Errorf("a size of %q: got %v, want %v", size, err, files.ErrNone)
			}
		}
		c.ZAdd(t.Context(), "chat:{*}:files", redis.Z{Member: "junk"}, redis.Z{Member: "1 x y"}, redis.Z{Member: "-5 " + name + " den"})
		put(t, f, "den", "another")
		r.Stop()
		start := time.Now()
		if _, _, err := f.Save(t.Context(), "den", strings.NewReader("x")); !errors.Is(err, files.ErrUnavailable) {
			t.Errorf("Save: got %v, want %v", err, files.ErrUnavailable)
		}
		if _, err := f.Size(t.Context(), "den", name); !errors.Is(err, files.ErrUnavailable) {
			t.Errorf("Size: got %v, want %v", err, files.ErrUnavailable)
		}
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("that took %s", took)
		}
	})
}

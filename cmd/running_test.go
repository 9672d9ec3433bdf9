package cmd

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// config is what a command beside the program is told.
func (p *program) config(storage string) Config {
	return Config{DataDir: p.dir, Storage: secret(storage)}
}

// The sessions are inside the running server. A command beside it meets them
// by a file that only the owner may read, and that is gone with the server.
func TestVisitARunningServer(t *testing.T) {
	p := start(t, options{})
	p.login(t)
	rdb, leave, err := visitRedis(t.Context(), p.config(embeddedStorage))
	if err != nil {
		t.Fatalf("visitRedis: %v", err)
	}
	defer leave()
	if n, err := rdb.DBSize(t.Context()).Result(); err != nil || n == 0 {
		t.Errorf("it finds %d keys, %v, want those of a login", n, err)
	}
	file := filepath.Join(p.dir, runningName)
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v, want 0600", info.Mode(), err)
	}
	if strings.Contains(p.log.String()+p.out.String(), rdb.Options().Password) {
		t.Error("the password stands in the output or the log")
	}

	p.stop(t)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the stop the file is there: %v", err)
	}
	if _, _, err := visitRedis(t.Context(), p.config(embeddedStorage)); err == nil || !strings.Contains(err.Error(), "no server is running") {
		t.Errorf("after the stop a visit ends with %v, want a word that no server runs", err)
	}
}

// The fault: a command of another version asks for what makes no sense. It gets
// an error, and the server goes on.
func TestAClumsyVisitor(t *testing.T) {
	p := start(t, options{})
	rdb, leave, err := visitRedis(t.Context(), p.config(embeddedStorage))
	if err != nil {
		t.Fatalf("visitRedis: %v", err)
	}
	defer leave()
	for _, command := range [][]any{
		{"eval", "return 1", 99, "key"}, {"eval", "return 1", -1, "key"}, {"eval", "return 1", "x"}, {"eval", "return 1"},
		{"evalsha"}, {"del"}, {"set", "key"}, {"nonsense", "key"}, {""},
	} {
		if err := rdb.Do(t.Context(), command...).Err(); err == nil {
			t.Errorf("%q: got no error", command)
		}
	}
	if r := p.browser(t).get(t, "/health"); r.status != http.StatusOK {
		t.Errorf("afterwards /health answers %d, want 200", r.status)
	}
	if err := rdb.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Errorf("afterwards a good command ends with %v", err)
	}
}

// A killed server leaves its file. It leads nowhere, or, if somebody wrote it,
// perhaps to a machine that collects passwords.
func TestVisitWhatIsNoServer(t *testing.T) {
	for name, text := range map[string]string{
		"killed":          `{"addr":"127.0.0.1:1","password":"x"}`,
		"empty":           ``,
		"half":            `{"addr":"127`,
		"no password":     `{"addr":"127.0.0.1:1"}`,
		"another machine": `{"addr":"192.0.2.1:6379","password":"x"}`,
		"a name":          `{"addr":"redis.example.org:6379","password":"x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			p := &program{dir: t.TempDir()}
			writeFile(t, filepath.Join(p.dir, runningName), text, 0o600)
			_, _, err := visitRedis(t.Context(), p.config(embeddedStorage))
			if err == nil || !strings.Contains(err.Error(), "no server is running") {
				t.Errorf("a visit ends with %v, want a word that no server runs", err)
			}
		})
	}
}

// Where the Redis is a real one, no server need run, and no file leads astray.
func TestVisitExternalRedis(t *testing.T) {
	address := infoServer(t, "")
	p := &program{dir: t.TempDir()}
	file := filepath.Join(p.dir, runningName)
	writeFile(t, file, `{"addr":"127.0.0.1:1","password":"x"}`, 0o600)
	c := p.config("redis://" + address)
	rdb, leave, err := visitRedis(t.Context(), c)
	if err != nil {
		t.Fatalf("visitRedis: %v", err)
	}
	defer leave()
	if got := rdb.Options().Addr; got != address {
		t.Errorf("it went to %s, where the file of a killed server leads, want %s", got, address)
	}

	c = p.config("redis://user:hunter2@127.0.0.1:1")
	if _, _, err := visitRedis(t.Context(), c); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a Redis that is down ends with %v, want an error without the password", err)
	}
}

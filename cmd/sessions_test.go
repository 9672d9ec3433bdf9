package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chat/auth"
)

// sessions runs the command beside the program, as its owner types it.
func (p *program) sessions(t *testing.T, storage string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	environ := []string{"DATA_DIR=" + p.dir}
	if storage != "" && storage != embeddedStorage {
		environ = append(environ, "STORAGE_LIMITER="+storage)
	}
	code = Execute(t.Context(), Program{
		Args:    append([]string{"sessions"}, args...),
		Environ: environ,
		Stdin:   strings.NewReader(""),
		Stdout:  &stdout,
		Stderr:  &stderr,
	})
	return code, stdout.String(), stderr.String()
}

func TestSessionsCommand(t *testing.T) {
	onEach(t, func(t *testing.T, storage string) {
		p := start(t, options{storage: storage})
		ann, bo := p.login(t), p.login(t)

		code, out, errs := p.sessions(t, storage, "--json")
		var all logins
		if err := json.Unmarshal([]byte(out), &all); code != 0 || err != nil || len(all.Sessions) != 2 || len(all.Devices) != 2 {
			t.Fatalf("--json: exit %d, %v, %s%s; want two sessions and two devices", code, err, out, errs)
		}
		bosSession := all.Sessions[0].ID // the newest is first
		if code, out, _ := p.sessions(t, storage); code != 0 || !strings.Contains(out, bosSession) || !strings.Contains(out, "TRUSTED DEVICE") {
			t.Errorf("the list: exit %d\n%s", code, out)
		}

		if code, _, errs := p.sessions(t, storage, "--end", bosSession); code != 0 || errs != "Ended 1.\n" {
			t.Errorf("--end: exit %d, %s", code, errs)
		}
		if r := bo.get(t, "/"); r.status != http.StatusSeeOther {
			t.Errorf("the ended session gets %d, want 303 to the login", r.status)
		}
		if r := ann.get(t, "/"); r.status != http.StatusOK {
			t.Errorf("the other one gets %d, want 200", r.status)
		}
		if code, _, errs := p.sessions(t, storage, "--end", bosSession); code != 1 || !strings.Contains(errs, "no session and no trusted device has the id") {
			t.Errorf("--end again: exit %d, %s", code, errs)
		}

		if code, _, errs := p.sessions(t, storage, "--end-all"); code != 0 || errs != "Ended 3.\n" {
			t.Errorf("--end-all: exit %d, %s", code, errs)
		}
		if r := ann.get(t, "/"); r.status != http.StatusSeeOther {
			t.Errorf("after --end-all a session gets %d, want 303 to the login", r.status)
		}
		if code, out, _ := p.sessions(t, storage); code != 0 || out != "Nobody is logged in.\n" {
			t.Errorf("the list at the end: exit %d, %s", code, out)
		}
	})
}

// The fault: the owner ends somebody's session and the trust in their device, the
// server is started again, and the old cookie opens everything, while the list
// says that nobody is logged in. The server had not seen the session since its
// start, so that only the command knew of its end.
func TestAnEndedSessionStaysEnded(t *testing.T) {
	ways := map[string]func(t *testing.T, p *program, all logins){
		"by its id": func(t *testing.T, p *program, all logins) {
			if code, _, errs := p.sessions(t, "", "--end", all.Sessions[0].ID, "--end", all.Devices[0].ID); code != 0 || errs != "Ended 2.\n" {
				t.Errorf("--end: exit %d, %s", code, errs)
			}
		},
		"with all": func(t *testing.T, p *program, _ logins) {
			if code, _, errs := p.sessions(t, "", "--end-all"); code != 0 || errs != "Ended 2.\n" {
				t.Errorf("--end-all: exit %d, %s", code, errs)
			}
		},
		"by another secret": func(t *testing.T, p *program, _ logins) { p.rotate(t) },
	}
	for way, end := range ways {
		for _, killed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, killed %v", way, killed), func(t *testing.T) {
				p := start(t, options{})
				b := p.login(t)
				p.stop(t)

				var stop func()
				if killed {
					stop = spawn(t, p.dir).kill
				} else {
					again := start(t, options{dir: p.dir})
					stop = func() { again.stop(t) }
				}
				all := p.loggedIn(t)
				if len(all.Sessions) != 1 || len(all.Devices) != 1 {
					t.Fatalf("after the start the list is %+v, want a session and a device", all)
				}
				end(t, p, all)
				stop()

				b.base = start(t, options{dir: p.dir}).base
				if r := b.get(t, "/"); r.status != http.StatusSeeOther {
					t.Errorf("the ended session gets %d, want 303 to the login", r.status)
				}
				if all := p.loggedIn(t); len(all.Sessions)+len(all.Devices) != 0 {
					t.Errorf("the list is %+v, want nobody", all)
				}
			})
		}
	}
}

// loggedIn is what the command lists.
func (p *program) loggedIn(t *testing.T) (all logins) {
	t.Helper()
	code, out, errs := p.sessions(t, "", "--json")
	if err := json.Unmarshal([]byte(out), &all); code != 0 || err != nil {
		t.Fatalf("--json: exit %d, %v, %s%s", code, err, out, errs)
	}
	return all
}

// The attack: a browser that calls itself an escape sequence, to be obeyed by
// the owner's terminal.
func TestTheListIsPlainText(t *testing.T) {
	all := logins{
		Sessions: []auth.SessionInfo{{ID: "a", Name: "x\x1b[2Jy\u202e", Agent: "\x1b]0;owned\a" + strings.Repeat("z", 200), Made: time.Now()}},
		Devices:  []auth.DeviceInfo{{ID: "b\r\nSESSION", Agent: "\u009b31m"}},
	}
	var out bytes.Buffer
	if err := all.table(&out); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\a\r\u202e\u009b") || strings.Count(out.String(), "\n") != 4 {
		t.Errorf("got %q", out.String())
	}
}

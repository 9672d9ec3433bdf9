package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/rogpeppe/go-internal/txtar"

	"chat/chat/engineio/enginetest"
)

var update = flag.Bool("update", false, "write what came out into the transcripts")

// TestTranscripts replays the conversations in testdata/wire. The prose on top
// of each says what it shows, and which cases of TestEveryCaseIsShown those are.
// A line that begins with "-> " goes in; after each of them come, before the next
// goes in, all the lines "<- " that came out of it. The forms of what goes in:
//
//	a: GET /path            a request named a; "A: B" lines above it are its headers
//	a: POST /path body      a body that ends with "..." goes on with "-> a: more"
//	a: OPEN /path           a websocket
//	a: text                 a message on a websocket
//	a: binary 00ff          a binary one
//	a: empty                an empty message
//	a: end                  a closes its websocket in good order
//	a: lost                 a is cut off without a word
//	wait 25s                time passes; what comes meanwhile says when
//
// In both directions {x*9} is nine of x, \xff is that byte, session ids are
// SID1, SID2 and so on, and private ids PID1, PID2. Clients may come back to
// what they missed in recovery.txtar alone, and pages from elsewhere may ask in
// other-origins.txtar.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("found no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			extra := extras{
				recovery: filepath.Base(file) == "recovery.txtar",
				origins:  filepath.Base(file) == "other-origins.txtar",
			}
			for i, part := range archive.Files {
				want := string(part.Data)
				t.Run(part.Name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						got := replay(t, want, extra)
						if got != want && !*update {
							t.Errorf("got\n%s\nwant\n%s", got, want)
						}
						archive.Files[i].Data = []byte(got)
					})
				})
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A stage is one transcript under way.
type stage struct {
	t      *testing.T
	world  *enginetest.World
	header http.Header       // of the next request
	actors map[string]*actor // who is under way, by name
	from   time.Time         // when the last wait began

	mu    sync.Mutex
	ids   []id     // in the order they were first seen; guarded by mu
	heard []string // lines since the last step; guarded by mu
}

// An actor is one request or one websocket.
type actor struct {
	say  func(string)
	lost func()
}

// replay runs a transcript and returns it with what really came out.
func replay(t *testing.T, script string, extra extras) string {
	cfg, err := config("client")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Log = slog.New(slog.DiscardHandler)
	cfg.Engine.Authorize = authorizeByHeader
	server := newServer(cfg, extra)
	t.Cleanup(func() { time.Sleep(time.Second) }) // net/http lingers on a connection that it gives up
	s := &stage{
		t: t, world: enginetest.New(t, "/", server), header: http.Header{},
		actors: map[string]*actor{},
	}
	s.world.Client.Transport.(*http.Transport).DisableCompression = true
	t.Cleanup(func() {
		for _, a := range s.actors {
			a.lost()
		}
		server.drop()
	})
	var out strings.Builder
	for line := range strings.Lines(script) {
		if in, ok := strings.CutPrefix(line, "-> "); ok {
			out.WriteString(line)
			s.from = time.Now()
			s.do(s.unnamed(strings.TrimSuffix(in, "\n")))
			synctest.Wait()
			out.WriteString(s.overheard())
		} else if !strings.HasPrefix(line, "<- ") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// authorizeByHeader lets a test say who makes a request.
func authorizeByHeader(r *http.Request) (context.Context, string, error) {
	ctx, _, err := authorize(r)
	if owner := r.Header.Get("Test-Owner"); owner != "nobody" {
		return ctx, owner, err
	}
	return nil, "", io.ErrUnexpectedEOF
}

// do carries out what goes in.
func (s *stage) do(in string) {
	s.t.Helper()
	name, what, ok := strings.Cut(in, ": ")
	if pause, isWait := strings.CutPrefix(in, "wait "); isWait {
		d, err := time.ParseDuration(pause)
		if err != nil {
			s.t.Fatalf("%q: %v", in, err)
		}
		time.Sleep(d) // of the bubble's clock
		return
	}
	if !ok {
		s.t.Fatalf("%q: there is no such step", in)
	}
	verb, rest, _ := strings.Cut(what, " ")
	switch who := s.actors[name]; {
	case name[0] >= 'A' && name[0] <= 'Z':
		s.header.Add(name, what)
	case verb == "OPEN":
		s.open(name, rest)
	case verb == strings.ToUpper(verb) && strings.HasPrefix(rest, "/"):
		s.request(name, verb, rest)
	case who == nil:
		s.t.Fatalf("%q: nobody is called %s", in, name)
	case what == "lost":
		who.lost()
	default:
		go who.say(what)
	}
}

// request makes an HTTP request.
func (s *stage) request(name, method, rest string) {
	path, body, _ := strings.Cut(rest, " ")
	ctx, cancel := context.WithCancel(s.t.Context())
	var reader io.Reader = strings.NewReader(expand(body))
	who := &actor{lost: cancel}
	if start, more := strings.CutSuffix(body, "..."); more {
		r, w := io.Pipe()
		reader = io.MultiReader(strings.NewReader(expand(start)), r)
		who.say = func(text string) { _, _ = io.WriteString(w, expand(text)); _ = w.Close() }
		who.lost = func() { cancel(); _ = w.Close() }
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://wire.test"+path, reader)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header, s.header = s.header, http.Header{}
	s.actors[name] = who
	go func() {
		res, err := s.world.Client.Do(req)
		if err != nil {
			s.hear(name, "gone")
			return
		}
		defer res.Body.Close()
		var text []byte
		if res.StatusCode != http.StatusSwitchingProtocols {
			text, _ = io.ReadAll(res.Body)
		}
		if res.Header.Get("Content-Encoding") == "gzip" {
			text = unzip(s.t, text)
		}
		for _, key := range strings.Fields(req.Header.Get("Test-Show")) {
			s.hear(name, key+": "+cmp.Or(res.Header.Get(key), "none"))
		}
		s.hear(name, strings.TrimSpace(fmt.Sprint(res.StatusCode, " ", shorten(text))))
	}()
}

// open opens a websocket and listens to it.
func (s *stage) open(name, path string) {
	header := s.header
	s.header = http.Header{}
	go func() {
		conn, res, err := websocket.Dial(s.t.Context(), "http://wire.test"+path,
			&websocket.DialOptions{HTTPClient: s.world.Client, HTTPHeader: header})
		if err != nil {
			text, _ := io.ReadAll(res.Body)
			s.hear(name, strings.TrimSpace(fmt.Sprint(res.StatusCode, " ", shorten(text))))
			return
		}
		conn.SetReadLimit(-1)
		s.actors[name] = &actor{
			say:  func(text string) { say(conn, text) },
			lost: func() { _ = conn.CloseNow() },
		}
		s.hear(name, "open")
		for {
			kind, data, err := conn.Read(s.t.Context())
			switch {
			case err != nil:
				s.hear(name, "closed"+code(err))
				return
			case kind == websocket.MessageBinary:
				s.hear(name, fmt.Sprintf("binary %x", data))
			default:
				s.hear(name, shorten(data))
			}
		}
	}()
}

//go:build e2e && linux

package cmd

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var churnFor = flag.Duration("churn.for", 6*time.Second, "how long people come and go")

// H16. People come, talk, send pictures, guess, leave and break off, and come
// again. When they are gone nothing is left of them but what they said: no
// goroutine, no open file, and no memory to speak of.
//
//	go test -tags e2e ./cmd -run Churn -v -churn.for 30m -timeout 1h
func TestChurnLeavesNothing(t *testing.T) {
	f := newFleet(t, 0, 8, embeddedStorage)
	dir := f.dirs[0]
	c := spawn(t, dir, "METRICS_ADDR=127.0.0.1:0", "LIMIT_MESSAGES=0", "LIMIT_UPLOADS=0", "LOG_LEVEL=DEBUG", "HISTORY_MESSAGES=100")
	gauges := c.gauges(t, dir)

	crowd := func(lasts time.Duration) (rounds int) {
		until := time.Now().Add(lasts)
		var people sync.WaitGroup
		var mu sync.Mutex
		for _, session := range f.sessions {
			people.Go(func() {
				for time.Now().Before(until) && !t.Failed() {
					comeAndGo(t, c, &browser{c.base, session})
					mu.Lock()
					rounds++
					mu.Unlock()
				}
			})
		}
		people.Wait()
		return rounds
	}
	crowd(*churnFor / 6) // Pools and caches fill.
	before := gauges.settled(t, gauge{goroutines: 1 << 20, files: 1 << 20})
	rounds := crowd(*churnFor)
	after := gauges.settled(t, before)
	t.Logf("%d rounds: %v before, %v after", rounds, before, after)
	if after.bytes > before.bytes+64<<20 {
		t.Errorf("%v became %v: something is left of each round", before, after)
	}
}

// comeAndGo is one visit.
func comeAndGo(t *testing.T, c *child, b *browser) {
	room := fmt.Sprint("room", rand.N(20))
	say := func(s *webSocket) {
		s.send(t, fmt.Sprintf(`427["send_message",{"chat_id":%q,"message":"hello"}]`, room))
		s.expect(t, "437")
	}
	first, second := b.join(t, room), b.join(t, room)
	say(first)
	upload := b.request(t, http.MethodPost, "/chat/"+room+"/files", strings.Repeat("giraffes at noon", 100))
	upload.Header.Set("Origin", c.base)
	if r := b.do(t, upload); r.status != http.StatusCreated {
		t.Errorf("an upload gets %d %s", r.status, r.body)
	}
	say(second)
	first.send(t, fmt.Sprintf(`428["leave",{"chat_id":%q}]`, room))
	first.expect(t, "438")
	_ = first.conn.CloseNow() // as a phone that is gone
	_ = second.conn.Close(1000, "")

	polling := b.openPolling(t)
	bye := b.request(t, http.MethodPost, polling.path, "1")
	if r := b.do(t, bye); r.status != http.StatusOK {
		t.Errorf("a close packet gets %d %s", r.status, r.body)
	}
	c.guess(newChildBrowser(t), fmt.Sprintf("10.0.%d.%d", rand.N(256), rand.N(256)), "12345")
}

// A gauge is what a server takes at a moment.
type gauge struct {
	goroutines, files, bytes int
}

func (g gauge) String() string {
	return fmt.Sprintf("%d goroutines, %d files, %d MiB", g.goroutines, g.files, g.bytes>>20)
}

// gauges are the metrics of a server.
type gauges struct{ monitor *browser }

// gauges waits for the record that has the address of the metrics.
func (c *child) gauges(t *testing.T, dir string) gauges {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for late := time.After(soon); ; {
		_, err := os.Stat(filepath.Join(dir, "log", "chat.log"))
		if err != nil { // not yet
		} else if at := ofKind((&program{dir: dir}).records(t), "metrics"); len(at) > 0 {
			return gauges{&browser{"http://" + at[0]["address"].(string), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}}
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("no record says where the metrics are:\n%s", c.log)
		}
	}
}

func (g gauges) read(t *testing.T) gauge {
	t.Helper()
	body := g.monitor.get(t, "/metrics").body
	value := func(name string) int {
		m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("there is no metric %s in\n%s", name, body)
		}
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return int(v)
	}
	return gauge{value("go_goroutines"), value("process_open_fds"), value("process_resident_memory_bytes")}
}

// settled waits until a server takes hardly more than before, and no socket is
// left.
func (g gauges) settled(t *testing.T, before gauge) gauge {
	t.Helper()
	late := time.After(time.Minute) // longer than a lost client is waited for
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		now := g.read(t)
		gone := strings.Contains(g.monitor.get(t, "/metrics").body, "\nchat_people 0\n")
		if gone && now.goroutines <= before.goroutines+5 && now.files <= before.files+5 {
			return now
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("a minute after everybody left there are %v, and there were %v before", now, before)
		}
	}
}

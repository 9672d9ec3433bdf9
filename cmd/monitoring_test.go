package cmd

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/coder/websocket"
)

// A monitoring system asks a server at work, at an address of its own.
func TestMetricsOfAServer(t *testing.T) {
	p := start(t, options{env: map[string]string{"METRICS_ADDR": "127.0.0.1:0"}})
	b := p.login(t)
	ann, bo := b.join(t, "Room-of-the-Zebras"), b.join(t, "Room-of-the-Zebras")
	if err := ann.conn.Write(t.Context(), websocket.MessageText, []byte(`422["send_message",{"chat_id":"Room-of-the-Zebras","message":"hi"}]`)); err != nil {
		t.Fatal(err)
	}
	ann.expect(t, "432")
	bo.expect(t, `42["receive_message"`)

	monitor := &browser{"http://" + p.metricsAt(t), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	got := monitor.get(t, "/metrics")
	for _, want := range []string{
		`chat_sockets{transport="websocket"} 2`, "chat_rooms 1", "chat_people 1", "chat_messages_total 1", "chat_deliveries_total 1",
		"chat_ack_seconds_count 1", `chat_logins_total{outcome="accepted"} 1`, "chat_login_level 1", "chat_ready 1",
	} {
		if !strings.Contains(got.body, "\n"+want+"\n") {
			t.Errorf("there is no %s", want)
		}
	}
	if m := regexp.MustCompile(`chat_redis_seconds_count (\d+)`).FindStringSubmatch(got.body); m == nil || m[1] == "0" {
		t.Errorf("no command to Redis was measured: %v", m)
	}
	if strings.Contains(got.body, "Zebras") {
		t.Errorf("the metrics name a room:\n%s", got.body)
	}
	if r := p.browser(t).get(t, "/metrics"); r.status != http.StatusNotFound {
		t.Errorf("the people's address answers /metrics with %d, want 404", r.status)
	}
	p.stop(t)
	if _, err := monitor.http.Get(monitor.base + "/metrics"); err == nil {
		t.Error("the metrics outlive the server")
	}
}

// What troubles an operator shows: guessers, a client that reads nothing, a Redis
// that is away, and those who have to poll.
func TestMetricsOfTrouble(t *testing.T) {
	store := miniredis.RunT(t)
	p := start(t, options{storage: "redis://" + store.Addr(), env: map[string]string{
		"METRICS_ADDR": "127.0.0.1:0", "TRUSTED_PROXIES": "127.0.0.1", "LIMIT_MESSAGES": "0",
		"LIMIT_TEXT": "200KB", "LIMIT_PACKET": "256KB", "LIMIT_QUEUE": "1MB",
	}})
	monitor := &browser{"http://" + p.metricsAt(t), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	until := func(what string, more func()) {
		t.Helper()
		late := time.Now().Add(soon)
		for !strings.Contains(monitor.get(t, "/metrics").body, "\n"+what+"\n") {
			if time.Now().After(late) {
				t.Fatalf("the metrics do not come to %s:\n%s", what, monitor.get(t, "/metrics").body)
			}
			more()
		}
	}
	ann, bo := p.login(t), p.login(t)
	ann.openPolling(t)
	until(`chat_sockets{transport="polling"} 1`, func() {})
	talker := ann.join(t, "tea")
	bo.join(t, "tea") // and reads nothing
	until("chat_send_queue_overflows_total 1", func() { talker.say(t, strings.Repeat("long ", 30_000), 1) })
	until(`chat_sockets_ended_total{reason="slow"} 1`, func() {})
	guesses := 0
	until("chat_login_level 2", func() {
		p.guessFrom(t, fmt.Sprintf("203.0.%d.1", guesses))
		guesses++
	})
	until(fmt.Sprintf(`chat_logins_total{outcome="malformed"} %d`, guesses), func() {})
	store.Close()
	until("chat_ready 0", func() {})
	if m := regexp.MustCompile(`\nchat_redis_failures_total (\d+)\n`).FindStringSubmatch(monitor.get(t, "/metrics").body); m == nil || m[1] == "0" {
		t.Errorf("no command to Redis failed: %v", m)
	}
}

// metricsAt waits until the program shows its metrics, and says where.
func (p *program) metricsAt(t *testing.T) string {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for range int(soon / (10 * time.Millisecond)) {
		if shown := ofKind(p.records(t), "metrics"); len(shown) > 0 {
			return shown[0]["address"].(string)
		}
		<-look.C
	}
	t.Fatalf("there are no metrics:\n%s", p.log)
	return ""
}

// Whoever shows the metrics to a whole network is told so at the start.
func TestMetricsThatOthersSee(t *testing.T) {
	for host, want := range map[string]bool{"0.0.0.0": true, "127.0.0.1": false} {
		p := start(t, options{env: map[string]string{"METRICS_ADDR": host + ":0"}})
		if got := strings.Contains(p.out.String(), "Nobody logs in at "); got != want {
			t.Errorf("metrics at %s: told %t, want %t:\n%s", host, got, want, p.out)
		}
	}
}

// The attack: a page of evil.example, whose name suddenly leads to this machine,
// reads the metrics of whoever has it open.
func TestMetricsOfAnotherHost(t *testing.T) {
	p := start(t, options{env: map[string]string{"METRICS_ADDR": "0.0.0.0:0", "SERVER_URL": "https://chat.example.org"}})
	_, port, err := net.SplitHostPort(p.metricsAt(t))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, host string, status int) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		b := browser{http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
		got := b.do(t, r)
		if got.status != status {
			t.Errorf("GET %s of %q answers %d, want %d", path, host, got.status, status)
		}
		checkHeaders(t, got.header)
	}
	hosts := []string{"localhost", "127.0.0.1", "[::1]", "chat.example.org"}
	for _, ip := range lanAddresses() {
		hosts = append(hosts, bracketed(ip.String()))
	}
	for _, host := range hosts {
		ask("/metrics", host+":"+port, http.StatusOK)
	}
	ask("/metrics", "evil.example:"+port, http.StatusMisdirectedRequest)
	ask("/metrics", "localhost", http.StatusMisdirectedRequest)
	ask("/health", "localhost:"+port, http.StatusNotFound)

	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "junk\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	bare, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = bare.Body.Close()
	checkHeaders(t, bare.Header)
}

// A load balancer asks whether to send people here, by our name or address; a page
// of evil.example that leads here by DNS rebinding gets no answer. What is wrong it
// hears in words that tell strangers nothing.
func TestReadiness(t *testing.T) {
	p := start(t, options{})
	b := p.browser(t)
	foreign := b.request(t, http.MethodGet, "/ready", "")
	foreign.Host = "evil.example"
	if r := b.do(t, foreign); r.status != http.StatusMisdirectedRequest {
		t.Errorf("for evil.example /ready answers %d, want 421", r.status)
	}
	if r := b.get(t, "/ready"); r.status != http.StatusOK || r.body != `{"status":"ready"}`+"\n" {
		t.Errorf("/ready answers %d %q, want 200 ready", r.status, r.body)
	}
	if r := b.do(t, b.request(t, http.MethodPost, "/ready", "")); r.status != http.StatusMethodNotAllowed {
		t.Errorf("a POST gets %d, want 405", r.status)
	}

	down := start(t, options{storage: "redis://user:hunter2@127.0.0.1:1"})
	r := down.browser(t).get(t, "/ready")
	if r.status != http.StatusServiceUnavailable || r.body != `{"status":"not ready","reasons":["redis does not answer"]}`+"\n" || r.header.Get("Retry-After") == "" {
		t.Errorf("without Redis /ready answers %d %q, want 503 and why", r.status, r.body)
	}
	if got := ofKind(down.records(t), "not ready"); len(got) != 1 || !strings.Contains(got[0]["error"].(string), "127.0.0.1:1") {
		t.Errorf("the log says %v, want once what is wrong", got)
	}
}

// The disk goes away, and comes back.
func TestReadinessOfTheDisk(t *testing.T) {
	folder := t.TempDir()
	r := &readiness{redis: startTestRedis(t, time.Hour), folder: folder + "/data", log: slog.New(slog.DiscardHandler)}
	if got := r.look(t.Context()); len(got) != 1 || got[0] != "the data folder cannot be written to" {
		t.Errorf("without a folder it says %q", got)
	}
	if err := os.Mkdir(folder+"/data", 0o700); err != nil {
		t.Fatal(err)
	}
	if r.ready(t.Context()) {
		t.Error("it looks at the disk each time that somebody asks")
	}
	r.at = r.at.Add(-readyFor)
	if got := r.look(t.Context()); len(got) > 0 {
		t.Errorf("with a folder it says %q", got)
	}
	if list, err := os.ReadDir(folder + "/data"); err != nil || len(list) > 0 {
		t.Errorf("it leaves %v, %v", list, err)
	}
	if runtime.GOOS == "linux" {
		r.folder, r.at = "/dev/full", r.at.Add(-readyFor)
		if r.ready(t.Context()) {
			t.Error("it is ready on what is no folder")
		}
	}
}

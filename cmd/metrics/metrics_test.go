package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"chat/chat"
	"chat/chat/engineio"
)

// example is metrics of a server that has done something of everything.
func example(level error) *Metrics {
	m := New("v1.2.3")
	m.Watch(Sources{
		Rooms: func() chat.Counts {
			c := chat.Counts{Rooms: 3, People: 4, Said: 5, Deliveries: 6}
			c.Sockets = engineio.Counts{Polling: 1, Websocket: 2, Overflows: 7, Ended: map[engineio.Reason]uint64{engineio.Slow: 8, engineio.PingTimeout: 0}}
			c.Acks = chat.Latency{Sum: 3 * time.Second, Over: 1}
			c.Acks.Within[0], c.Acks.Within[2] = 10, 20
			return c
		},
		Level: func(context.Context) (int, error) { return 2, level },
		Ready: func(context.Context) bool { return level == nil },
		Lost:  func() uint64 { return 9 },
	})
	return m
}

// scrape asks as Prometheus does.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	b, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET /metrics: %d, %v\n%s", w.Code, err, b)
	}
	return string(b)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := example(nil)
	m.Attempted("wrong")
	m.Attempted("wrong")
	got := scrape(t, m)
	for _, want := range []string{
		`chat_sockets{transport="polling"} 1`, `chat_sockets{transport="websocket"} 2`,
		`chat_sockets_ended_total{reason="slow"} 8`, `chat_sockets_ended_total{reason="ping timeout"} 0`, `chat_send_queue_overflows_total 7`,
		`chat_rooms 3`, `chat_people 4`, `chat_messages_total 5`, `chat_deliveries_total 6`,
		`chat_ack_seconds_bucket{le="0.001"} 10`, `chat_ack_seconds_bucket{le="0.0025"} 10`, `chat_ack_seconds_bucket{le="0.005"} 30`,
		`chat_ack_seconds_bucket{le="5"} 30`, `chat_ack_seconds_bucket{le="+Inf"} 31`, `chat_ack_seconds_sum 3`, `chat_ack_seconds_count 31`,
		`chat_logins_total{outcome="wrong"} 2`, `chat_logins_total{outcome="accepted"} 0`,
		`chat_login_level 2`, `chat_ready 1`, `chat_log_records_lost_total 9`, `chat_redis_seconds_count 0`,
		`chat_build_info{go="go1.`, `go_goroutines `,
	} {
		if !strings.Contains(got, "\n"+want) {
			t.Errorf("there is no %s", want)
		}
	}
	// Redis is away: the rest is told.
	got = scrape(t, example(errors.New("away")))
	if strings.Contains(got, "\nchat_login_level") || !strings.Contains(got, "\nchat_ready 0\n") || !strings.Contains(got, "\nchat_rooms 3\n") {
		t.Errorf("without Redis it shows\n%s", got)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/debug/pprof/", "/debug/vars", "/metrics/x"} {
		w := httptest.NewRecorder()
		New("").Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("GET %s answers %d, want 404", path, w.Code)
		}
	}
}

func TestRedisIsMeasured(t *testing.T) {
	t.Parallel()
	m := New("")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, one := range []struct {
		ctx context.Context
		err error
	}{{t.Context(), nil}, {t.Context(), redis.Nil}, {t.Context(), context.DeadlineExceeded}, {cancelled, context.Canceled}} {
		cmd := redis.NewCmd(one.ctx, "get", "x")
		answer := func(context.Context, redis.Cmder) error { return one.err }
		if err := m.Hook().ProcessHook(answer)(one.ctx, cmd); !errors.Is(err, one.err) {
			t.Errorf("the hook makes %v of %v", err, one.err)
		}
	}
	got := scrape(t, m)
	if !strings.Contains(got, "\nchat_redis_seconds_count 4\n") || !strings.Contains(got, "\nchat_redis_failures_total 1\n") {
		t.Errorf("it shows\n%s", got)
	}
}

// The dashboard that we ship draws what there is, and all of it.
func TestDashboard(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Title  string
		Panels []struct {
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(b, &dashboard); err != nil {
		t.Fatalf("reading the dashboard: %v", err)
	}
	there := make(map[string][]string) // the labels of each
	families, err := example(nil).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		labels := []string{"instance", "job"} // which Prometheus adds
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		there[f.GetName()] = labels
	}
	drawn := make(map[string]bool)
	for _, panel := range dashboard.Panels {
		if len(panel.Targets) == 0 {
			t.Errorf("the panel %q draws nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			names := metricName.FindAllString(target.Expr, -1)
			if len(names) != 1 {
				t.Fatalf("the panel %q draws %q in one query; this test reads one", panel.Title, names)
			}
			name := names[0]
			if strings.HasPrefix(name, "process_") && runtime.GOOS != "linux" { // each has others
				continue
			}
			base := strings.TrimSuffix(name, "_bucket")
			labels, ok := there[base]
			if drawn[base] = true; !ok {
				t.Errorf("the panel %q draws %s, which there is not", panel.Title, name)
			}
			if base != name {
				labels = append(labels, "le")
			}
			for _, used := range labelsIn(target.Expr, target.LegendFormat) {
				if !slices.Contains(labels, used) {
					t.Errorf("the panel %q asks %s for the label %s, which it has not", panel.Title, name, used)
				}
			}
		}
	}
	for f := range there {
		if strings.HasPrefix(f, "chat_") && !drawn[f] {
			t.Errorf("no panel draws %s", f)
		}
	}
}

var (
	metricName = regexp.MustCompile(`\b(chat|go|process)_[a-z_]+`)
	// Where a query or a legend names a label: {a="x",b=~"y"}, by (a, b), {{a}}.
	matcher = regexp.MustCompile(`[{,]\s*(\w+)\s*(?:=~|!~|!=|=)`)
	by      = regexp.MustCompile(`\b(?:by|without) \(([^)]*)\)`)
	legend  = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)
)

// labelsIn are the labels that a panel relies on.
func labelsIn(query, shown string) (used []string) {
	for _, m := range matcher.FindAllStringSubmatch(query, -1) {
		used = append(used, m[1])
	}
	for _, m := range by.FindAllStringSubmatch(query, -1) {
		for one := range strings.SplitSeq(m[1], ",") {
			used = append(used, strings.TrimSpace(one))
		}
	}
	for _, m := range legend.FindAllStringSubmatch(shown, -1) {
		used = append(used, m[1])
	}
	return used
}

// Each metric says what it is, in the way that Prometheus wants.
func TestNames(t *testing.T) {
	t.Parallel()
	families, err := example(nil).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "chat_") {
			continue
		}
		counter := strings.HasSuffix(f.GetName(), "_total")
		if !strings.HasSuffix(f.GetHelp(), ".") || counter != (f.GetType().String() == "COUNTER") {
			t.Errorf("%s is a %s with the help %q", f.GetName(), f.GetType(), f.GetHelp())
		}
	}
}

var _ prometheus.Collector = (*server)(nil)

// Package metrics answers: what does a monitoring system see?
//
// It shows the counters of a server in the form of Prometheus, with those of
// the Go runtime and the process. Rooms, people and sessions have no names in
// it, and no label has a value that a client chooses, so the number of series is
// fixed. What is asked for is read when somebody asks; until then a counter
// costs what counting costs.
//
// Whoever reaches the handler may read, so it belongs on an address that only
// the monitoring system reaches, never among the routes of the server.
package metrics

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"chat/chat"
)

// Metrics are those of one server. Its methods may be called by any goroutine.
type Metrics struct {
	registry *prometheus.Registry
	logins   *prometheus.CounterVec
	redis    prometheus.Histogram
	failures prometheus.Counter
}

// Sources are what is asked when somebody asks us. Each is required.
type Sources struct {
	Rooms func() chat.Counts
	Level func(context.Context) (int, error) // codes that an unknown device needs
	Ready func(context.Context) bool
	Lost  func() uint64 // records that the log could not write
}

// outcomes of logins, so that the series are there before the first.
var outcomes = []string{"accepted", "wrong", "malformed", "replayed", "throttled", "step_up", "unavailable", "not_enrolled", "closed"}

// New returns metrics that count from now on. Version is the program's.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chat_logins_total", Help: "Attempts to get in, by how they ended.",
		}, []string{"outcome"}),
		redis: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "chat_redis_seconds", Help: "How long commands to Redis took.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "chat_redis_failures_total", Help: "Commands to Redis that got no answer.",
		}),
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "chat_build_info", Help: "1; the labels tell which build this is.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	}, func() float64 { return 1 })
	m.registry.MustRegister(m.logins, m.redis, m.failures, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, outcome := range outcomes {
		m.logins.WithLabelValues(outcome)
	}
	return m
}

// Attempted counts an attempt to get in.
func (m *Metrics) Attempted(outcome string) { m.logins.WithLabelValues(outcome).Inc() }

// Watch shows what the sources say. It is called once.
func (m *Metrics) Watch(s Sources) { m.registry.MustRegister(newServer(s)) }

// Handler answers GET /metrics and nothing else.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
	}))
	return mux
}

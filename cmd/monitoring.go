package cmd

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"chat/cmd/logs"
	"chat/cmd/metrics"

	"github.com/redis/go-redis/v9"
)

// monitoring is the server of METRICS_ADDR. It is another one than the people's,
// with an address of its own, because nobody logs in there. Nil is none, and
// its methods then do nothing.
type monitoring struct {
	*metrics.Metrics
	ln net.Listener
}

// openMonitoring listens on METRICS_ADDR.
func openMonitoring(ctx context.Context, c Config, version string) (*monitoring, error) {
	if c.Metrics == "" {
		return nil, nil
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", string(c.Metrics))
	switch {
	case err == nil:
		return &monitoring{metrics.New(version), ln}, nil
	case addressInUse(err):
		return nil, failf("choose another port", "METRICS_ADDR is %s, which is taken by another program", c.Metrics)
	}
	return nil, failf("METRICS_ADDR must be an address of this machine", "listening on %s: %w", c.Metrics, err)
}

// close lets go of the port.
func (m *monitoring) close() {
	if m != nil {
		_ = m.ln.Close() // It was closed before if the server came to run.
	}
}

// measure times the commands of a Redis client.
func (m *monitoring) measure(rdb redis.UniversalClient) {
	if m != nil {
		rdb.AddHook(m.Hook())
	}
}

// attempted is what counts logins; nil if nobody does.
func (m *monitoring) attempted() func(outcome string) {
	if m == nil {
		return nil
	}
	return m.Attempted
}

// start answers until ctx ends. The caller calls wait.
func (m *monitoring) start(ctx context.Context, a *app, log *logs.Log) (wait func()) {
	if m == nil {
		return func() {}
	}
	m.Watch(metrics.Sources{Rooms: a.rooms.Counts, Level: a.people.Level, Ready: a.ready.ready, Lost: log.Lost})
	ctx, stop := context.WithCancel(ctx)
	running := inBackground(func() { m.run(ctx, log.Logger) })
	return func() { stop(); running() }
}

// run answers until ctx ends.
func (m *monitoring) run(ctx context.Context, log *slog.Logger) {
	server := &http.Server{
		Handler:           m.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    12 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // Serve says what is wrong.
	defer stop()
	log.Info("metrics", "address", m.ln.Addr().String())
	if err := server.Serve(m.ln); ctx.Err() == nil {
		log.Error("metrics end", "error", err)
	}
}

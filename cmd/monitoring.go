package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"chat/auth"
	"chat/cmd/logs"
	"chat/cmd/metrics"
	"chat/ui"

	"github.com/redis/go-redis/v9"
)

// monitoring is the server of METRICS_ADDR. It is another one than the people's,
// with an address of its own, because nobody logs in there. Nil is none, and
// its methods then do nothing.
type monitoring struct {
	*metrics.Metrics
	ln    net.Listener
	hosts *auth.Origins // by which it may be asked

	bounds bounds
}

// openMonitoring listens on METRICS_ADDR.
func openMonitoring(ctx context.Context, c Config, where place, version string) (*monitoring, error) {
	if c.Metrics == "" {
		return nil, nil
	}
	ln, err := c.Metrics.listen(ctx)
	if err != nil {
		return nil, err
	}
	hosts, err := monitoringHosts(ln.Addr().(*net.TCPAddr).AddrPort(), where)
	if err != nil {
		_ = ln.Close() // nothing was accepted
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	return &monitoring{metrics.New(version), ln, hosts, c.bounds()}, nil
}

// listen takes the port, or tells what to do instead.
func (e endpoint) listen(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", string(e))
	switch {
	case err == nil:
		return ln, nil
	case addressInUse(err):
		return nil, failf("choose another port", "METRICS_ADDR is %s, which is taken by another program", e)
	}
	return nil, failf("METRICS_ADDR must be an address of this machine", "listening on %s: %w", e, err)
}

// monitoringHosts are this machine, to itself and on its networks, and the name
// that people know it by. A page of evil.example that leads here by DNS rebinding
// asks for another.
func monitoringHosts(at netip.AddrPort, where place) (*auth.Origins, error) {
	own := []netip.Addr{at.Addr().Unmap().WithZone("")}
	if own[0].IsUnspecified() {
		own = lanAddresses()
	}
	port := strconv.Itoa(int(at.Port()))
	list := []string{"http://" + net.JoinHostPort("localhost", port)}
	for _, ip := range own {
		list = append(list, "http://"+net.JoinHostPort(ip.String(), port))
	}
	return auth.NewOrigins("http://"+net.JoinHostPort(webURL(where.base).hostname(), port), list...)
}

// close lets go of the port.
func (m *monitoring) close() {
	if m != nil {
		_ = m.ln.Close() // It was closed before if the server came to run.
	}
}

// exposed is the address if others than this machine reach it.
func (m *monitoring) exposed() string {
	if m == nil || m.ln.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return ""
	}
	return m.ln.Addr().String()
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
	log.Info("metrics", "address", m.ln.Addr().String())
	ctx, stop := context.WithCancel(ctx)
	running := inBackground(func() { m.run(ctx, log.Logger) })
	return func() { stop(); running() }
}

// run answers until ctx ends.
func (m *monitoring) run(ctx context.Context, log *slog.Logger) {
	server := newHTTPServer(ui.Headers(false, m.hosts.HostGuard(m.Handler())), m.bounds, log)
	server.WriteTimeout = 30 * time.Second
	// From one question to the next it may be a minute.
	server.IdleTimeout = 2 * time.Minute

	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // Serve says what is wrong.
	defer stop()
	if err := server.Serve(edges{m.ln, false, m.bounds.headerWait, log}); ctx.Err() == nil {
		log.Error("metrics end", "error", err)
	}
}

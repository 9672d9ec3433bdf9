package cmd

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// port tells whether serve could listen, or does already.
func (d doctor) port(ctx context.Context) finding {
	if d.config.Port == 0 {
		return fine("any that is free")
	}
	ln, err := listen(ctx, d.config)
	if err == nil {
		ln.Close()
		return fine("%d is free", d.config.Port)
	}
	if d.served(ctx) {
		return fine("chat answers on %d", d.config.Port)
	}
	return brokenBy(err)
}

// served reports whether what has the port is a chat. Both schemes are tried,
// since a doctor is easily called without the --tls of the server that runs.
func (d doctor) served(ctx context.Context) bool {
	at := d.config.listening()
	for _, at.TLS = range []bool{true, false} {
		if h, err := at.ask(ctx, "/health"); err == nil && h.well() {
			return true
		}
	}
	return false
}

// metrics tells whether serve could show its metrics, or does already, and
// whether others than this machine see them.
func (d doctor) metrics(ctx context.Context) finding {
	at := d.config.Metrics
	if at == "" {
		return fine("off")
	}
	if ln, err := listen(ctx, d.config); err == nil {
		defer ln.Close() // as serve does: the two may be one port
	}
	if ln, err := at.listen(ctx); err == nil {
		ln.Close()
	} else if !at.measured(ctx) {
		return brokenBy(err)
	}
	if !at.loopback() {
		return warning("choose a port of 127.0.0.1, unless only the monitoring system reaches it",
			"nobody logs in at %s, so whoever reaches that address sees what goes on", at)
	}
	return fine("at %s, for this machine only", at)
}

// measured reports whether what has the port are metrics of a chat.
func (e endpoint) measured(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
	defer cancel()
	host, port, _ := net.SplitHostPort(string(e)) // It was checked with the configuration.
	if isUnspecified(host) {
		host = "127.0.0.1"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/metrics", nil)
	if err != nil {
		return false
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return err == nil && strings.Contains(string(text), "\nchat_build_info{")
}

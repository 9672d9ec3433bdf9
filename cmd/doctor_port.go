package cmd

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
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

// served reports whether what has the port is a chat. Only this machine is
// asked, so the certificate need not be checked: it is for other names. Both
// schemes are tried, since a doctor is easily called without the --tls of the
// server that runs.
func (d doctor) served(ctx context.Context) bool {
	host := string(d.config.Host)
	if isUnspecified(host) {
		host = "127.0.0.1"
	}
	address := net.JoinHostPort(host, strconv.Itoa(int(d.config.Port)))
	return healthy(ctx, "https://"+address) || healthy(ctx, "http://"+address)
}

// healthy reports whether a chat answers at an address of this machine.
func healthy(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/health", nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	var health struct {
		Status string `json:"status"`
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, 4<<10)).Decode(&health)
	return err == nil && health.Status == "healthy"
}

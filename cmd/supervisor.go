package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"
)

// supervisor is the service manager that started this process, as far as it
// wants to be told of it: systemd, or whatever speaks its protocols, which
// sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3) describe. The zero
// value is none, and telling it something does nothing.
//
// It is our own because the well-known library reads the environment of the
// process, and here the environment is a value, so that tests run many servers
// in one process. The protocols are a datagram and three variables.
type supervisor struct {
	notify  string        // its socket; "" if it wants to hear nothing
	every   time.Duration // how often it wants a sign of life; 0 is never
	sockets int           // how many it opened for us, from descriptor 3 on
}

const firstInherited = 3

func newSupervisor(environ []string) supervisor {
	env := environment(environ)
	// What is meant for the process that started us is not meant for us.
	ours := func(name string) bool {
		return env[name] == strconv.Itoa(os.Getpid())
	}
	s := supervisor{notify: env["NOTIFY_SOCKET"]}
	if limit, err := strconv.ParseInt(env["WATCHDOG_USEC"], 10, 64); err == nil && (env["WATCHDOG_PID"] == "" || ours("WATCHDOG_PID")) {
		s.every = time.Duration(limit) * time.Microsecond / 2
	}
	if n, err := strconv.Atoi(env["LISTEN_FDS"]); err == nil && ours("LISTEN_PID") {
		s.sockets = n
	}
	return s
}

// tell sends one message, such as READY=1.
func (s supervisor) tell(message string) error {
	if s.notify == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Net: "unixgram", Name: s.notify})
	if err != nil {
		return fmt.Errorf("telling the service manager: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(message)); err != nil {
		return fmt.Errorf("telling the service manager: %w", err)
	}
	return nil
}

// attend tells the supervisor that ctx has ended and, once ready was called,
// gives the signs of life that it wants, for as long as alive says so. The
// caller calls leave when the server has ended.
func (s supervisor) attend(ctx context.Context, alive func() bool, log *slog.Logger) (ready, leave func()) {
	say := func(message string) {
		if err := s.tell(message); err != nil {
			log.Warn("the service manager does not listen", "error", err)
		}
	}
	attending, stop := context.WithCancel(ctx)
	var talking sync.WaitGroup
	talking.Go(func() {
		<-attending.Done()
		if ctx.Err() != nil {
			say("STOPPING=1")
		}
	})
	ready = func() {
		say("READY=1")
		if s.notify != "" && s.every > 0 {
			talking.Go(func() { beat(attending, s.every, alive, say) })
		}
	}
	return ready, func() {
		stop()
		talking.Wait()
	}
}

// beat says every so often that the server lives. One that does not is silent,
// and then the supervisor ends it and starts another.
func beat(ctx context.Context, every time.Duration, alive func() bool, say func(string)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if alive() {
				say("WATCHDOG=1")
			}
		}
	}
}

// alive asks the server for its health, behind all that a request passes.
func alive(h http.Handler) func() bool {
	return func() bool {
		r, err := http.NewRequest(http.MethodGet, "/health", nil)
		if err != nil {
			return false
		}
		p := probe{header: make(http.Header), status: http.StatusOK}
		h.ServeHTTP(&p, r)
		return p.status == http.StatusOK
	}
}

// open returns the port to serve: the one that the supervisor opened, or else
// the one that c names. The former stays open while one server ends and the
// next one starts, so whoever comes in between waits and is not refused. With
// it, c names it from then on, so that what is checked of the address and
// printed is what is true.
func (s supervisor) open(ctx context.Context, c Config) (net.Listener, Config, error) {
	switch {
	case s.sockets == 0:
		ln, err := listen(ctx, c)
		return ln, c, err
	case s.sockets > 1:
		return nil, c, usagef("leave one ListenStream= in chat.socket", "the service manager opened %d sockets, but chat serves one", s.sockets)
	}
	f := os.NewFile(firstInherited, "inherited socket")
	ln, err := net.FileListener(f)
	_ = f.Close() // ln has its own descriptor.
	if err != nil {
		return nil, c, fmt.Errorf("taking the socket of the service manager: %w", err)
	}
	tcp, ok := ln.Addr().(*net.TCPAddr)
	if !ok {
		_ = ln.Close() // nothing was accepted
		return nil, c, usagef("give chat.socket a port to listen on", "the service manager opened %s, but chat serves TCP", ln.Addr())
	}
	c = c.at(tcp.AddrPort())
	if err := c.checkExposure(); err != nil {
		_ = ln.Close() // nothing was accepted
		return nil, c, err
	}
	return ln, c, nil
}

// at is c with an address that was not its choice.
func (c Config) at(addr netip.AddrPort) Config {
	c.Host, c.Port = host(addr.Addr().Unmap().String()), addr.Port()
	return c
}

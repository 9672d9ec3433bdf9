//go:build e2e

package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestClients runs unmodified clients that others wrote against the test server:
// what they see is what counts. Their checks are in testdata/clients.
func TestClients(t *testing.T) {
	url, suite := serveWithCuts(t, "client"), serveWithCuts(t, "suite")
	for _, transports := range []string{"polling", "websocket", "polling,websocket"} {
		for _, client := range []string{"socket.io-client", "socket.io-client-v40", "socket.io-client-v31"} {
			t.Run(client+" over "+transports, func(t *testing.T) {
				runClient(t, "node", "testdata/clients/client.mjs", client, url, transports)
			})
		}
		t.Run("python-socketio over "+transports, func(t *testing.T) {
			// Debian's own, which has the module; another may come first in PATH.
			runClient(t, "/usr/bin/python3", "-B", "testdata/clients/client.py", url, suite, transports)
		})
	}
	t.Run("the protocol before ours is refused", func(t *testing.T) {
		runClient(t, "node", "testdata/clients/refused.mjs", url)
	})
}

func runClient(t *testing.T, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	t.Logf("%s", out)
}

// serveWithCuts starts the test server of a profile on a port of this machine, with
// a knife at /cut, /hold and /release.
func serveWithCuts(t *testing.T, profile string) (url string) {
	cfg, err := config(profile)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Log = slog.New(slog.DiscardHandler)
	wire := newServer(cfg, extrasOf(profile))
	k := &knife{}
	mux := http.NewServeMux()
	mux.Handle("/cut", k)
	mux.HandleFunc("/hold", k.hold)
	mux.HandleFunc("/release", k.release)
	mux.Handle("/", k.over(wire))
	server := httptest.NewUnstartedServer(allowOrigins(mux))
	server.Listener = &cuttable{server.Listener.(*net.TCPListener), k}
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	server.Start()
	t.Cleanup(func() { wire.drop(); server.Close() })
	return server.URL
}

//go:build e2e

package cmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// transports are the ways that the official client can be told to connect; by
// default it begins with polling and upgrades.
var transports = []string{"polling", "websocket", "default"}

// TestOfficialClient runs the official JavaScript client, as published and
// unmodified, against the whole program. Each script in testdata/client is a
// story that is the same over every transport.
func TestOfficialClient(t *testing.T) {
	for _, script := range []string{"stranger", "talk", "mistakes", "original", "file", "account"} {
		p := start(t, options{}) // of its own, since there are twenty sessions at most
		for _, transport := range transports {
			t.Run(script+"/"+transport, func(t *testing.T) {
				client := p.client(t, script, transport) // Codes are used in their order.
				t.Parallel()
				out, err := client.CombinedOutput()
				if err != nil {
					t.Errorf("%s over %s: %v\n%s", script, transport, err, out)
				}
			})
		}
	}
}

// The operator restarts the server. Sessions live in a Redis of its own, so
// people stay logged in, and their clients come back.
func TestOfficialClientAfterRestart(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			storage := startRedisServer(t)
			p := start(t, options{storage: storage})
			client := p.client(t, "restart", transport)
			var trouble strings.Builder
			client.Stderr = &trouble
			out, err := client.StdoutPipe()
			if err != nil {
				t.Fatalf("opening its output: %v", err)
			}
			if err := client.Start(); err != nil {
				t.Fatalf("starting node: %v", err)
			}
			if bufio.NewScanner(out).Scan() { // It is in the room.
				p.stop(t)
				start(t, options{dir: p.dir, storage: storage, env: map[string]string{"PORT": p.port(t)}})
			}
			if err := client.Wait(); err != nil {
				t.Errorf("the client: %v\n%s", err, trouble.String())
			}
		})
	}
}

// client prepares a run of a script by two people who are logged in. Their
// room is the test's own.
func (p *program) client(t *testing.T, script, transport string) *exec.Cmd {
	t.Helper()
	pinned, err := filepath.Abs(filepath.Join("..", ".ci", "package.json"))
	if err != nil {
		t.Fatalf("finding the client: %v", err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(pinned), "node_modules", "socket.io-client")); errors.Is(err, fs.ErrNotExist) {
		t.Fatal("the tag e2e needs the official client: run .ci/setup")
	}
	cookies, err := json.Marshal([]string{p.login(t).cookie(t), p.login(t).cookie(t)})
	if err != nil {
		t.Fatalf("writing the cookies: %v", err)
	}
	node := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "client", script+".mjs"))
	node.Env = append(os.Environ(),
		"CHAT_URL="+p.base,
		"CHAT_COOKIES="+string(cookies),
		"CHAT_ROOM="+script+"-"+transport,
		"TRANSPORT="+transport,
		"CLIENT_FROM="+pinned,
	)
	return node
}

// cookie is the header by which the server knows the browser.
func (b *browser) cookie(t *testing.T) string {
	t.Helper()
	var pairs []string
	for _, c := range b.http.Jar.Cookies(b.url(t)) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}

func (b *browser) url(t testing.TB) *url.URL {
	t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		t.Fatalf("reading the address %q: %v", b.base, err)
	}
	return u
}

// port is where the program listens.
func (p *program) port(t testing.TB) string {
	t.Helper()
	return (&browser{base: p.base}).url(t).Port()
}

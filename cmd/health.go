package cmd

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"chat/cmd/private"

	"github.com/spf13/cobra"
)

func healthCommand(p Program) *cobra.Command {
	var asJSON, ready bool
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask the running server whether it is well.",
		Long: `Asks the server of the data folder, or else the one at HOST and PORT, whether it
answers, and with --ready whether its Redis and its disk work as well. The exit
code is 0 if so and 1 if not, for the health checks of containers. With --json it
prints one object in any case, whose status is healthy, ready, not ready or no
answer.`,
		Example: `  chat health
  chat health --ready            Redis and disk as well
  chat health --json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := readConfig(c.Flags(), p.Environ, ".")
			if err != nil {
				return err
			}
			path := "/health"
			if ready {
				path = "/ready"
			}
			h, away := config.serving().ask(c.Context(), path)
			switch {
			case away != nil && asJSON:
				err = json.NewEncoder(p.Stdout).Encode(noAnswer(away))
			case asJSON:
				err = json.NewEncoder(p.Stdout).Encode(h)
			case away == nil:
				_, err = fmt.Fprintln(p.Stdout, h.Status)
			}
			if err = cmp.Or(away, err); err != nil {
				return err
			}
			if !h.well() {
				return failf("", "the server is %s: %s", h.Status, strings.Join(h.Reasons, ", "))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&ready, "ready", false, "ask whether Redis and the disk work, too")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	addFlags(c.Flags(), false)
	showOnly(c.Flags(), "DATA_DIR", "HOST", "PORT", "LAN", "TLS", "SERVER_URL")
	return c
}

// servingName is the file in the data folder that says where the running server
// listens.
const servingName = "serve.address"

// servingAt is that file.
type servingAt struct {
	Address string `json:"addr"`
	TLS     bool   `json:"tls"`

	name string // of the host, for its certificate
}

// noteServing writes where this server listens, until forget is called. What a
// killed server left there leads nowhere, or to its successor.
func noteServing(dir string, addr net.Addr, secure bool) (forget func(), err error) {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return nil, fmt.Errorf("reading our own address: %w", err)
	}
	if at.Addr().IsUnspecified() {
		at = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), at.Port())
	}
	b, err := json.Marshal(servingAt{Address: at.String(), TLS: secure})
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", servingName, err)
	}
	path := filepath.Join(dir, servingName)
	if err := private.WriteFile(path, append(b, '\n')); err != nil {
		return nil, unusable(dir, err)
	}
	return func() { _ = os.Remove(path) }, nil // If it stays, it leads nowhere.
}

// serving is where the server of this configuration is: where it says itself,
// else where it would listen.
func (c Config) serving() servingAt {
	var at servingAt
	b, err := os.ReadFile(filepath.Join(c.DataDir, servingName))
	if err != nil || json.Unmarshal(b, &at) != nil || at.Address == "" {
		return c.listening()
	}
	at.name = c.ServerURL.hostname()
	return at
}

// listening is where the server of this configuration would be.
func (c Config) listening() servingAt {
	host := string(c.Host)
	if isUnspecified(host) {
		host = "127.0.0.1"
	}
	return servingAt{net.JoinHostPort(host, strconv.Itoa(int(c.Port))), c.TLS.on(), c.ServerURL.hostname()}
}

// healthAnswer is what a server answers of itself.
type healthAnswer struct {
	Status  string   `json:"status"`
	Reasons []string `json:"reasons,omitempty"`
}

// noAnswer is what a script reads of a server that tells nothing of itself.
func noAnswer(err error) healthAnswer {
	if f, ok := errors.AsType[*failure](err); ok {
		err = f.err // the hint is for people
	}
	return healthAnswer{Status: "no answer", Reasons: []string{err.Error()}}
}

func (h healthAnswer) well() bool { return h.Status == "healthy" || h.Status == "ready" }

// ask asks a server of this machine. Its certificate is for other names, so it is
// not checked; nothing is told to the server that others may not know.
func (at servingAt) ask(ctx context.Context, path string) (h healthAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
	defer cancel()
	scheme := "http://"
	if at.TLS {
		scheme = "https://"
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true, ServerName: at.name},
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+at.Address+path, nil)
	if err != nil {
		return h, fmt.Errorf("asking the server: %w", err)
	}
	const hint = "start it with `chat serve`, or name its folder with --data-dir"
	answer, err := client.Do(r)
	if err != nil {
		if asked, ok := errors.AsType[*url.Error](err); ok {
			err = asked.Err // The address is said already.
		}
		return h, failf(hint, "no server answers at %s: %w", at.Address, err)
	}
	defer answer.Body.Close()
	err = json.NewDecoder(io.LimitReader(answer.Body, 4<<10)).Decode(&h)
	if err != nil || h.Status == "" {
		return h, failf(hint, "what answers at %s is no chat, or an older one", at.Address)
	}
	return h, nil
}

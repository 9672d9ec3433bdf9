package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"chat/auth"

	"github.com/spf13/cobra"
)

func serveCommand(p Program) *cobra.Command {
	var qr, open bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server.",
		Long: `Serves until it is interrupted. The first start prints a link that sets up your
authenticator. Each flag is an environment variable as well (--server-url,
SERVER_URL), which may stand in a file .env in the working directory. Secrets
have no flags:

  ` + strings.Join(secretNames(), ",\n  ") + `

What each of them is, .env.example and the manual page chat(1) say.`,
		Example: `  chat serve                                      this machine only
  chat serve --open                               and open the browser
  chat serve --lan                                phones and laptops on your network
  chat serve --lan --tls self-signed              the same over https, with our own certificate
  chat serve --port 8080 --data-dir ./data
  chat serve --server-url https://chat.example.org --trusted-proxies 127.0.0.1
  chat serve --server-url https://chat.example.org --tls acme --host 0.0.0.0 --port 443`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := readConfig(c.Flags(), p.Environ, ".")
			if err != nil {
				return err
			}
			// Whoever reads our output may go away; that is no reason to end.
			signal.Ignore(syscall.SIGPIPE)
			return serve(c.Context(), config, serving{Program: p, forceQR: qr, open: open, pack: true})
		},
	}
	c.Flags().BoolVar(&qr, "qr", false, "with --lan, draw the QR code even if the output is not a terminal")
	c.Flags().BoolVar(&open, "open", false, "open the browser once it serves")
	addFlags(c.Flags(), false)
	return c
}

// serving is what a run of the server takes beside its configuration.
type serving struct {
	Program
	forceQR bool
	open    bool             // the browser, once requests are answered
	pack    bool             // compress the static files well; tests that start a hundred servers do not
	now     func() time.Time // nil: time.Now
	ready   func(place)      // called once requests are answered; may be nil
}

// serve runs the server until ctx ends, and then ends it in good order.
func serve(ctx context.Context, c Config, s serving) (err error) {
	if err := openFolder(c.DataDir); err != nil {
		return err
	}
	vault, err := openVault(c)
	if err != nil {
		return err
	}
	unlock, err := lockFolder(c.DataDir)
	if err != nil {
		return err
	}
	defer unlock()
	log, endLog, err := openLog(c, s.Program)
	if err != nil {
		return err
	}
	defer endLog()
	boss := newSupervisor(s.Environ)
	ln, c, err := boss.open(ctx, c)
	if err != nil {
		return err
	}
	defer ln.Close()
	where, err := newPlace(c, ln.Addr().(*net.TCPAddr).AddrPort(), lanAddresses())
	if err != nil {
		return err
	}
	watched, err := openMonitoring(ctx, c, where, s.Build.Version)
	if err != nil {
		return err
	}
	defer watched.close()
	shown, err := openCertificate(c, where, log.Logger)
	if err != nil {
		return err
	}
	redis, stopRedis, err := openRedis(ctx, c, log.Logger)
	if err != nil {
		return err
	}
	defer stopRedis()
	watched.measure(redis.rooms)
	remembered, err := openMemory(c, redis.rooms, log.Logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remembered.close()) }()
	a, err := newApp(c, supplies{
		place: where, assets: s.Assets, vault: vault, redis: redis.state, memory: remembered, log: log.Logger, now: s.now,
		attempted: watched.attempted(),
	})
	if err != nil {
		return err
	}
	forget, err := noteServing(c.DataDir, ln.Addr(), c.TLS.on())
	if err != nil {
		return err
	}
	defer forget()
	if err := s.announce(c, a, vault, shown, watched); err != nil {
		return err
	}
	if s.pack {
		packing, stop := context.WithCancel(ctx)
		defer inBackground(func() { a.site.Pack(packing) })()
		defer stop()
	}
	defer watched.start(ctx, a, log)()
	ready, leave := boss.attend(ctx, alive(a.handler()), log.Logger)
	defer leave()
	opening, stopOpening := context.WithCancel(ctx)
	var opened sync.WaitGroup
	defer opened.Wait()
	defer stopOpening()
	return a.run(ctx, c.door(underCeiling(ln)), shown, vault, func(where place) {
		ready()
		if s.open {
			opened.Go(func() { s.openBrowser(opening, where) })
		}
		if s.ready != nil {
			s.ready(where)
		}
	})
}

// openBrowser opens the browser of this machine. That it does not come is no
// reason to end, since the server may well have no screen.
func (s serving) openBrowser(ctx context.Context, where place) {
	if err := openBrowser(ctx, runtime.GOOS, s.Environ, where.here()); err != nil {
		fmt.Fprintln(s.Stderr, "chat:", err)
	}
}

// inBackground runs f beside the caller and returns how to wait for its end.
func inBackground(f func()) (wait func()) {
	var running sync.WaitGroup
	running.Go(f)
	return running.Wait
}

// announce prints where the server is and, if no authenticator is set up, how
// to do so.
func (s serving) announce(c Config, a *app, vault *auth.Vault, shown shownCertificate, watched *monitoring) error {
	out := c.told(s.Program)
	tell := announcement{
		place:  a.place,
		lan:    bool(c.LAN),
		qr:     a.place.network != "" && (s.forceQR || isTerminal(out)),
		colour: s.coloured(out),

		fingerprint: shown.fingerprint,
		metrics:     watched.exposed(),
	}
	switch _, err := vault.Current(); {
	case errors.Is(err, auth.ErrNotEnrolled):
		folder, _ := userDataDir(runtime.GOOS, environment(s.Environ))
		tell.claim = a.place.base + "/setup?claim=" + a.people.NewClaim()
		tell.setup = setupLine(c, c.DataDir == folder)
	case err != nil:
		return fmt.Errorf("reading the secret: %w", err)
	}
	return tell.print(out)
}

// How long a stop may take. What is not done then is cut off.
const (
	socketsLimit  = 3 * time.Second // for a polling browser to fetch the last packets
	shutdownLimit = 9 * time.Second // for all of it
)

// run answers the requests that come to ln until ctx ends.
func (a *app) run(ctx context.Context, ln net.Listener, shown shownCertificate, vault *auth.Vault, ready func(place)) error {
	server := newHTTPServer(a.handler(), a.bounds, a.log)
	watching, stopWatching := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stopWatching()
	running.Go(func() { watch(watching, vault, a.log, a.rotated) })
	running.Go(func() { a.people.Watch(watching) })

	broken := make(chan error, 1)
	running.Go(func() { broken <- server.Serve(edges{shown.wrap(ln), a.place.secure, a.bounds.headerWait, a.log}) })
	if shown.fetch != nil {
		running.Go(func() { shown.fetch(watching) })
	}
	a.log.Info("serving", "address", ln.Addr().String(), "url", a.place.base)
	ready(a.place)
	select {
	case err := <-broken:
		a.log.Error("the server ends", "error", err)
		server.Close()
		return fmt.Errorf("accepting connections: %w", err)
	case <-ctx.Done():
		return a.shutdown(server, ln)
	}
}

// shutdown lets no new connection in, then tells everybody in the rooms, then
// waits for the requests under way. The order matters: a polling request ends
// only when the rooms let go of it, and its browser needs the connection that
// it has to fetch the last packets.
func (a *app) shutdown(server *http.Server, ln net.Listener) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	a.log.Info("stopping")
	ln.Close()
	hurry, cancelHurry := context.WithTimeout(ctx, socketsLimit)
	defer cancelHurry()
	if err := a.rooms.Shutdown(hurry); err != nil {
		a.log.Info("not every socket ended in time", "error", err)
	}
	// It closes ln again, and says so once all requests have ended.
	if err := server.Shutdown(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
		a.log.Warn("not every request ended in time", "error", err)
		server.Close()
	}
	a.log.Info("stopped")
	return nil
}

// newHTTPServer bounds what a client can hold before a handler sees it. There
// are no limits on a whole request here, since those of the sockets are long;
// see kind.
func newHTTPServer(h http.Handler, b bounds, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           admitted(h),
		ReadHeaderTimeout: b.headerWait,
		IdleTimeout:       b.idle,
		ConnContext:       remember,
		ConnState:         atRest,
		MaxHeaderBytes:    b.header - 4<<10, // net/http allows 4 KiB more than it is told
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),

		DisableGeneralOptionsHandler: true, // which would answer OPTIONS * without our headers
	}
}

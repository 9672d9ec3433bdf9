// Command testserver answers: does our wire behave as the reference's?
//
// It is what the official protocol suites and the official clients are run
// against. It exposes raw Engine.IO at /engine.io/ and Socket.IO at /socket.io/,
// with the handlers those suites expect and some more for scripts, and at /wsecho
// the websocket alone. It is never part of the chat binary.
//
//	go run ./chat/socketio/testserver -profile suite -addr 127.0.0.1:3000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"chat/chat/engineio"
	"chat/chat/socketio"
)

func main() {
	profile := flag.String("profile", "suite", "suite: the heartbeat of the official suites; client: that of real life")
	addr := flag.String("addr", "127.0.0.1:3000", "the address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *profile, *addr); err != nil {
		fmt.Fprintln(os.Stderr, "testserver:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, profile, addr string) error {
	cfg, err := config(profile)
	if err != nil {
		return err
	}
	wire := newServer(cfg, extrasOf(profile))
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	server := &http.Server{Handler: wire, ReadHeaderTimeout: 5 * time.Second}
	go func() { <-ctx.Done(); wire.drop(); _ = server.Close() }()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

// config has the times and limits of a profile.
func config(profile string) (socketio.Config, error) {
	cfg := socketio.Config{ConnectTimeout: time.Second}
	cfg.Engine.MaxPayload = 1_000_000
	cfg.Engine.Authorize = authorize
	switch profile {
	case "suite":
		cfg.Engine.PingInterval = 300 * time.Millisecond
		cfg.Engine.PingTimeout = 200 * time.Millisecond
	case "client":
		cfg.Engine.PingInterval = 25 * time.Second
		cfg.Engine.PingTimeout = 20 * time.Second
	default:
		return cfg, fmt.Errorf("no profile %q: suite or client", profile)
	}
	return cfg, nil
}

// A request is what is remembered of the one that opened a connection.
type request struct {
	cookie string // for whoami
	python bool   // the client knows nothing of recovery, and would hand offsets on
}

type requestKey struct{}

// authorize lets everybody in.
func authorize(r *http.Request) (context.Context, string, error) {
	asked := request{
		cookie: r.Header.Get("Cookie"),
		python: strings.Contains(strings.ToLower(r.UserAgent()), "python"),
	}
	return context.WithValue(context.Background(), requestKey{}, asked), "", nil
}

// Extras are what a server does only where it is asked for.
type extras struct {
	recovery bool // clients may come back to what they missed
	origins  bool // pages from elsewhere may ask
}

// extrasOf has the extras of a profile. The official suites want the answer to
// CONNECT without recovery, and run in a browser, on a page from elsewhere.
func extrasOf(profile string) extras {
	return extras{recovery: profile == "client", origins: true}
}

// A server is all that the test server has to offer.
type server struct {
	http.Handler
	engine *engineio.Server
	io     *socketio.Server
}

func newServer(cfg socketio.Config, extra extras) *server {
	s := &server{
		engine: engineio.NewServer(func(s *engineio.Socket) engineio.Handler { return echo{s} }, cfg.Engine),
		io:     socketio.NewServer(cfg),
	}
	newNamespaces(s.io, extra.recovery)
	mux := http.NewServeMux()
	mux.Handle("/engine.io/", s.engine)
	mux.Handle("/socket.io/", s.io)
	mux.Handle("/wsecho", engineio.RawEcho(engineio.Config{MaxPayload: 16 << 20, MaxQueue: 64 << 20}))
	// The mux would redirect, which a websocket does not follow.
	mux.Handle("/engine.io", http.NotFoundHandler())
	mux.Handle("/socket.io", http.NotFoundHandler())
	s.Handler = mux
	if extra.origins {
		s.Handler = allowOrigins(mux)
	}
	return s
}

// drop ends every connection now.
func (s *server) drop() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.engine.Shutdown(ctx)
	_ = s.io.Shutdown(ctx)
}

// allowOrigins lets pages from elsewhere ask and read the answer.
func allowOrigins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// echo sends every message back.
type echo struct{ *engineio.Socket }

func (e echo) Message(m engineio.Message) {
	if m.Binary {
		e.Send(engineio.Binary(m.Data))
	} else {
		e.Send(engineio.Text(m.Data))
	}
}

// Close has nothing to do; it is here because Socket's own Close is another.
func (e echo) Close(engineio.Reason) {}

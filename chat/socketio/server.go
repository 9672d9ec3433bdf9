package socketio

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"chat/chat/engineio"
)

// Config is how a Server behaves. A zero field means its default.
type Config struct {
	// Engine is the transport below: who may connect, heartbeat, limits.
	Engine engineio.Config
	// ConnectTimeout is how long a client may be connected without being in any
	// namespace after it opened its connection; 10 s.
	ConnectTimeout time.Duration
	// MaxAttachments is how many attachments a packet of a client may have, up to
	// 9,999; 10, as in the reference parser. More end the connection.
	MaxAttachments int
	// Log gets a line for every refused event, at level Error for faults of the
	// server and Debug for those of the client, which may be as many as its
	// messages. Nil means slog.Default.
	Log *slog.Logger
}

// A Server speaks Socket.IO. It is an http.Handler for the path of the protocol,
// by custom /socket.io/.
type Server struct {
	engine         *engineio.Server
	limits         engineio.Config // those of engine
	namespaces     map[string]namespace
	connectTimeout time.Duration
	maxAttachments int
	log            *slog.Logger
}

// NewServer makes a server without namespaces.
func NewServer(cfg Config) *Server {
	s := &Server{
		namespaces:     make(map[string]namespace),
		connectTimeout: cfg.ConnectTimeout,
		maxAttachments: cfg.MaxAttachments,
		log:            cfg.Log,
	}
	if s.connectTimeout == 0 {
		s.connectTimeout = 10 * time.Second
	}
	if s.maxAttachments == 0 {
		s.maxAttachments = maxAttachments
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if cfg.Engine.Log == nil {
		cfg.Engine.Log = s.log
	}
	s.engine = engineio.NewServer(s.open, cfg.Engine)
	s.limits = s.engine.Config()
	return s
}

// ServeHTTP answers the requests of the transport.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Len is the number of connections.
func (s *Server) Len() int { return s.engine.Len() }

// Counts is what the transport has and has had.
func (s *Server) Counts() engineio.Counts { return s.engine.Counts() }

// CloseOwner closes the connections of an owner, whatever namespaces they are
// in; see engineio.Config.Authorize. What was sent before still goes out.
func (s *Server) CloseOwner(owner string, why engineio.Reason) { s.engine.CloseOwner(owner, why) }

// CloseAll closes all connections there are.
func (s *Server) CloseAll(why engineio.Reason) { s.engine.CloseAll(why) }

// Shutdown refuses new connections, sends what is queued, and closes all; see
// engineio.Server.Shutdown.
func (s *Server) Shutdown(ctx context.Context) error { return s.engine.Shutdown(ctx) }

func (s *Server) logRefusal(event string, e *Error) {
	level := slog.LevelDebug
	if e.Code == "internal" {
		level = slog.LevelError
	}
	attrs := []slog.Attr{slog.String("event", event), slog.String("code", e.Code)}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	s.log.LogAttrs(context.Background(), level, "event refused", attrs...)
}

package engineio

import (
	"context"
	"net/http"

	"github.com/coder/websocket"
)

// RawEcho is a handler that sends every message of a websocket back, without
// Engine.IO on top. It accepts, reads, writes and closes as a Server does, and
// is there for suites that test the layer of the websocket alone, as Autobahn's.
func RawEcho(cfg Config) http.Handler {
	cfg = cfg.withDefaults()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l, err := accept(w, r, cfg); err == nil { // else accept has answered
			go l.echo()
		}
	})
}

func (l *link) echo() {
	for {
		kind, reader, err := l.conn.Reader(context.Background())
		if err != nil {
			l.close(l.reasonOf(err))
			return
		}
		data, why := l.readAll(kind, reader, new([]byte))
		if why != 0 {
			l.close(why)
			return
		}
		f := Binary(data)
		if kind == websocket.MessageText {
			f.wire[0] = 0x81
		}
		if _, full := l.out.enqueue(f); full {
			l.close(Slow)
			return
		}
		l.out.flush()
	}
}

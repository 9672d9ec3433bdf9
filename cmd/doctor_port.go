package cmd

import "context"

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

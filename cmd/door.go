package cmd

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// strangerPatience is how long a connection waits for its turn.
const strangerPatience = 5 * time.Second

// A door bounds what one source costs before it logs in: who opens thousands
// of connections and says nothing must not keep the others out. Connections of
// people who show a session do not count from then on, so that an office behind
// one address can come back all at once after a restart: they wait for each
// other for moments. A trusted proxy brings everybody's connections and is not
// counted; it has limits of its own.
//
// A stranger is a connection that has not shown a session yet; its source is an
// address, or for IPv6 the network of one customer.
type door struct {
	net.Listener
	proxies  []netip.Prefix
	served   int // strangers of one source at a time; the others wait
	waiting  int // strangers of one source, with those that are served; more are turned away
	patience time.Duration

	mu      sync.Mutex
	sources map[netip.Prefix]*source // of strangers; guarded by mu
}

type source struct {
	strangers int           // guarded by door.mu
	serving   chan struct{} // holds one for each that is served
}

// newDoor serves so many strangers of one source at a time, and lets twenty times
// as many wait.
func newDoor(ln net.Listener, proxies []netip.Prefix, strangers int) *door {
	return &door{
		Listener: ln, proxies: proxies, sources: make(map[netip.Prefix]*source),
		served: strangers, waiting: 20 * strangers, patience: strangerPatience,
	}
}

// Accept returns the next connection of a source that has not too many.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tcp, ok := conn.(stream)
		if !ok {
			return conn, nil
		}
		if g, ok := d.receive(tcp); ok {
			return g, nil
		}
		_ = tcp.Close()
	}
}

func (d *door) receive(conn stream) (net.Conn, bool) {
	addr := conn.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap().WithZone("")
	if slices.ContainsFunc(d.proxies, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return conn, true
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	from, _ := addr.Prefix(bits) // in range
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sources[from]
	if s == nil {
		s = &source{serving: make(chan struct{}, d.served)}
		d.sources[from] = s
	}
	if s.strangers >= d.waiting {
		return nil, false
	}
	s.strangers++
	return &guest{stream: conn, door: d, from: from, source: s, gone: make(chan struct{})}, true
}

// A guest is one connection. It embeds the stream, because writing without waiting
// needs what is below it.
type guest struct {
	stream
	door   *door
	from   netip.Prefix
	source *source
	enter  sync.Once
	leave  sync.Once
	gone   chan struct{} // closed when it is no stranger any more

	mu     sync.Mutex
	served bool // guarded by mu
}

// Read waits for its turn the first time.
func (g *guest) Read(p []byte) (int, error) {
	g.enter.Do(g.wait)
	return g.stream.Read(p)
}

// wait takes one of the places at which strangers are served. Who gets none in
// time finds that the time to read its request is over.
func (g *guest) wait() {
	impatient := time.NewTimer(g.door.patience)
	defer impatient.Stop()
	select {
	case g.source.serving <- struct{}{}:
		g.serve()
	case <-impatient.C:
		_ = g.stream.SetReadDeadline(time.Unix(1, 0))
	case <-g.gone:
	}
}

// serve notes that the guest took a place, or gives it back if it left
// meanwhile.
func (g *guest) serve() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.gone:
		<-g.source.serving
	default:
		g.served = true
	}
}

// rest gives the place to somebody else: an idle connection needs none.
func (g *guest) rest() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.served {
		g.served = false
		<-g.source.serving
	}
}

// known says that the guest is no stranger any more.
func (g *guest) known() {
	g.leave.Do(func() {
		close(g.gone)
		g.rest()
		g.door.mu.Lock()
		defer g.door.mu.Unlock()
		if g.source.strangers--; g.source.strangers == 0 {
			delete(g.door.sources, g.from)
		}
	})
}

// Close ends the connection, and with it what it held.
func (g *guest) Close() error {
	g.known()
	return g.stream.Close()
}

type guestKey struct{}

// guestOf is the guest behind a connection as net/http has it, which with TLS is
// the one that encrypts; nil if no door counts it.
func guestOf(c net.Conn) *guest {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	g, _ := c.(*guest)
	return g
}

// remember lets a request find its connection.
func remember(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, guestKey{}, guestOf(c))
}

// restWhenIdle is the server's hook for the states of a connection.
func restWhenIdle(c net.Conn, state http.ConnState) {
	if g := guestOf(c); g != nil && state == http.StateIdle {
		g.rest()
	}
}

// recognise notes that the connection of a request has shown a session.
func recognise(ctx context.Context) {
	if g, _ := ctx.Value(guestKey{}).(*guest); g != nil {
		g.known()
	}
}

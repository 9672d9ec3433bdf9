package cmd

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
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
//
// It needs a place from the first byte of a request to the end of the answer. It
// takes one when bytes come, because an idle connection is read from as well. A
// request may have come along with the one before it, though, whose place is
// given back by then, so each request asks for one too; see admitted.
type guest struct {
	stream
	door   *door
	from   netip.Prefix
	source *source
	leave  sync.Once
	gone   chan struct{} // closed when it is no stranger any more

	turn   sync.Mutex  // held while it waits for a place
	inside atomic.Bool // it has a place, or needs none; changed under mu

	mu     sync.Mutex
	served bool // it has a place; guarded by mu
}

// Read has whoever says something wait for its turn. For those inside it costs
// nothing.
func (g *guest) Read(p []byte) (int, error) {
	n, err := g.stream.Read(p)
	if n > 0 && !g.enter() {
		return 0, os.ErrDeadlineExceeded // net/http answers nothing then
	}
	return n, err
}

// enter takes one of the places at which strangers are served. Who gets none in
// time is turned away.
func (g *guest) enter() bool {
	if g.inside.Load() {
		return true
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	if g.inside.Load() {
		return true
	}
	select {
	case g.source.serving <- struct{}{}:
		g.serve()
		return true
	default:
	}
	impatient := time.NewTimer(g.door.patience)
	defer impatient.Stop()
	select {
	case g.source.serving <- struct{}{}:
		g.serve()
	case <-impatient.C:
		_ = g.Close() // There is nothing more to do for it.
		return false
	case <-g.gone:
	}
	return true
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
		g.inside.Store(true)
	}
}

// rest gives the place to somebody else: an idle connection needs none.
func (g *guest) rest() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.served {
		g.giveBack()
		g.inside.Store(false)
	}
}

// giveBack gives the place back. The caller holds g.mu.
func (g *guest) giveBack() {
	g.served = false
	<-g.source.serving
}

// known says that the guest is no stranger any more.
func (g *guest) known() {
	g.leave.Do(func() {
		g.settle()
		g.door.mu.Lock()
		defer g.door.mu.Unlock()
		if g.source.strangers--; g.source.strangers == 0 {
			delete(g.door.sources, g.from)
		}
	})
}

// settle has the guest need no place from now on.
func (g *guest) settle() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.gone)
	if g.served {
		g.giveBack()
	}
	g.inside.Store(true)
}

// Close ends the connection, and with it what it held.
func (g *guest) Close() error {
	g.known()
	return g.stream.Close()
}

package cmd

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// place is where people reach the server, known once it listens.
type place struct {
	base    string   // what links and QR codes begin with; no final slash
	local   string   // the address for a browser on this machine; "" if there is none
	network string   // the address for other machines on the network; "" without LAN
	origins []string // where else a browser may have us open: by our own addresses, by ALLOWED_ORIGINS
	hosts   []string // our own addresses where none may, but by which a proxy may call us
	secure  bool     // base is https
	exposed bool     // other machines reach us by plain http
}

// newPlace works out the place of a server that listens on addr. lan are the
// machine's network addresses, the most likely one first.
func newPlace(c Config, addr netip.AddrPort, lan []netip.Addr) (place, error) {
	port := strconv.Itoa(int(addr.Port()))
	scheme, own := "http://", "80"
	if c.TLS.on() {
		scheme, own = "https://", "443"
	}
	at := func(host string) string {
		if port == own {
			return scheme + bracketed(host)
		}
		return scheme + net.JoinHostPort(host, port)
	}

	var p place
	ip := addr.Addr().Unmap()
	switch {
	case ip.IsUnspecified():
		p.local = at("127.0.0.1")
	case ip.IsLoopback():
		p.local, lan = at(string(c.Host)), nil
	default:
		lan = []netip.Addr{ip}
	}
	if p.local != "" {
		p.origins = append(p.origins, p.local)
	}
	// Behind https of a proxy a page that came over the network by plain http is
	// somebody else's as likely as ours, and our cookies do not work there.
	bare := c.ServerURL.secure() && !c.TLS.on()
	for _, ip := range lan {
		if bare {
			p.hosts = append(p.hosts, at(ip.String()))
		} else {
			p.origins = append(p.origins, at(ip.String()))
		}
	}
	if bool(c.LAN) && len(lan) > 0 && !bare {
		p.network = at(lan[0].String())
	}

	p.base = string(c.ServerURL)
	if p.base == "" && c.LAN {
		if p.network == "" {
			return place{}, failf("connect it, or set SERVER_URL", "this machine has no network address")
		}
		p.base = p.network
	}
	if p.base == "" {
		p.base = p.local
	}
	p.origins = append(p.origins, c.Origins...)
	p.secure = webURL(p.base).secure()
	p.exposed = !ip.IsLoopback() && !c.TLS.on()
	return p, nil
}

// bracketed is a host as it stands in a URL.
func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// names are the hosts that a certificate of ours must name: this machine to
// itself, and every address that we are opened under.
func (p place) names() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	for _, address := range append([]string{p.base}, p.origins...) {
		if name := webURL(address).hostname(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// lanAddresses lists this machine's addresses on its networks, first the one
// that faces the way out, since a laptop has many that no phone can reach.
func lanAddresses() []netip.Addr {
	var list []netip.Addr
	add := func(a netip.Addr) {
		if a = a.Unmap(); !a.IsLoopback() && !a.IsLinkLocalUnicast() && a.IsValid() {
			for _, have := range list {
				if have == a {
					return
				}
			}
			list = append(list, a)
		}
	}
	// Dialling UDP sends nothing; it only asks the routing table. The address
	// is reserved for documentation.
	if conn, err := net.Dial("udp4", "192.0.2.1:9"); err == nil {
		add(conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr())
		conn.Close()
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return list
	}
	var six []netip.Addr
	for _, a := range addrs {
		prefix, err := netip.ParsePrefix(a.String())
		switch {
		case err != nil:
		case prefix.Addr().Is4():
			add(prefix.Addr())
		default:
			six = append(six, prefix.Addr())
		}
	}
	for _, a := range six {
		add(a)
	}
	return list
}

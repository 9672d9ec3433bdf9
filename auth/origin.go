package auth

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Origins are the addresses by which browsers reach this server. Once requests
// come it is fixed, and safe for concurrent use.
type Origins struct {
	origins map[string]bool // scheme://host[:port], default ports left out
	hosts   map[string]bool // host[:port], with and without the scheme's default port
}

// NewOrigins returns the origins of serverURL and more, which are URLs whose
// path is ignored: https://chat.example.org, http://192.168.1.7:5000. When an
// address in more is a loopback address, all its names count: localhost,
// 127.0.0.1 and [::1].
func NewOrigins(serverURL string, more ...string) (*Origins, error) {
	o := &Origins{origins: map[string]bool{}, hosts: map[string]bool{}}
	for i, text := range append([]string{serverURL}, more...) {
		u, err := parseAddress(text)
		if err != nil {
			return nil, err
		}
		names := []string{u.Hostname()}
		if i > 0 && isLoopback(u.Hostname()) {
			names = []string{"localhost", "127.0.0.1", "::1"}
		}
		for _, name := range names {
			o.origins[u.Scheme+"://"+o.addHost(u.Scheme, name, u.Port())] = true
		}
	}
	return o, nil
}

// AlsoHosts adds addresses by which a proxy may call this server, but which no
// browser has open: HostGuard lets them through, Guard does not. It must be
// called before requests come.
func (o *Origins) AlsoHosts(addresses ...string) error {
	for _, text := range addresses {
		u, err := parseAddress(text)
		if err != nil {
			return err
		}
		o.addHost(u.Scheme, u.Hostname(), u.Port())
	}
	return nil
}

func parseAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("reading address %q: it must be like https://chat.example.org", text)
	}
	return u, nil
}

// addHost returns the host as an origin names it.
func (o *Origins) addHost(scheme, name, port string) string {
	host := joinHost(name, port)
	if port == "" || port == defaultPort(scheme) {
		host = joinHost(name, "")
		o.hosts[joinHost(name, defaultPort(scheme))] = true
	}
	o.hosts[host] = true
	return host
}

// Guard refuses requests that a page of another origin makes, with 403. It
// stands before the sockets, which browsers open across origins and with
// cookies: the attack is a page that joins its visitor's rooms.
//
// Browsers send Origin with every websocket handshake and with cross-origin
// polling; it must be one of ours, exactly. Same-origin polling has none, and
// neither have programs; then Sec-Fetch-Site must not say that the request
// comes from elsewhere.
func (o *Origins) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !o.allows(r.Header) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"error":{"code":"cross_origin","message":"This origin is not allowed."}}` + "\n"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (o *Origins) allows(h http.Header) bool {
	switch origin := h.Values("Origin"); len(origin) {
	case 0:
		for _, site := range h.Values("Sec-Fetch-Site") {
			if site != "same-origin" && site != "none" {
				return false
			}
		}
		return true
	case 1:
		return o.origins[canonicalOrigin(origin[0])]
	default:
		return false
	}
}

// canonicalOrigin returns an origin as browsers write it; empty when it is none.
func canonicalOrigin(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || s != u.Scheme+"://"+u.Host {
		return ""
	}
	port := u.Port()
	if port == defaultPort(u.Scheme) {
		port = ""
	}
	return u.Scheme + "://" + joinHost(u.Hostname(), port)
}

// HostGuard answers 421 to requests for a host that is none of ours, except to
// /health, which load balancers ask by addresses that we do not know and which
// tells nothing. The attack is DNS rebinding: a page of evil.example whose name
// suddenly leads to this machine.
func (o *Origins) HostGuard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" && !o.hosts[strings.ToLower(r.Host)] {
			http.Error(w, "This server does not answer to that name. Use the address that it was started with (SERVER_URL, or METRICS_ADDR for metrics).", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(name string) bool {
	addr, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && addr.IsLoopback()
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// joinHost writes host and port as a URL does, in lower case. An empty port is
// left out.
func joinHost(name, port string) string {
	name = strings.ToLower(name)
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if port != "" {
		name += ":" + port
	}
	return name
}

package auth

import (
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddr returns the address that a request is charged to: the socket's,
// unless that is a trusted proxy; then the right-most address in
// X-Forwarded-For that is not one.
//
// The attack is a new X-Forwarded-For on every guess, for a fresh budget each.
// Everything to the left of the right-most untrusted address is the client's
// own writing, so it is never looked at. When no such address is found, or the
// entry there is no address, the request is charged to the proxy's socket.
// Other headers of the kind (X-Real-IP, Forwarded) are ignored.
func ClientAddr(r *http.Request, proxies []netip.Prefix) netip.Addr {
	socket := parseAddr(r.RemoteAddr)
	if !trusted(socket, proxies) {
		return socket
	}
	rest := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	for more := true; more; {
		var entry string
		i := strings.LastIndexByte(rest, ',')
		entry, rest, more = rest[i+1:], rest[:max(i, 0)], i >= 0
		addr := parseAddr(strings.TrimSpace(entry))
		if !addr.IsValid() {
			break
		}
		if !trusted(addr, proxies) {
			return addr
		}
	}
	return socket
}

// parseAddr reads an address with or without a port. The result is invalid
// when s holds none.
func parseAddr(s string) netip.Addr {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		ap, _ := netip.ParseAddrPort(s) // Zero on error.
		addr = ap.Addr()
	}
	return addr.Unmap().WithZone("")
}

func trusted(addr netip.Addr, proxies []netip.Prefix) bool {
	for _, p := range proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

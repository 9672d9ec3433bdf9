package limit

import "net/netip"

// SourcePrefix and NetworkPrefix begin the keys of single sources and networks,
// behind the prefix of the Limiter.
const (
	SourcePrefix  = "source:"
	NetworkPrefix = "network:"
)

// Source returns the key for the network an attempt comes from: the address
// for IPv4, the /64 for IPv6, because a /64 is what one customer gets and its
// 2^64 addresses cost nothing. An invalid address is a source like any other.
func Source(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return addr.String()
	}
	return prefix(addr, 64)
}

// Network returns the key for what may well belong to one owner of many
// sources: the /24 for IPv4, the /48 for IPv6.
func Network(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		return prefix(addr, 48)
	}
	return prefix(addr, 24)
}

func prefix(addr netip.Addr, bits int) string {
	p, err := addr.Prefix(bits)
	if err != nil {
		return addr.String()
	}
	return p.String()
}

// keys are those that the scripts look at, in their order.
func (l *Limiter) keys(addr netip.Addr) []string {
	return []string{
		l.prefix + "guard",
		l.prefix + SourcePrefix + Source(addr),
		l.prefix + NetworkPrefix + Network(addr),
		l.prefix + "devices",
		l.prefix + BeatKey,
	}
}

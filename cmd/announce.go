package cmd

import (
	"fmt"
	"io"
	"strings"
)

// announcement is what serve tells the operator once it listens.
type announcement struct {
	place  place
	lan    bool
	claim  string // address of the web wizard; "" if an authenticator is set up
	setup  string // the command that sets one up in a terminal
	qr     bool   // draw the network address
	colour bool

	fingerprint string // of a certificate that no browser knows; "" if there is none
	metrics     string // where others than this machine reach the metrics; "" if they do not
}

// print writes the announcement for a person to read.
func (a announcement) print(w io.Writer) error {
	fmt.Fprintln(w, "chat is running.")
	fmt.Fprintln(w)
	for _, line := range a.addresses() {
		fmt.Fprintf(w, "  %-9s%s\n", line[0], line[1])
	}
	switch {
	case a.lan && !a.place.secure:
		fmt.Fprint(w, "\nThis is plain http: others on your network could read along, so use --lan only where you trust them.\n")
	case a.place.exposed:
		fmt.Fprint(w, "\nOther machines reach this port by plain http: a proxy with TLS must stand before it, and nobody else should get there.\n")
	}
	if a.metrics != "" {
		fmt.Fprintf(w, "\nNobody logs in at %s, so whoever reaches the metrics there sees what goes on.\n", a.metrics)
	}
	if a.fingerprint != "" {
		fmt.Fprintf(w, "\nThe certificate is our own, so a browser asks once. Its SHA-256 fingerprint, to compare:\n\n  %s\n", a.fingerprint)
	}
	if a.qr {
		fmt.Fprintln(w)
		if err := printQR(w, a.place.reachable(), a.colour); err != nil {
			return err
		}
	}
	if a.claim != "" {
		fmt.Fprintf(w, "\nNo authenticator is set up yet. Open this link within 15 minutes; it works once:\n\n  %s\n\nor run this in another terminal:\n\n  %s\n", a.claim, a.setup)
	}
	_, err := fmt.Fprint(w, "\nCtrl-C stops it.\n")
	return err
}

// addresses lists what to open, each with a word of where it works.
func (a announcement) addresses() [][2]string {
	var list [][2]string
	if a.place.base != a.place.local && a.place.base != a.place.network {
		list = append(list, [2]string{"Open", a.place.base})
	}
	if a.place.local != "" {
		list = append(list, [2]string{"Local", a.place.local})
	}
	if a.place.network != "" {
		list = append(list, [2]string{"Network", a.place.network})
	}
	return list
}

// reachable is the address that a phone on the network can open.
func (p place) reachable() string {
	if webURL(p.base).loopback() {
		return p.network
	}
	return p.base
}

// here is the address for a browser on this machine. Over plain http a browser
// allows a page of this machine more than one of the network, such as to notify
// and to copy.
func (p place) here() string {
	if p.local != "" && p.base == p.network {
		return p.local
	}
	return p.base
}

// setupLine is the command that sets up the same folder in a terminal.
func setupLine(c Config, isDefault bool) string {
	if isDefault {
		return "chat setup-totp"
	}
	return "chat setup-totp --data-dir " + quoted(c.DataDir)
}

// quoted is a path as one types it in a shell.
func quoted(path string) string {
	if strings.ContainsAny(path, " \t'\"\\$`") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

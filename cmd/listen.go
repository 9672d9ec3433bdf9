package cmd

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"runtime"
	"strconv"
	"syscall"
)

// listen opens the port that c names. Its errors say what is in the way.
func listen(ctx context.Context, c Config) (net.Listener, error) {
	addr := net.JoinHostPort(c.listenHost(), strconv.Itoa(int(c.Port)))
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return ln, nil
	case addressInUse(err):
		return nil, failf(otherPort(runtime.GOOS, c.Port), "port %d is taken by another program", c.Port)
	case errors.Is(err, fs.ErrPermission):
		return nil, failf("choose a port above 1023 with --port", "not allowed to listen on port %d", c.Port)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, failf("choose another with --host", "HOST %s is no address of this machine", c.Host)
	}
	return nil, failf("", "listening on %s: %w", addr, err)
}

// listenHost is the host to listen on: HOST, but all networks with LAN unless
// HOST names one of them. An empty string stands for all.
func (c Config) listenHost() string {
	if bool(c.LAN) && c.Host.loopback() {
		return ""
	}
	return string(c.Host)
}

// wsaAddressInUse is Windows' number for a taken port, which package syscall
// does not match with EADDRINUSE. No other system has an error of that number.
const wsaAddressInUse = syscall.Errno(10048)

func addressInUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddressInUse)
}

// otherPort is what to do about a taken port.
func otherPort(goos string, port uint16) string {
	free := int(port) + 1
	if free > 65535 {
		free = 1024
	}
	next := "choose another, for example --port " + strconv.Itoa(free)
	if goos == "darwin" && port == 5000 {
		return next + " (on a Mac it is often AirPlay Receiver, which System Settings can turn off)"
	}
	return next
}

//go:build unix

package cmd

import (
	"net"
	"syscall"
)

// underCeiling leaves files for other things than connections. Go has raised the
// limit of `ulimit -n` as far as the program may.
func underCeiling(ln net.Listener) net.Listener {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return ln
	}
	return newCeiling(ln, mostConnections(uint64(files.Cur))) // an int64 on FreeBSD
}

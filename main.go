// Command chat is a private chat room server in one binary. See package cmd
// for what it can be asked to do.
package main

import (
	"cmp"
	"os"
	"runtime/debug"

	"chat/cmd"
)

// The release build sets these with -ldflags "-X main.version=...". A plain
// go build leaves them empty, and build asks the toolchain instead.
var version, commit, date string

func main() {
	os.Exit(cmd.Execute(cmd.UntilSignal(), cmd.Program{
		Build:   build(),
		Assets:  assets,
		Args:    os.Args[1:],
		Environ: os.Environ(),
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
	}))
}

// build tells which version this is, as exactly as the binary knows.
func build() cmd.Build {
	b := cmd.Build{Version: version, Commit: commit, Date: date}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.Version = cmp.Or(b.Version, info.Main.Version)
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = cmp.Or(b.Commit, s.Value)
			case "vcs.time":
				b.Date = cmp.Or(b.Date, s.Value)
			}
		}
	}
	b.Version = cmp.Or(b.Version, "(devel)")
	return b
}

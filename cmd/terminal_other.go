//go:build !windows

package cmd

import "io"

// takesColours has nothing to turn on: terminals take colours, but for those
// that say that they are dumb.
func takesColours(io.Writer) bool { return true }

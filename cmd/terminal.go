package cmd

import (
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// isTerminal reports whether w is a terminal that somebody looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// coloured reports whether output to w may hold colours: on a terminal whose
// user did not set NO_COLOR (see no-color.org).
func (p Program) coloured(w io.Writer) bool {
	quiet := slices.ContainsFunc(p.Environ, func(entry string) bool {
		value, ok := strings.CutPrefix(entry, "NO_COLOR=")
		return ok && value != ""
	})
	return isTerminal(w) && !quiet
}

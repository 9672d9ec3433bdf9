package cmd

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether w is a terminal that somebody looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// obedient reports whether w is a terminal that does what control characters
// say. One that calls itself dumb shows them.
func (p Program) obedient(w io.Writer) bool {
	return isTerminal(w) && environment(p.Environ)["TERM"] != "dumb"
}

// coloured reports whether output to w may hold colours: on a terminal that
// takes them, whose user did not set NO_COLOR (see no-color.org).
func (p Program) coloured(w io.Writer) bool {
	return p.obedient(w) && environment(p.Environ)["NO_COLOR"] == "" && takesColours(w)
}

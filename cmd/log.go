package cmd

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

// newLogger logs to w: lines to read on a terminal, else one JSON object a
// line.
func newLogger(w io.Writer, least slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: nameCritical}
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// nameCritical writes CRITICAL where slog would write ERROR+4.
func nameCritical(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.LevelKey {
		if l, ok := a.Value.Any().(slog.Level); ok && l >= levelCritical {
			return slog.String(slog.LevelKey, "CRITICAL")
		}
	}
	return a
}

// isTerminal reports whether w is a terminal that somebody looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

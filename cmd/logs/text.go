package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// text is a slog.Handler that writes lines for people.
//
//	2026-02-03 04:05:06  WARN   attempt  outcome=wrong addr=192.0.2.7
type text struct {
	to     *bytes.Buffer
	attrs  slog.Handler // writes the rest of the line to to
	colour bool
}

func newText(to *bytes.Buffer, least slog.Level, colour bool) slog.Handler {
	return text{to, slog.NewTextHandler(to, &slog.HandlerOptions{Level: least, ReplaceAttr: withoutOwn}), colour}
}

// withoutOwn leaves out what text writes itself, and what says nothing.
func withoutOwn(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	if a.Value.Kind() == slog.KindString && a.Value.String() == "" {
		return slog.Attr{}
	}
	return a
}

func (t text) Enabled(ctx context.Context, level slog.Level) bool {
	return t.attrs.Enabled(ctx, level)
}

func (t text) Handle(ctx context.Context, r slog.Record) error {
	label := fmt.Sprintf("%-8s", levelName(r.Level))
	if shade := shadeOf(r.Level); t.colour && shade != "" {
		label = "\x1b[" + shade + "m" + label + "\x1b[0m"
	}
	_, _ = io.WriteString(t.to, r.Time.Local().Format(time.DateTime)+"  "+label+"  "+printable(r.Message)+"  ")
	start := t.to.Len()
	if err := t.attrs.Handle(ctx, r); err != nil {
		return err
	}
	if t.to.Len() == start+1 { // a line break and nothing before it
		t.to.Truncate(start - 2)
		t.to.WriteByte('\n')
	}
	return nil
}

func (t text) WithAttrs(attrs []slog.Attr) slog.Handler {
	return text{t.to, t.attrs.WithAttrs(attrs), t.colour}
}

func (t text) WithGroup(name string) slog.Handler {
	return text{t.to, t.attrs.WithGroup(name), t.colour}
}

// printable quotes a message that a terminal might obey. Ours never need it;
// those of the standard library's http server may hold what a client sent.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// LevelCritical is Python's CRITICAL, above ERROR.
const LevelCritical = slog.LevelError + 4

// levelName writes CRITICAL where slog would write ERROR+4.
func levelName(l slog.Level) string {
	if l >= LevelCritical {
		return "CRITICAL"
	}
	return l.String()
}

func shadeOf(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "31"
	case l >= slog.LevelWarn:
		return "33"
	}
	return ""
}

// newJSON writes one JSON object a line.
func newJSON(to *bytes.Buffer, least slog.Level) slog.Handler {
	return slog.NewJSONHandler(to, &slog.HandlerOptions{Level: least, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if l, ok := a.Value.Any().(slog.Level); ok && len(groups) == 0 && a.Key == slog.LevelKey {
			return slog.String(slog.LevelKey, levelName(l))
		}
		return a
	}})
}

// newRecord is a record of the log's own.
func newRecord(level slog.Level, msg string, attrs ...slog.Attr) slog.Record {
	r := slog.NewRecord(time.Now(), level, msg, 0)
	r.AddAttrs(attrs...)
	return r
}

package logs

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
)

// maxLine is the longest line in bytes, its line break included.
const maxLine = 8 << 10

// lines is a slog.Handler that gives each record to a sink, as one line.
type lines struct {
	inner slog.Handler // writes to page.text
	page  *page
	to    *sink
}

// page is what a handler writes a line on.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// newLines returns a handler for the form that shape makes.
func newLines(to *sink, shape func(*bytes.Buffer) slog.Handler) *lines {
	p := &page{}
	l := &lines{shape(&p.text), p, to}
	to.missing = func(lost uint64) []byte {
		return l.format(context.Background(), newRecord(slog.LevelWarn, "records lost", slog.Uint64("lost", lost)))
	}
	return l
}

func (l *lines) Enabled(ctx context.Context, level slog.Level) bool {
	return l.inner.Enabled(ctx, level)
}

func (l *lines) Handle(ctx context.Context, r slog.Record) error {
	l.to.put(l.format(ctx, r))
	return nil // The sink says itself what goes wrong.
}

func (l *lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &lines{l.inner.WithAttrs(attrs), l.page, l.to}
}

func (l *lines) WithGroup(name string) slog.Handler {
	return &lines{l.inner.WithGroup(name), l.page, l.to}
}

// format writes a record as a line that is not too long: it cuts the longest
// texts first, and leaves out what has no place even then.
func (l *lines) format(ctx context.Context, r slog.Record) []byte {
	l.page.mu.Lock()
	defer l.page.mu.Unlock()
	for _, most := range []int{maxLine, 4000, 1000, 200, 40, 0} {
		l.page.text.Reset()
		_ = l.inner.Handle(ctx, clip(r, most)) // A buffer takes everything.
		if l.page.text.Len() <= maxLine {
			break
		}
	}
	return bytes.Clone(l.page.text.Bytes())
}

// clip cuts the texts of a record to so many bytes; to 0 it is without them.
func clip(r slog.Record, most int) slog.Record {
	if most == maxLine {
		return r
	}
	short := slog.NewRecord(r.Time, r.Level, cut(r.Message, max(most, 40)), r.PC)
	if most == 0 {
		return short
	}
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindString {
			a.Value = slog.StringValue(cut(a.Value.String(), most))
		}
		short.AddAttrs(a)
		return true
	})
	return short
}

// cut shortens s to so many bytes, whole characters and a sign of the cut.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := 0
	for i := range s {
		if i > most {
			break
		}
		end = i
	}
	return s[:end] + "…"
}

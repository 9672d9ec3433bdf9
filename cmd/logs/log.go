package logs

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log/slog"
)

// Options say what becomes of records.
type Options struct {
	Least slog.Level
	// File is where JSON lines are kept; empty is nowhere.
	File string
	// JSON gets JSON lines, and Text lines for people. Nil is nowhere.
	JSON, Text io.Writer
	// Trouble is told, once as long as it lasts, that one of the others takes no
	// records. Nil is Text.
	Trouble io.Writer
	// Colour marks what is bad in Text and Trouble.
	Colour bool
	// Key is that of the hashes of rooms and sessions.
	Key []byte
	// Secrets are texts that no record may show. Short ones are not looked for.
	Secrets []string
	// More gets every record that it wants, floods included. Nil is nobody.
	More slog.Handler
}

// A Log writes records until it is closed.
type Log struct {
	*slog.Logger
	sinks []*sink
	flood *flood
}

// Open begins a log. It never fails: a file that cannot be written to is told on
// Trouble, and tried again with each record.
func Open(o Options) *Log {
	l := &Log{}
	people := func(b *bytes.Buffer) slog.Handler { return newText(b, o.Least, o.Colour) }
	tools := func(b *bytes.Buffer) slog.Handler { return newJSON(b, o.Least) }
	var trouble *lines
	if o.Trouble = cmp.Or(o.Trouble, o.Text); o.Trouble != nil {
		trouble = l.add(newSink(o.Trouble), people)
	}
	var places []slog.Handler
	if o.Text != nil {
		s := newSink(o.Text)
		s.tells(trouble, "the log on standard error cannot be written; records are lost until it can")
		places = append(places, l.add(s, people))
	}
	if o.JSON != nil {
		s := newSink(o.JSON)
		s.tells(trouble, "the log on standard output cannot be written; records are lost until it can")
		places = append(places, l.add(s, tools))
	}
	if o.File != "" {
		f := &file{path: o.File}
		s := newSink(f)
		s.tells(trouble, "the log file cannot be written to; records are lost until it can", slog.String("path", o.File))
		s.ended = func() { _ = f.Close() } // Each line was written by itself.
		places = append(places, l.add(s, tools))
	}
	for _, s := range l.sinks {
		s.start()
	}
	calm := newGovernor(slog.NewMultiHandler(places...))
	l.flood = calm.state
	all := slog.Handler(calm)
	if o.More != nil {
		all = slog.NewMultiHandler(calm, o.More)
	}
	l.Logger = slog.New(newDiscreet(all, o.Key, o.Secrets))
	return l
}

func (l *Log) add(s *sink, shape func(*bytes.Buffer) slog.Handler) *lines {
	l.sinks = append(l.sinks, s)
	return newLines(s, shape)
}

// tells makes the sink say on trouble, if there is such a place, that it cannot
// write.
func (s *sink) tells(trouble *lines, message string, attrs ...slog.Attr) {
	if trouble == nil {
		return
	}
	s.trouble = trouble.to
	s.failing = func(err error) []byte {
		return trouble.format(context.Background(), newRecord(slog.LevelError, message, append(attrs, slog.String("error", err.Error()))...))
	}
}

// Lost is how many records could not be written, at any place.
func (l *Log) Lost() (n uint64) {
	for _, s := range l.sinks {
		n += s.total.Load()
	}
	return n
}

// Close writes what is left, within a second for each place, and ends.
func (l *Log) Close() {
	l.flood.sumUp()
	for i := len(l.sinks) - 1; i >= 0; i-- { // Trouble last, since the others may have some.
		l.sinks[i].close()
	}
}

package logs

import (
	"bytes"
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
	// Colour marks trouble in Text.
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
// Text, and tried again with each record.
func Open(o Options) *Log {
	l := &Log{}
	var places []slog.Handler
	var people *lines
	if o.Text != nil {
		people = l.add(newSink(o.Text), func(b *bytes.Buffer) slog.Handler { return newText(b, o.Least, o.Colour) })
		places = append(places, people)
	}
	if o.JSON != nil {
		places = append(places, l.add(newSink(o.JSON), func(b *bytes.Buffer) slog.Handler { return newJSON(b, o.Least) }))
	}
	if o.File != "" {
		f := &file{path: o.File}
		s := newSink(f)
		s.failing = tellFailing(people, o.File)
		s.ended = func() { _ = f.Close() } // Each line was written by itself.
		places = append(places, l.add(s, func(b *bytes.Buffer) slog.Handler { return newJSON(b, o.Least) }))
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

// tellFailing says to people that the file cannot be written to.
func tellFailing(people *lines, path string) func(error) {
	if people == nil {
		return nil
	}
	return func(err error) {
		people.to.put(people.format(context.Background(), newRecord(slog.LevelError, "the log file cannot be written to; records are lost until it can",
			slog.String("path", path), slog.String("error", err.Error()))))
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
	for i := len(l.sinks) - 1; i >= 0; i-- { // Text last, since the file may have to complain.
		l.sinks[i].close()
	}
}

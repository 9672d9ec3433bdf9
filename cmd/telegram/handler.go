package telegram

import (
	"context"
	"log/slog"
	"time"
)

// handler is the slog.Handler of Alerts, with the attributes that records of it
// have in common.
type handler struct {
	to    *Alerts
	fixed []slog.Attr
}

func (h handler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.to.least || level >= slog.LevelInfo && h.to.least <= slog.LevelWarn // of which some count for more
}

func (h handler) Handle(_ context.Context, r slog.Record) error {
	level := r.Level
	if known, ok := kinds[r.Message]; ok && known.atLeast > level {
		level = known.atLeast
	}
	if level < h.to.least || r.Message == Silent || r.Message == Again {
		return nil
	}
	e := event{message: r.Message, level: r.Level, at: r.Time, values: make(map[string]string)}
	note := func(a slog.Attr) bool {
		v := a.Value.Resolve()
		if text := v.String(); text != "" && a.Key != "stack" {
			e.keys, e.values[a.Key] = append(e.keys, a.Key), text
		}
		return true
	}
	for _, a := range h.fixed {
		note(a)
	}
	r.Attrs(note)
	e.kind = kindOf(e)
	h.to.add(e)
	return nil
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.to, append(h.fixed[:len(h.fixed):len(h.fixed)], attrs...)}
}

// WithGroup changes nothing: the values of a group are told like others.
func (h handler) WithGroup(string) slog.Handler { return h }

// event is a record on its way to a message.
type event struct {
	kind    string
	message string
	level   slog.Level
	at      time.Time
	keys    []string // in the order of the record
	values  map[string]string
}

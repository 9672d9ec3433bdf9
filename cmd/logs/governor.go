package logs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	perMinute  = 30   // records of one kind and source that are written
	maxSources = 4096 // that are told apart; the others are one
)

// governor is a slog.Handler that holds back floods. What it holds back is
// counted, and summed up at the end of the minute. Records below INFO pass:
// whoever asks for those wants them all.
type governor struct {
	next  slog.Handler
	state *flood
}

// flood is what came in the minute that runs.
type flood struct {
	sum slog.Handler // where the sums go

	mu    sync.Mutex
	kinds map[kind]int // guarded by mu
	end   *time.Timer  // of the minute; nil when none runs; guarded by mu
}

// kind is what a flood consists of.
type kind struct{ message, outcome, source string }

func newGovernor(next slog.Handler) governor {
	return governor{next, &flood{sum: next, kinds: make(map[kind]int)}}
}

func (g governor) Enabled(ctx context.Context, level slog.Level) bool {
	return g.next.Enabled(ctx, level)
}

func (g governor) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo && !g.state.passes(kindOf(r)) {
		return nil
	}
	return g.next.Handle(ctx, r)
}

func (g governor) WithAttrs(attrs []slog.Attr) slog.Handler {
	return governor{g.next.WithAttrs(attrs), g.state}
}

func (g governor) WithGroup(name string) slog.Handler {
	return governor{g.next.WithGroup(name), g.state}
}

func kindOf(r slog.Record) kind {
	k := kind{message: r.Message}
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "outcome":
			k.outcome = a.Value.String()
		case "source":
			k.source = a.Value.String()
		}
		return true
	})
	return k
}

// passes counts a record and reports whether it is to be written.
func (f *flood) passes(k kind) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.end == nil {
		f.end = time.AfterFunc(time.Minute, f.sumUp)
	}
	if _, known := f.kinds[k]; !known && len(f.kinds) >= maxSources {
		k.source = "(others)"
	}
	f.kinds[k]++
	return f.kinds[k] <= perMinute
}

// sumUp ends the minute, and tells what was held back.
func (f *flood) sumUp() {
	f.mu.Lock()
	kinds := f.kinds
	f.kinds = make(map[kind]int)
	if f.end != nil {
		f.end.Stop()
		f.end = nil
	}
	f.mu.Unlock()
	for k, n := range kinds {
		if n > perMinute {
			_ = f.sum.Handle(context.Background(), newRecord(slog.LevelWarn, "records held back", // It goes to a sink, which takes all.
				slog.String("of", k.message), slog.String("outcome", k.outcome), slog.String("source", k.source),
				slog.Int("count", n-perMinute)))
		}
	}
}

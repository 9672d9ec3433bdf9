package logs

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
)

// discreet is a slog.Handler before all others. It takes from records what
// nobody may read, and adds the id of the request.
type discreet struct {
	next    slog.Handler
	key     []byte // of the hashes
	secrets *strings.Replacer
}

// shortestSecret is how long a text must be to be looked for everywhere.
const shortestSecret = 6

// longestFixed is how long a text of [slog.Logger.With] may be in bytes. Unlike
// those of one record it cannot be cut later.
const longestFixed = 100

func newDiscreet(next slog.Handler, key []byte, secrets []string) discreet {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			pairs = append(pairs, s, "(secret)")
		}
	}
	return discreet{next, key, strings.NewReplacer(pairs...)}
}

func (d discreet) Enabled(ctx context.Context, level slog.Level) bool {
	return d.next.Enabled(ctx, level)
}

func (d discreet) Handle(ctx context.Context, r slog.Record) error {
	safe := slog.NewRecord(r.Time, r.Level, d.secrets.Replace(r.Message), r.PC)
	if id := RequestID(ctx); id != "" {
		safe.AddAttrs(slog.String("request", id))
	}
	r.Attrs(func(a slog.Attr) bool {
		safe.AddAttrs(d.attr(a))
		return true
	})
	return d.next.Handle(ctx, safe)
}

func (d discreet) WithAttrs(attrs []slog.Attr) slog.Handler {
	safe := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		if safe[i] = d.attr(a); safe[i].Value.Kind() == slog.KindString {
			safe[i].Value = slog.StringValue(cut(safe[i].Value.String(), longestFixed))
		}
	}
	return discreet{d.next.WithAttrs(safe), d.key, d.secrets}
}

func (d discreet) WithGroup(name string) slog.Handler {
	return discreet{d.next.WithGroup(name), d.key, d.secrets}
}

// attr makes a value fit to be read. What is neither number, time nor truth
// becomes text here, so that nothing passes that was not looked at.
func (d discreet) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		var inside []slog.Attr
		for _, one := range v.Group() {
			inside = append(inside, d.attr(one))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(inside...)}
	case slog.KindString, slog.KindAny:
	default:
		return slog.Attr{Key: a.Key, Value: v}
	}
	s := fmt.Sprint(v.Any())
	switch a.Key {
	case "room", "session":
		s = hash(d.key, a.Key, s)
	case "user_agent":
		s = firstRunes(d.secrets.Replace(s), 200)
	default:
		s = d.secrets.Replace(s)
	}
	return slog.String(a.Key, s)
}

// hash names a value to those who read the log, and tells nobody the value: 64
// bits of an HMAC. The same value under another key has another hash.
func hash(key []byte, kind, value string) string {
	if value == "" {
		return ""
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(kind + ":" + value))
	return hex.EncodeToString(m.Sum(nil)[:8])
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

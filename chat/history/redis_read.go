package history

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// After is [Disk.After] on Redis.
func (r *Redis) After(ctx context.Context, room string, after ID, limit int) (page []Entry, more, gap bool, err error) {
	if _, err := after.place(); err != nil {
		return nil, false, false, err
	}
	for cursor := after; ; {
		p, err := r.read(ctx, room, pageQuery{after: cursor, limit: clampLimit(limit), bytes: maxPageBytes})
		if err != nil {
			return nil, false, false, err
		}
		gap = gap || p.gapAfter(after)
		page = r.entries(p.entries)
		if len(page) > 0 || !p.more {
			return page, p.more, gap, nil
		}
		cursor = p.entries[len(p.entries)-1].id // All of it was junk.
	}
}

// Before is [Disk.Before] on Redis.
func (r *Redis) Before(ctx context.Context, room string, before ID, limit int) (page []Entry, more bool, err error) {
	if _, err := before.place(); err != nil {
		return nil, false, err
	}
	for cursor := before; ; {
		p, err := r.read(ctx, room, pageQuery{before: cursor, limit: clampLimit(limit), bytes: maxPageBytes, back: true})
		if err != nil {
			return nil, false, err
		}
		page = r.entries(p.entries)
		if len(page) > 0 || !p.more {
			return page, p.more, nil
		}
		cursor = p.entries[0].id // All of it was junk.
	}
}

// A pageQuery says which part of a log is wanted: behind one id and ahead of
// another, where "" is no limit, from its start or from its end.
type pageQuery struct {
	after, before ID
	limit         int
	bytes         int
	back          bool
}

// A logPage is what Redis has of it.
type logPage struct {
	born    string // empty if Redis knows nothing of the room
	last    ID     // of the log
	dropped ID     // the last entry that was dropped
	more    bool
	age     string // of an entry at most, in ms, as it was when something was stored last
	tooOld  bool   // there are entries behind query.after that are too old to be shown

	entries []heard // in order; their bodies may be junk
	query   pageQuery
}

// gapAfter reports whether entries behind an id are kept no more, or may have
// been there and Redis does not know.
func (p logPage) gapAfter(id ID) bool {
	return p.tooOld || id < p.dropped || (id != "" && p.last == "")
}

// read asks Redis for a page.
func (r *Redis) read(ctx context.Context, room string, q pageQuery) (logPage, error) {
	if r.outbox.isClosed() {
		return logPage{}, ErrClosed
	}
	if !bus.ValidRoom(room) {
		return logPage{}, nil
	}
	ctx, cancel := r.within(ctx)
	defer cancel()
	call := r.pageCall(room, q)
	reply, err := r.bus.Run(ctx, pageScript, call.Keys, call.Args...)
	if err != nil {
		return logPage{}, unavailable(err)
	}
	p, err := decodePage(reply, q)
	if err != nil {
		return logPage{}, unavailable(err)
	}
	return p, nil
}

func (r *Redis) pageCall(room string, q pageQuery) bus.Call {
	from, oldest, after := q.after, "", ""
	if age := r.options.Retention.Age; age > 0 {
		if limit := NewID(uint64(max(r.options.Now().Add(-age).UnixMilli(), 0)), 0); limit > from {
			from = limit
			oldest, after = streamID(limit), streamID(q.after)
		}
	}
	first := "-"
	if from != "" {
		first = streamID(from)
		if from == q.after {
			first = "(" + first
		}
	}
	last := streamID(NewID(uint64(r.options.Now().Add(farFuture).UnixMilli()), 0))
	if q.before != "" {
		last = "(" + streamID(q.before)
	}
	back := ""
	if q.back {
		back, oldest = "1", ""
	}
	return bus.Call{
		Keys: []string{r.bus.Key(room, "log"), r.bus.Key(room, "text"), r.bus.Key(room, "state")},
		Args: []any{first, last, q.limit, q.bytes, back, after, oldest},
	}
}

// pageHead is how many words a page has before its entries.
const pageHead = 6

// decodePage checks what the page script returned.
func decodePage(reply any, q pageQuery) (logPage, error) {
	words, ok := reply.([]any)
	if !ok || len(words) < pageHead || len(words)%2 != pageHead%2 {
		return logPage{}, errJunk
	}
	p := logPage{query: q}
	p.born, _ = words[0].(string)
	p.last = idOrNone(words[1])
	p.dropped = idOrNone(words[2])
	p.more, p.tooOld = words[3] == int64(1), words[4] == int64(1)
	p.age, _ = words[5].(string)
	for i := pageHead; i < len(words); i += 2 {
		id := idOrNone(words[i])
		body, _ := words[i+1].(string)
		if id == "" {
			return logPage{}, errJunk
		}
		p.entries = append(p.entries, heard{id: id, body: body})
	}
	if q.back {
		for i, j := 0, len(p.entries)-1; i < j; i, j = i+1, j-1 {
			p.entries[i], p.entries[j] = p.entries[j], p.entries[i]
		}
	}
	return p, nil
}

func idOrNone(word any) ID {
	text, _ := word.(string)
	id, err := parseStreamID(text)
	if err != nil {
		return ""
	}
	return id
}

// entries decodes what a page holds, without the junk.
func (r *Redis) entries(from []heard) []Entry {
	list := make([]Entry, 0, len(from))
	for _, h := range from {
		if e, ok := r.entry(h, "junk in a stream"); ok {
			list = append(list, e)
		}
	}
	return list
}

// entry decodes one that was heard or read, or logs that it is junk.
func (r *Redis) entry(h heard, where string) (Entry, bool) {
	e, err := entryOf(h)
	if err != nil {
		r.junk.Drop(where, len(h.body))
		return Entry{}, false
	}
	return e, true
}

// Pinned is [Disk.Pinned] on Redis.
func (r *Redis) Pinned(ctx context.Context, room string) (e Entry, ok bool, err error) {
	if r.outbox.isClosed() {
		return Entry{}, false, ErrClosed
	}
	if !bus.ValidRoom(room) {
		return Entry{}, false, nil
	}
	ctx, cancel := r.within(ctx)
	defer cancel()
	words, err := r.options.Client.HMGet(ctx, r.bus.Key(room, "state"), "pin", "pinned").Result()
	if err != nil {
		return Entry{}, false, unavailable(err)
	}
	body, _ := words[0].(string)
	id := idOrNone(words[1])
	if id == "" || tooNew(id, r.options.Now()) {
		return Entry{}, false, nil
	}
	e, ok = r.entry(heard{id: id, body: body}, "junk in the state of a room")
	return Entry{ID: e.ID, Data: e.Data}, ok, nil
}

// Find is [Disk.Find] on Redis.
func (r *Redis) Find(ctx context.Context, room, key string) (id ID, ok bool, err error) {
	if r.outbox.isClosed() {
		return "", false, ErrClosed
	}
	if key == "" || !bus.ValidRoom(room) {
		return "", false, nil
	}
	ctx, cancel := r.within(ctx)
	defer cancel()
	word, err := r.options.Client.HGet(ctx, r.bus.Key(room, "keys"), key).Result()
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	if err != nil {
		return "", false, unavailable(err)
	}
	id = idOrNone(word)
	return id, id != "" && !tooNew(id, r.options.Now()), nil
}

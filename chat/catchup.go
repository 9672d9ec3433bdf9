package chat

import (
	"context"
	"encoding/json"
	"slices"

	"chat/chat/engineio"
	"chat/chat/history"
	"chat/chat/socketio"
)

// How many messages a client gets at once.
const (
	firstPage = 50  // when it comes in
	nextPage  = 200 // when it catches up
	maxLimit  = 100 // when it asks for older ones
)

// beginning is what somebody has who has all of a room where nothing was said.
var beginning = history.NewID(0, 0)

// enter brings the member in, gives it what it missed, and lets it hear what is
// said from then on. While the log is read nothing is lost: what is said goes
// to m.held, and out behind the answer, but for what the answer has already.
//
// The answer is queued under the room's lock, so that the list of members and
// the events that change it are one sequence for the client. It is written
// without the lock and by whoever comes in: when a thousand come back at once,
// the room's one writer would be what all of them wait for.
func (m *Member) enter(ctx context.Context, e *socketio.Event, after history.ID) error {
	if err := m.room.open(); err != nil {
		return unavailable(err)
	}
	end, live := m.hold()
	page, err := m.room.since(ctx, after, end)
	if err != nil {
		m.pause(live)
		return unavailable(err)
	}
	var own engineio.Batch
	defer own.Flush()
	r := m.room
	r.mu.Lock()
	defer r.unlock()
	held := m.held
	page.more = page.more || held.over
	m.held, m.live, m.has = nil, !page.more, page.last
	if !live { // One that was live is where its trail ends: this answer may not arrive.
		m.began = page.last
	}
	e.AckPartsIn(&own, joinAck{
		Room: r.name, You: m.person(), Title: r.title.text, Members: r.here.everybody(),
		Messages: page.messages, Last: page.last, More: page.more, Older: page.older, Gap: page.gap,
	}.parts()...)
	if m.live {
		for _, s := range held.said {
			m.take(s)
		}
	}
	return nil
}

// hold makes the member one of the room, for which what is said is held back,
// and returns the last entry that was not, and whether the member was live.
func (m *Member) hold() (last history.ID, live bool) {
	r := m.room
	r.mu.Lock()
	defer r.unlock()
	if !m.present {
		r.arrive(m, *m.client.person.name.Load())
	}
	live = m.live
	m.live, m.held = false, &held{}
	return max(r.last, beginning), live
}

// pause lets go of what was held: the member has to ask again. One that was live,
// and asked although it missed nothing, goes on as before.
func (m *Member) pause(live bool) {
	m.room.mu.Lock()
	defer m.room.unlock()
	held := m.held
	m.held, m.live = nil, live && !held.over
	if m.live {
		for _, s := range held.said {
			m.take(s)
		}
	}
}

// A page is a part of a room's log.
type page struct {
	messages []json.RawMessage
	last     history.ID // up to here the client knows everything now
	more     bool       // later ones
	older    bool       // earlier ones
	gap      bool       // some that the client missed are not kept any more
}

// since is what was said after an entry that the client has, or lately if that
// is "". The log has got as far as end, which may be kept no more.
func (r *Room) since(ctx context.Context, after, end history.ID) (page, error) {
	if after == "" {
		return r.latest(ctx, end)
	}
	p, err := r.later(ctx, after, nextPage)
	if err != nil {
		return page{}, err
	}
	if !p.gap && len(p.messages) == 0 && !p.more && after > end {
		// A log that lost its memory has not got as far as the client.
		if p.gap, err = r.endsBefore(ctx, after); err != nil {
			return page{}, err
		}
	}
	if p.gap {
		p, err = r.latest(ctx, end)
		p.gap = true
	}
	return p, err
}

// later is the page behind an entry. After a gap it is that of the earliest
// entries that are kept.
func (r *Room) later(ctx context.Context, after history.ID, limit int) (page, error) {
	entries, more, gap, err := r.server.cfg.History.After(ctx, r.name, after, limit)
	if err != nil {
		return page{}, err
	}
	p := page{last: after, more: more, gap: gap}
	if n := fitting(entries); n < len(entries) {
		entries, p.more = entries[:n], true
	}
	r.fill(&p, entries)
	return p, nil
}

// latest is the last page of the log. A room that is to remember nothing gives
// what was said lately only to those who missed it.
func (r *Room) latest(ctx context.Context, end history.ID) (page, error) {
	entries, older, err := r.server.cfg.History.Before(ctx, r.name, "", firstPage)
	if err != nil {
		return page{}, err
	}
	p := page{last: end}
	if r.server.cfg.Forgetful {
		if len(entries) > 0 {
			p.last = entries[len(entries)-1].ID
		}
		p.messages = []json.RawMessage{}
		return p, nil
	}
	p.older = older
	r.fillBack(&p, entries)
	return p, nil
}

// endsBefore reports whether the log has nothing as late as an id.
func (r *Room) endsBefore(ctx context.Context, id history.ID) (bool, error) {
	tail, _, err := r.server.cfg.History.Before(ctx, r.name, "", 1)
	if err != nil {
		return false, err
	}
	return len(tail) == 0 || tail[0].ID < id, nil
}

// earlier is the page ahead of an entry.
func (r *Room) earlier(ctx context.Context, before history.ID, limit int) (page, error) {
	if r.server.cfg.Forgetful {
		return page{messages: []json.RawMessage{}}, nil
	}
	entries, older, err := r.server.cfg.History.Before(ctx, r.name, before, limit)
	if err != nil {
		return page{}, err
	}
	p := page{older: older}
	r.fillBack(&p, entries)
	return p, nil
}

// fillBack is fill for a page that ends where it has to: what is too much is
// left out at its beginning.
func (r *Room) fillBack(p *page, entries []history.Entry) {
	n := fittingBack(entries)
	p.older = p.older || n < len(entries)
	r.fill(p, entries[len(entries)-n:])
}

// fill makes messages of entries. One that cannot be understood is left out.
func (r *Room) fill(p *page, entries []history.Entry) {
	p.messages = make([]json.RawMessage, 0, len(entries))
	for _, e := range entries {
		p.last = e.ID
		head, tail, _, err := r.server.payload(r.name, e)
		if err != nil {
			r.server.cfg.Log.Warn("an entry of the history was left out", "error", err)
			continue
		}
		p.messages = append(p.messages, slices.Concat(head, tail))
	}
}

// fitting is how many of the first entries make a page: one at least.
func fitting(entries []history.Entry) int {
	bytes := 0
	for i, e := range entries {
		if bytes += len(e.Data); bytes > maxPageBytes && i > 0 {
			return i
		}
	}
	return len(entries)
}

// fittingBack is how many of the last entries make a page: one at least.
func fittingBack(entries []history.Entry) int {
	bytes := 0
	for n := range len(entries) {
		if bytes += len(entries[len(entries)-1-n].Data); bytes > maxPageBytes && n > 0 {
			return n
		}
	}
	return len(entries)
}

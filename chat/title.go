package chat

import (
	"context"

	"chat/chat/history"
)

// A title is what a room is called, and the entry that said so. The log keeps
// that one when all else of its time is dropped, so that whoever comes in learns
// it.
type title struct {
	at   history.ID
	text string
}

// becomes takes a title that is newer. They may come in any order: from the log
// while the room is opened, and from what is said meanwhile.
func (t *title) becomes(o title) {
	if o.at > t.at {
		*t = o
	}
}

// titleOf is the title that an entry gives its room, if it is one that does.
func titleOf(e history.Entry) title {
	r, err := decodeRecord(e.Data)
	if err != nil || r.Kind != kindTitle {
		return title{}
	}
	return title{e.ID, *r.Title}
}

// pinned asks the log for the title.
func (r *Room) pinned() (title, error) {
	e, ok, err := r.server.cfg.History.Pinned(context.Background(), r.name)
	if err != nil || !ok {
		return title{}, err
	}
	return titleOf(e), nil
}

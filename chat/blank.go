package chat

import (
	"context"

	"chat/chat/history"
)

// blanks is what goes from the log when a message is edited or deleted: its text,
// and that of earlier edits of it. Whoever deletes something expects it to be
// gone, and not only hidden by the page. The message stays in its place, so that
// nobody has a gap, and what takes it away comes behind it.
func (m *Member) blanks(ctx context.Context, id history.ID, old record, clientID string, keepFile bool) ([]history.Blank, error) {
	edited := *old.Text == "" // or it is a picture without words
	old.Text = new(string)
	if !keepFile {
		old.File = nil
	}
	list := []history.Blank{{ID: id, Data: old.encode(), DropFile: !keepFile}}
	for after, more := id, edited; more; {
		entries, later, _, err := m.room.server.cfg.History.After(ctx, m.room.name, after, nextPage)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, e := range entries {
			after = e.ID
			r, err := decodeRecord(e.Data)
			switch {
			case err != nil || r.Target != string(id):
			case r.Kind == kindDelete && (clientID == "" || r.ClientID != clientID):
				return nil, errNoMessage // and not the same deletion, sent again
			case r.Kind == kindEdit && *r.Text != "":
				r.Text = new(string)
				list = append(list, history.Blank{ID: e.ID, Data: r.encode()})
			}
		}
		more = later && len(entries) > 0
	}
	return list, nil
}

package chat

import (
	"context"
	"io"

	"chat/chat/history"
)

// History is the ordered log of every room. Package history has those there
// are: on local disk, in memory, and on Redis. A room follows it for as long as
// somebody is there; what its methods promise stands with each of them.
type History interface {
	// Append stores an entry and returns at once. Done is called once, by a
	// goroutine of the log or before Append returns, and must not block. Without
	// an error the entry is as safe as the log promises; again says that it was
	// there before, because of its Key, and stored is that one.
	Append(room string, e history.Entry, done func(stored history.Entry, again bool, err error))
	// After returns the first entries behind an id, in order. More says that
	// there are later ones, gap that some behind the id are gone by now.
	After(ctx context.Context, room string, after history.ID, limit int) (page []history.Entry, more, gap bool, err error)
	// Before returns the last entries ahead of an id, or the last of all if it
	// is "", in order. More says that there are earlier ones.
	Before(ctx context.Context, room string, before history.ID, limit int) (page []history.Entry, more bool, err error)
	// Find returns the ID of the entry that a room has for a Key, or had lately.
	Find(ctx context.Context, room, key string) (id history.ID, ok bool, err error)
	// Follow has deliver called for each entry behind last, once, in order and
	// one at a time, until Unfollow. An entry is delivered before its done. A
	// room has one follower.
	Follow(room string, deliver func(history.Entry)) (last history.ID, err error)
	Unfollow(room string)
	// Pinned returns the ID and the Data of the last entry of a room that was to
	// be pinned, also when it is so old that it is not kept otherwise.
	Pinned(ctx context.Context, room string) (e history.Entry, ok bool, err error)
}

// Files keeps the uploads of rooms. Package files has those there are.
type Files interface {
	// Save keeps what body holds under a new name. It returns files.ErrEmpty,
	// files.ErrLong or files.ErrFull for a file that it cannot take.
	Save(ctx context.Context, room string, body io.Reader) (name string, size int64, err error)
	// Size and Open return files.ErrNone for a file that is not there.
	Size(ctx context.Context, room, name string) (bytes int64, err error)
	Open(ctx context.Context, room, name string) (io.ReadSeekCloser, error)
	// Keep is called for a file that a message is about to refer to, and Release
	// when it is known whether one does.
	Keep(room, name string)
	Release(room, name string, referred bool)
}

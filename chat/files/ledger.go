package files

import (
	"context"
	_ "embed"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

//go:embed ledger.lua
var ledgerText string

// ledgerScript changes the ledger and says which lines are due.
var ledgerScript = bus.NewScript(ledgerText)

// Of the ledger.
const (
	uploadLife = 10 * time.Minute // of what is being written; no upload takes as long
	lookEvery  = time.Hour        // at a file
	lookAtAll  = 2 * lookEvery    // how far ahead is looked when the ledger is full
	dueLines   = 50
	moreLines  = 400
)

// ledger runs the script: it takes one line out, if it is in, and puts another
// in, if there is room. Either may be empty. It returns what is to be looked at,
// now or within ahead.
func (r *Redis) ledger(ctx context.Context, out, in line, look, ahead time.Duration, most int) (ok bool, due []line, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	reply, err := r.bus.Run(ctx, ledgerScript,
		[]string{r.bus.Key("*", "files"), r.bus.Key("*", "used")}, // No room is called that.
		text(out), out.bytes, text(in), in.bytes, look.Milliseconds(), r.limit, ahead.Milliseconds(), most)
	if err != nil {
		return false, nil, unavailable(err)
	}
	words, _ := reply.([]any)
	for i, word := range words {
		if i == 0 {
			ok = word == int64(1)
			continue
		}
		s, _ := word.(string)
		if one, ok := parseLine(s); ok {
			due = append(due, one)
		}
	}
	return ok, due, nil
}

func text(l line) string {
	if l.name == "" {
		return ""
	}
	return l.String()
}

// reserve puts a line in before the size is known, so that many uploads at once
// cannot overrun the limit.
func (r *Redis) reserve(ctx context.Context, l line) error {
	ok, due, err := r.ledger(ctx, line{}, l, uploadLife, 0, dueLines)
	if err != nil {
		return err
	}
	_ = r.look(ctx, due) // If that fails somebody else will look.
	for range 5 {        // Each time at others: those that were looked at come last.
		if ok {
			return nil
		}
		_, due, err = r.ledger(ctx, line{}, line{}, 0, lookAtAll, moreLines)
		if err != nil {
			return err
		}
		last := len(due) < moreLines
		due = slices.DeleteFunc(due, func(l line) bool { return l.bytes == r.longest }) // It may be on its way still.
		if err := r.look(ctx, due); err != nil {
			return err
		}
		if ok, _, err = r.ledger(ctx, line{}, l, uploadLife, 0, 0); err != nil {
			return err
		}
		if last {
			break
		}
	}
	if !ok {
		return ErrFull
	}
	return nil
}

// enter puts a file in the place of what was reserved for it.
func (r *Redis) enter(ctx context.Context, reserved, l line) error {
	_, _, err := r.ledger(ctx, reserved, l, lookEvery, 0, 0)
	return err
}

// drop removes a file and its line, as far as Redis is there. What stays goes by
// itself.
func (r *Redis) drop(l line) {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	if r.bus.Client.Del(ctx, r.key(l.room, l.name)).Err() == nil {
		_, _, _ = r.ledger(ctx, l, line{}, 0, 0, 0)
	}
}

// look sees which files are there no more and takes them out of the ledger.
func (r *Redis) look(ctx context.Context, due []line) error {
	if len(due) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	commands := make([]bus.Command, len(due))
	lives := make([]*redis.IntCmd, len(due))
	for i, l := range due {
		key := r.key(l.room, l.name)
		lives[i] = redis.NewIntCmd(ctx, "exists", key)
		commands[i] = bus.On(key, lives[i])
	}
	if err := r.bus.Exec(ctx, commands); err != nil {
		return unavailable(err)
	}
	calls := make([]bus.Call, len(due))
	for i, l := range due {
		in := line{}
		if lives[i].Val() > 0 {
			in = l
		}
		calls[i] = bus.Call{
			Keys: []string{r.bus.Key("*", "files"), r.bus.Key("*", "used")},
			Args: []any{text(l), l.bytes, text(in), in.bytes, lookEvery.Milliseconds(), r.limit, 0, 0},
		}
	}
	r.bus.RunAll(ctx, ledgerScript, calls)
	for _, c := range calls {
		if c.Err != nil {
			return unavailable(c.Err)
		}
	}
	return nil
}

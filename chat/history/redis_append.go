package history

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// Append stores an entry at the end of a room's log and returns at once. It
// keeps no reference to e.Data. What [Disk.Append] promises about done stands
// here, too. An append of which nobody knows whether it was stored, because the
// connection broke before Redis answered, comes to ErrUnavailable like one that
// was not; trying again with the same Key finds out.
//
// Done may be called while the log holds the room: it must not follow it.
func (r *Redis) Append(room string, e Entry, done func(stored Entry, again bool, err error)) {
	if max(len(e.Key), len(e.Origin), len(e.File)) > maxNameBytes || len(e.Data) > maxEntryBytes || !bus.ValidRoom(room) {
		go done(e, false, ErrTooLarge)
		return
	}
	p := posting{room: room, key: e.Key, file: e.File, blanks: e.Blanks, pin: e.Pin, since: time.Now(), done: done}
	if e.Key == "" {
		e.Key = ownKey + rand.Text()
	}
	p.body = encodeBody(e)
	p.wireKey = e.Key
	if err := r.outbox.add(p); err != nil {
		go done(e, false, err)
	}
}

// A stored is what became of a posting.
type stored struct {
	posting
	heard heard // with the body of the first one if again
	again bool
	bytes int64 // of the room, unless again
}

// write sends what waits, batch by batch, until the outbox is closed and empty.
func (r *Redis) write() {
	down := false
	for range r.outbox.wake {
		batch, ended := r.outbox.take()
		if ended {
			return
		}
		err := r.send(r.fresh(batch))
		if (err != nil) != down {
			down = err != nil
			if down {
				r.options.Log.Warn("redis stores no messages; people see theirs waiting until it does", "error", err)
			} else {
				r.options.Log.Info("redis stores messages again")
			}
		}
	}
}

// fresh refuses the postings that have waited so long behind others that an
// answer of Redis would come too late for them.
func (r *Redis) fresh(batch []posting) []posting {
	until := time.Now().Add(-callTime)
	return slices.DeleteFunc(batch, func(p posting) bool {
		if p.since.After(until) {
			return false
		}
		p.refuse(ErrUnavailable)
		return true
	})
}

// send stores a batch and sees to it that all are answered. It returns one of
// the errors.
func (r *Redis) send(batch []posting) (failure error) {
	if len(batch) == 0 {
		return nil
	}
	calls := make([]bus.Call, len(batch))
	for i, p := range batch {
		calls[i] = r.appendCall(p)
	}
	ctx, cancel := r.within(context.Background())
	defer cancel()
	r.bus.RunAll(ctx, appendScript, calls)

	all := make([]stored, 0, len(batch))
	for i, p := range batch {
		s, err := decodeStored(p, calls[i])
		if err != nil {
			failure = err
			p.refuse(unavailable(err))
			continue
		}
		all = append(all, s)
		if !s.again && r.options.Retention.Bytes > 0 {
			r.ledger.note(s.room, s.bytes)
		}
	}
	if failure != nil && redis.HasErrorPrefix(failure, "READONLY") {
		r.listener.Reset() // Another server has become the master.
	}
	// A script that Redis did not know is sent again for some of them only.
	slices.SortStableFunc(all, func(a, b stored) int { return strings.Compare(string(a.heard.id), string(b.heard.id)) })
	for _, s := range all {
		r.settle(s)
	}
	return failure
}

func (r *Redis) appendCall(p posting) bus.Call {
	keep := r.options.Retention
	call := bus.Call{
		Keys: r.keys(p.room),
		Args: []any{
			r.files(p.room), r.bus.PublishCommand(), r.bus.Channel(p.room, "log"),
			p.wireKey, p.file, p.body, streamID(r.floor(p.room)),
			keep.Messages, keep.Age.Milliseconds(), r.roomBytes(), flag(p.pin),
		},
	}
	for _, b := range p.blanks {
		call.Args = append(call.Args, streamID(b.ID), flag(b.DropFile), string(b.Data))
	}
	return call
}

// roomBytes is how many bytes a room may have; 0 is no limit.
func (r *Redis) roomBytes() int64 {
	all, one := r.options.Retention.Bytes, r.options.RoomBytes
	if all == 0 || one == 0 {
		return max(all, one)
	}
	return min(all, one)
}

// keys are those of a room, in the order in which the scripts take them.
func (r *Redis) keys(room string) []string {
	return []string{
		r.bus.Key(room, "log"), r.bus.Key(room, "text"), r.bus.Key(room, "keys"), r.bus.Key(room, "gone"), r.bus.Key(room, "state"),
	}
}

// files is what the keys of a room's files begin with.
func (r *Redis) files(room string) string { return r.bus.Key(room, "file:") }

// flag is how the scripts are told yes or no.
func flag(yes bool) string {
	if yes {
		return "1"
	}
	return ""
}

// floor is an id that is given already, as far as is known here.
func (r *Redis) floor(room string) ID {
	if f := r.follower(room); f != nil {
		return f.position()
	}
	return ""
}

// decodeStored checks what the append script returned.
func decodeStored(p posting, c bus.Call) (stored, error) {
	if c.Err != nil {
		return stored{}, c.Err
	}
	reply, ok := c.Reply.([]any)
	if !ok || len(reply) != 6 {
		return stored{}, errJunk
	}
	again, _ := reply[0].(int64)
	id, _ := reply[1].(string)
	prev, _ := reply[2].(string)
	born, _ := reply[3].(string)
	first, _ := reply[4].(string)
	bytes, _ := reply[5].(int64)
	s := stored{posting: p, again: again == 1, bytes: bytes, heard: heard{born: born, body: p.body}}
	if s.again {
		s.heard.body = first
	}
	var err error
	if s.heard.prev, err = parseStreamID(prev); err != nil {
		return stored{}, err
	}
	if s.heard.id, err = parseStreamID(id); err != nil || s.heard.id == "" {
		return stored{}, errJunk
	}
	return s, nil
}

// settle tells the follower of the room what was stored, and then the one who
// appended it.
func (r *Redis) settle(s stored) {
	f := r.follower(s.room)
	if f == nil {
		s.acknowledge()
		return
	}
	if f.settle(s) {
		r.catching.add(f)
	}
}

// acknowledge calls done. Of an entry that was dropped since, only the id and
// the key are known.
func (s stored) acknowledge() {
	e, err := entryOf(s.heard)
	if err != nil {
		e = Entry{ID: s.heard.id, Key: s.key}
	}
	s.done(e, s.again, nil)
}

// refuse calls done with an error.
func (p posting) refuse(err error) { p.done(Entry{Key: p.key}, false, err) }

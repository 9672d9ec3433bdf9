package history

import (
	"context"
	"maps"
	"sync"
	"time"
)

// balanceEvery is how long the servers let rooms grow before they sum them up.
const balanceEvery = time.Second

// What is done in one go, so that Redis is free in between.
const (
	maxNoted = 500 // rooms
	maxTrims = 100 // of a room, each of up to a hundred entries
)

// A ledger holds how many bytes rooms have that something was said in since
// Redis was told. In Redis is one for all servers ({.said}:sizes, which no room's
// name can be), since a script of a Cluster sees the keys of one room only.
type ledger struct {
	wake chan struct{} // there is something to tell

	mu    sync.Mutex
	rooms map[string]int64 // guarded by mu
}

func newLedger() ledger { return ledger{wake: make(chan struct{}, 1), rooms: make(map[string]int64)} }

func (l *ledger) note(room string, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rooms[room] = bytes
	l.signal()
}

func (l *ledger) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take returns some rooms, which Redis is told of next.
func (l *ledger) take() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	some := make(map[string]int64, min(len(l.rooms), maxNoted))
	for room, bytes := range l.rooms {
		if len(some) == maxNoted {
			l.signal()
			break
		}
		some[room] = bytes
		delete(l.rooms, room)
	}
	return some
}

// putBack returns what Redis was not told, unless there is something newer.
func (l *ledger) putBack(some map[string]int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(some, l.rooms)
	l.rooms = some
	l.signal()
}

// balance keeps the rooms together within Retention.Bytes, until the log ends.
func (r *Redis) balance() {
	if r.options.Retention.Bytes == 0 {
		return
	}
	pause := time.NewTicker(balanceEvery)
	defer pause.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-r.ledger.wake:
		}
		r.settleAccounts()
		select {
		case <-r.ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// settleAccounts tells Redis what rooms have, and takes from the one that has
// most until all are within the limit.
func (r *Redis) settleAccounts() {
	some := r.ledger.take()
	for range maxTrims {
		a, err := r.account(some)
		if err != nil {
			r.ledger.putBack(some)
			return
		}
		if a.over <= 0 {
			return
		}
		// A little more, so that not every message is paid for at once; but no more
		// than a part of the room, since then another one may be the largest.
		left, err := r.trim(a.room, a.bytes-min(a.over+r.options.Retention.Bytes/16, max(a.bytes/4, 1)))
		if err != nil {
			r.ledger.signal() // What is too much is found again.
			return
		}
		some = map[string]int64{a.room: left}
	}
	r.ledger.putBack(some)
}

// An account is by how many bytes all rooms are too large together, and which is
// the largest of them.
type account struct {
	over  int64
	room  string
	bytes int64
}

// account notes rooms in the ledger.
func (r *Redis) account(some map[string]int64) (account, error) {
	keep := r.options.Retention
	life := int64(0)
	if keep.Age > 0 {
		life = (keep.Age + 2*time.Minute).Milliseconds()
	}
	args := []any{keep.Bytes, life}
	for room, bytes := range some {
		args = append(args, room, bytes)
	}
	ctx, cancel := r.within(context.Background())
	defer cancel()
	reply, err := r.bus.Run(ctx, ledgerScript, []string{r.bus.Shared("{.said}:sizes"), r.bus.Shared("{.said}:ends")}, args...)
	if err != nil {
		return account{}, err
	}
	three, ok := reply.([]any)
	if !ok || len(three) != 3 {
		return account{}, errJunk
	}
	var a account
	a.over, _ = three[0].(int64)
	a.room, _ = three[1].(string)
	a.bytes, _ = three[2].(int64)
	return a, nil
}

// trim drops the oldest entries of a room, a hundred at most, until it has no more
// than so many bytes, if another server did not do so already. It returns how
// many are left.
func (r *Redis) trim(room string, bytes int64) (left int64, err error) {
	ctx, cancel := r.within(context.Background())
	defer cancel()
	reply, err := r.bus.Run(ctx, trimScript, r.keys(room), r.files(room), bytes)
	if err != nil {
		return 0, err
	}
	left, ok := reply.(int64)
	if !ok {
		return 0, errJunk
	}
	return left, nil
}

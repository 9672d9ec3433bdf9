package relay

import (
	"context"
	_ "embed"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

//go:embed beat.lua
var beatText string

// beatScript gives this server's sign of life and returns everybody's.
var beatScript = bus.NewScript(beatText)

var errBeat = errors.New("redis did not answer a sign of life as the script does")

// others are the servers that gave a sign of life, by their ids.
type others map[string]*other

// An other is one of them.
type other struct {
	score string    // the time of its sign, by the clock of Redis
	seen  time.Time // when that was seen to change
	dead  bool
}

// sign gives the sign of life and looks at those of the others.
func (r *Relay) sign(ctx context.Context) error {
	r.beating.Lock()
	defer r.beating.Unlock()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	reply, err := r.bus.Run(ctx, beatScript, []string{r.bus.Shared("servers")}, r.id, r.deadAfter().Milliseconds())
	if err != nil {
		return err
	}
	words, ok := reply.([]any)
	if !ok || len(words) < 2 {
		return errBeat
	}
	signs := make(map[string]string)
	for i := 2; i+1 < len(words); i += 2 {
		server, _ := words[i].(string)
		score, _ := words[i+1].(string)
		if serverID.MatchString(server) && server != r.id {
			signs[server] = score
		}
	}
	now, _ := words[1].(string)
	r.learn(signs, words[0] == int64(1), now, time.Now())
	return nil
}

func (r *Relay) deadAfter() time.Duration { return deadBeats * r.beat }

// learn takes in the signs of life. One that is old when it is first seen is of a
// server that was dead before; but a sign that stays the same means nothing in
// the time in which Redis was away.
func (r *Relay) learn(signs map[string]string, forgotten bool, redisNow string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	gap := now.Sub(r.beaten) > 2*r.beat
	r.beaten = now
	if gap || forgotten { // The others may take us for dead, or Redis has lost its memory.
		for name := range r.mine {
			r.todo.report(name)
		}
	}
	for server, score := range signs {
		o := r.others[server]
		switch {
		case o == nil:
			r.others[server] = &other{score: score, seen: now, dead: older(score, redisNow, r.deadAfter())}
		case o.score != score:
			o.score, o.seen, o.dead = score, now, false
		}
	}
	for server, o := range r.others {
		if gap && !o.dead {
			o.seen = now
		}
		if now.Sub(o.seen) >= r.deadAfter() {
			o.dead = true
			if _, ok := signs[server]; !ok {
				delete(r.others, server)
			}
		}
	}
}

// older reports whether a time of Redis is so far behind another. What is no time,
// not a number among them, is.
func older(score, now string, by time.Duration) bool {
	a, errA := strconv.ParseFloat(score, 64)
	b, errB := strconv.ParseFloat(now, 64)
	ahead := b-a < float64(by.Milliseconds())
	return errA != nil || errB != nil || !ahead
}

// lives notes that a server was heard.
func (r *Relay) lives(server string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.others[server]; o != nil {
		o.seen, o.dead = time.Now(), false
		return
	}
	r.others[server] = &other{seen: time.Now()}
}

// alive reports whether a server gives signs of life.
func (r *Relay) alive(server string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.others[server]
	return o != nil && !o.dead
}

// know sees to it that it is known of each server in the hashes whether it lives.
func (r *Relay) know(ctx context.Context, hashes []*redis.MapStringStringCmd) error {
	for _, hash := range hashes {
		for server := range hash.Val() {
			r.mu.Lock()
			known := server == r.id || r.others[server] != nil
			r.mu.Unlock()
			if !known {
				return r.sign(ctx)
			}
		}
	}
	return nil
}

// mourn tells of the servers that died, in all rooms where somebody was with
// them.
func (r *Relay) mourn() {
	r.mu.Lock()
	rooms := make([]*room, 0, len(r.rooms))
	for _, one := range r.rooms {
		rooms = append(rooms, one)
	}
	r.mu.Unlock()
	for _, one := range rooms {
		one.mu.Lock()
		for server := range one.told {
			if !r.alive(server) && r.joined(one) {
				one.tell(server, "", false)
				r.bury(one.name, server)
			}
		}
		one.mu.Unlock()
	}
}

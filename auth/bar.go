package auth

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
	"chat/auth/limit"
)

// A bar is why a server lets nobody in: the state that it shares with others is for
// another secret than its own.
type bar struct{ err error }

// Why that is. Whoever reads the log learns what to do.
var (
	errStale   = errors.New("this server's secret is older than one that another server uses: give it the same data folder, or run chat rotate-secret")
	errForeign = errors.New("another server on this Redis has another secret: give all of them the same data folder or TOTP_SECRET; this one lets people in a few seconds after the last of the others has ended")
)

// inUse is for how long a server that looked counts as running. Each looks once a
// second.
const inUse = 5 * time.Second

// lookScript tells a server how the shared state is: {the newest epoch, 1 if the
// state is for its secret, 1 if a server runs whose secret it is for, 1 if another
// run of Redis wrote the counters and nobody found out yet, when the server noted
// that it runs, which run of Redis that is}, and for each session from KEYS[4] on
// whether it is there. KEYS[1] are the counters, KEYS[2] a note that ends soon unless
// a server with their secret looks, KEYS[3] the note of limit.BeatKey. ARGV is the
// server's epoch, or 0 if that has no order, its secret's label, whether it would have
// the state when no such server runs, for how long the note is, in ms, and the time,
// in ms; empty for that of Redis.
//
// Counters that are missing are not made here: those would look like old ones. A
// Redis that takes no writes, as a replica does, still tells of sessions.
var lookScript = redis.NewScript(`
local kept = redis.call("EXISTS", KEYS[1]) == 1
local was = redis.call("HMGET", KEYS[1], "epoch", "secret", "run")
local newest, secret = tonumber(was[1] or "") or 0, was[2] or ""
local ours, label = tonumber(ARGV[1]), ARGV[2]
local runs = redis.call("EXISTS", KEYS[2])
local newer = ours > newest
if kept and newer then redis.call("HSET", KEYS[1], "epoch", string.format("%.0f", ours)) end
local ordered = ours > 0 and not string.find(secret, "^env ")
local free = secret == "" or runs == 0 and ARGV[3] == "1" and (ours == 0 or ours >= newest)
if secret ~= label and (ordered and newer or free) then
  secret = label
  if kept then redis.call("HSET", KEYS[1], "secret", secret) end
end
local held = secret == label and (ours == 0 or ours >= newest)
if held then redis.pcall("SET", KEYS[2], label, "PX", ARGV[4]) end
local info = redis.pcall("INFO", "server")
local run = type(info) == "string" and string.match(info, "run_id:(%x+)")
local anew = kept and run and was[3] and was[3] ~= run
local beat = 0
if kept and held and run and was[3] == run then
  beat = tonumber(ARGV[5])
  if not beat then
    local clock = redis.call("TIME")
    beat = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
  end
  local noted = redis.pcall("SET", KEYS[3], string.format("%.0f", beat))
  if noted.err then beat = 0 end
end
local answer = {math.max(newest, ours), held and 1 or 0, runs, anew and 1 or 0, beat, run or ""}
for i = 4, #KEYS do answer[i + 3] = redis.call("EXISTS", KEYS[i]) end
return answer
`)

// ask runs lookScript and returns what it says of the sessions with these keys, or
// nil when Redis does not answer.
func (s *Server) ask(ctx context.Context, secret Secret, sessions []string) []int64 {
	within, cancel := once.Within(ctx)
	defer cancel()
	keys := append([]string{CountersKey(s.config.Prefix), inUseKey(s.config.Prefix), beatKey(s.config.Prefix)}, sessions...)
	var epoch int64
	if s.config.Vault.ordered() {
		epoch = secret.epoch
	}
	res, err := lookScript.Run(within, s.steps.rdb, keys,
		epoch, s.config.Vault.label(secret), strconv.Itoa(s.mayTake()), inUse.Milliseconds(), s.limiter.Time()).Slice()
	seen, ok := readLook(res, len(sessions))
	if err != nil || !ok {
		if ctx.Err() == nil {
			s.known.failed()
		}
		s.witness.missed(err, s.config.Now())
		if !s.free.IsZero() { // What runs now is not known, and has to be found out anew.
			s.free = s.config.Now()
		}
		return nil
	}
	s.known.answered()
	if seen.beat > 0 {
		s.witness.heard(seen.run, seen.beat)
	} else {
		s.witness.answered()
	}
	switch {
	case epoch != 0 && seen.newest > epoch:
		s.shut(ctx, errStale)
	case !seen.held:
		s.shut(ctx, errForeign)
	default:
		s.shut(ctx, nil)
	}
	if seen.anew {
		s.prepared = time.Time{}
	}
	if seen.runs || s.free.IsZero() {
		s.free = s.config.Now()
	}
	return seen.sessions
}

// aLook is what lookScript answers.
type aLook struct {
	newest           int64
	held, runs, anew bool
	beat             int64 // 0: the server did not note that it runs
	run              string
	sessions         []int64
}

// readLook takes the answer apart. It is not ok when it tells of another number of
// sessions.
func readLook(res []any, sessions int) (l aLook, ok bool) {
	const before = 6
	if len(res) != before+sessions {
		return aLook{}, false
	}
	numbers := make([]int64, len(res))
	for i, v := range res {
		if i == before-1 {
			l.run, ok = v.(string)
		} else {
			numbers[i], ok = v.(int64)
		}
		if !ok {
			return aLook{}, false
		}
	}
	l.newest, l.held, l.runs, l.anew, l.beat = numbers[0], numbers[1] == 1, numbers[2] == 1, numbers[3] == 1, numbers[4]
	l.sessions = numbers[before:]
	return l, true
}

// inUseKey is where servers note that one with the secret of the counters runs. It
// need not outlive a restart.
func inUseKey(prefix string) string { return FloodPrefix(prefix) + "secret" }

// beatKey is where servers note when the last one of them ran.
func beatKey(prefix string) string { return prefix + "login:" + limit.BeatKey }

// mayTake is 1 if the server would have the state for its own secret, once no server
// runs whose secret it is for. At its first look it would: a secret of the
// environment was changed with the server down. Later it waits for a while: after
// Redis was away the others may only not have looked yet.
func (s *Server) mayTake() int {
	if s.free.IsZero() || s.config.Now().Sub(s.free) >= inUse {
		return 1
	}
	return 0
}

// leave takes this server's note away, so that one with another secret need not wait
// for its end. Others with the same secret write it again within a second.
func (s *Server) leave(ctx context.Context) {
	if s.barred.Load() != nil {
		return
	}
	ctx, cancel := once.Within(ctx)
	defer cancel()
	_ = s.steps.rdb.Del(ctx, inUseKey(s.config.Prefix)).Err() // If it cannot be, it ends by itself.
}

// shut bars people from this server, or no more, and tells the log once.
func (s *Server) shut(ctx context.Context, why error) {
	was := s.barred.Load()
	switch {
	case why != nil && (was == nil || was.err != why):
		s.barred.Store(&bar{why})
		s.config.Log.LogAttrs(ctx, slog.LevelError, "nobody can log in here", slog.String("error", why.Error()))
	case why == nil && was != nil:
		s.barred.Store(nil)
		s.config.Log.LogAttrs(ctx, slog.LevelWarn, "people can log in here again")
	}
}

package auth

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// usedFor is how long used steps are remembered after the last login. A code
// is good for a minute and a half; the rest is for clocks that are set back.
const usedFor = 30 * 24 * time.Hour

// useSteps uses up the ARGV[5] steps from ARGV[1] on, which the clock says are
// around ARGV[2], and returns {1 if all were free, 1 if the clock was set back}.
// KEYS[1] is the sorted set of used steps, ARGV[3] the step up to which all are
// used, ARGV[6] the step of the enrolment, ARGV[4] the time to live.
//
// Only steps after the last used one are free (RFC 6238 section 5.2). When the
// last one lies in the future the clock was set back, and that rule would lock
// the owner out until the future comes; then every step that is not in the set
// is free. Step 0 is never free: it stands for a wrong code, which takes this
// way too so that it takes the same time.
var useSteps = redis.NewScript(`
local step, now, floor, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
local enrolled = tonumber(ARGV[6])
local newest = redis.call("ZREVRANGE", KEYS[1], 0, 0)
local last = math.max(tonumber(newest[1] or "0"), floor, enrolled)
local back = last > now + 2
local free = step > last
if back then
  free = true
  for i = 0, count - 1 do
    local one = string.format("%.0f", step + i)
    if step + i == enrolled or step + i == floor or redis.call("ZSCORE", KEYS[1], one) then free = false end
  end
end
if step == 0 or not free then
  return {0, back and 1 or 0}
end
for i = 0, count - 1 do
  local one = string.format("%.0f", step + i)
  redis.call("ZADD", KEYS[1], one, one)
end
if not back then
  redis.call("ZREMRANGEBYRANK", KEYS[1], 0, -1001)
end
redis.call("EXPIRE", KEYS[1], ARGV[4])
return {1, back and 1 or 0}
`)

// steps remembers the used steps of each secret in Redis, and the last ones in
// memory as well: a Redis that comes back with an older state, as a promoted
// replica does, must not make a used code good again.
type steps struct {
	rdb    once.Client
	prefix string

	mu   sync.Mutex
	used map[int64][]int64 // by epoch, oldest first; guarded by mu
}

// remembered is how many used steps of a secret are kept in memory: more than
// a window holds.
const remembered = 16

// run is consecutive steps, of codes that were typed in a row.
type run struct {
	first int64 // 0 for codes that match nothing
	count int
}

// use reports whether all steps of a run of the secret s were free, and uses
// them up. Floor is a step up to which all count as used. It is atomic over all
// servers that share the Redis. Back says that the clock stands before the last
// used step.
func (u *steps) use(ctx context.Context, s Secret, r run, floor int64, now time.Time) (free, back bool, err error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	key := u.prefix + strconv.FormatInt(s.epoch, 10)
	res, err := useSteps.Run(ctx, u.rdb, []string{key},
		r.first, stepAt(now), floor, int64(usedFor.Seconds()), r.count, s.used).Int64Slice()
	if err == nil && len(res) != 2 {
		err = fmt.Errorf("got %d values", len(res))
	}
	if err != nil {
		return false, false, fmt.Errorf("using up a code: %w", err)
	}
	return res[0] == 1 && u.unseen(s.epoch, r), res[1] == 1, nil
}

// unseen reports whether this process has used none of the steps, and notes
// them.
func (u *steps) unseen(epoch int64, r run) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.used == nil {
		u.used = make(map[int64][]int64)
	}
	list := u.used[epoch]
	for i := range r.count {
		if slices.Contains(list, r.first+int64(i)) {
			return false
		}
	}
	for i := range r.count {
		list = append(list, r.first+int64(i))
	}
	if len(list) > remembered {
		list = list[len(list)-remembered:]
	}
	u.used = map[int64][]int64{epoch: list} // Of other secrets no code is good.
	return true
}

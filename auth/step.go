package auth

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// usedFor is how long used steps are remembered after the last login. A code
// is good for a minute and a half; the rest is for clocks that are set back.
const usedFor = 30 * 24 * time.Hour

// useStep uses up step ARGV[1], which the clock says is around ARGV[2], and
// returns {1 if it was free, 1 if the clock was set back}. KEYS[1] is the sorted
// set of used steps, ARGV[3] the step of the enrolment, ARGV[4] the time to live.
//
// Only a step after the last used one is free (RFC 6238 section 5.2). When the
// last one lies in the future the clock was set back, and that rule would lock
// the owner out until the future comes; then every step that is not in the set
// is free. Step 0 is never free: it stands for a wrong code, which takes this
// way too so that it takes the same time.
var useStep = redis.NewScript(`
local step, now, enrolled = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local newest = redis.call("ZREVRANGE", KEYS[1], 0, 0)
local last = math.max(tonumber(newest[1] or "0"), enrolled)
local back = last > now + 2
local free = step > last
if back then
  free = step ~= enrolled and not redis.call("ZSCORE", KEYS[1], ARGV[1])
end
if step == 0 or not free then
  return {0, back and 1 or 0}
end
redis.call("ZADD", KEYS[1], ARGV[1], ARGV[1])
if not back then
  redis.call("ZREMRANGEBYRANK", KEYS[1], 0, -1001)
end
redis.call("EXPIRE", KEYS[1], ARGV[4])
return {1, back and 1 or 0}
`)

// steps remembers the used steps of each secret in Redis.
type steps struct {
	rdb    once.Client
	prefix string
}

// use reports whether step of the secret s was free, and uses it up. It is
// atomic over all servers that share the Redis. Back says that the clock
// stands before the last used step.
func (u steps) use(ctx context.Context, s Secret, step int64, now time.Time) (free, back bool, err error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	key := u.prefix + strconv.FormatInt(s.epoch, 10)
	res, err := useStep.Run(ctx, u.rdb, []string{key},
		step, stepAt(now), s.used, int64(usedFor.Seconds())).Int64Slice()
	if err == nil && len(res) != 2 {
		err = fmt.Errorf("got %d values", len(res))
	}
	if err != nil {
		return false, false, fmt.Errorf("using up a code: %w", err)
	}
	return res[0] == 1, res[1] == 1, nil
}

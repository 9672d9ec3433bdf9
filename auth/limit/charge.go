package limit

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// Charge is one attempt that was paid for.
type Charge struct {
	limiter *Limiter
	key     string
	cost    time.Duration // what it paid, in time
	drained time.Time     // when it will have been worked off without a refund
	done    atomic.Bool
}

// giveBack moves the key's theoretical arrival time back by ARGV[1] seconds,
// and removes the key when that leaves nothing to wait for. A key that is gone
// stays gone. The epoch of the value is redis_rate's.
var giveBack = redis.NewScript(`
local due = tonumber(redis.call("GET", KEYS[1]) or "")
if not due then
  return 0
end
local time = redis.call("TIME")
local now = (time[1] - 1483228800) + (time[2] / 1000000)
local left = due - tonumber(ARGV[1]) - now
if left <= 0 then
  redis.call("DEL", KEYS[1])
else
  redis.call("SET", KEYS[1], string.format("%.6f", now + left), "EX", math.ceil(left))
end
return 1
`)

// Refund gives the charge back. A second call does nothing, and so does a call
// so late that the budget has refilled by itself: what it would give then
// belongs to somebody else's charge.
func (c *Charge) Refund(ctx context.Context) error {
	left := min(c.cost, time.Until(c.drained))
	if left <= 0 || c.done.Swap(true) {
		return nil
	}
	ctx, cancel := once.Within(ctx)
	defer cancel()
	if err := giveBack.Run(ctx, c.limiter.rdb, []string{c.key}, left.Seconds()).Err(); err != nil {
		return fmt.Errorf("refunding an attempt: %w", err)
	}
	return nil
}

// Package limit answers: may this source try again?
//
// A Limiter counts attempts by key in Redis, so that every server that shares
// the Redis shares the count. It is a GCRA of redis_rate: Burst attempts are
// free at once, then one more every Period/Burst.
//
// What it promises:
//
//   - Charge first. Take pays for the attempt before anything is looked at, in
//     one script, so that of any number of parallel attempts no more than the
//     limit allows are ever evaluated.
//   - Refund only your own. A success gives back what it paid and nothing
//     else: an owner who logs in during an attack refills no attacker's budget.
//   - Fail closed. When Redis does not answer within half a second, Take
//     returns an error and the attempt must not be evaluated.
//   - A refused attempt costs nothing, so asking more often does not lock a
//     source out for longer.
//
// Keys are <prefix><key>, values are times; nothing else is stored, and a key
// is gone when its budget is full again.
package limit

import (
	"context"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// Limit is a budget: Burst attempts in Period. Both must be positive.
type Limit struct {
	Burst  int
	Period time.Duration
}

// Limiter charges attempts. It is safe for concurrent use.
type Limiter struct {
	rdb    once.Client
	rate   *redis_rate.Limiter
	prefix string
	limit  redis_rate.Limit
}

// New returns a Limiter whose keys begin with prefix.
func New(rdb *redis.Client, prefix string, l Limit) *Limiter {
	c := once.New(rdb)
	return &Limiter{
		rdb:    c,
		rate:   redis_rate.NewLimiter(plainKeys{c}),
		prefix: prefix,
		limit:  redis_rate.Limit{Rate: l.Burst, Burst: l.Burst, Period: l.Period},
	}
}

// Refused is the error of Take when the budget is empty.
type Refused struct {
	// RetryAfter is when the next attempt will be let through.
	RetryAfter time.Duration
}

// Error describes the refusal for a log.
func (r Refused) Error() string {
	return fmt.Sprintf("too many attempts: retry after %v", r.RetryAfter.Round(time.Second))
}

// Take charges key for one attempt. It returns Refused when the budget is
// empty; any other error means that Redis did not answer.
func (l *Limiter) Take(ctx context.Context, key string) (*Charge, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	key = l.prefix + key
	res, err := l.rate.Allow(ctx, key, l.limit)
	if err != nil {
		return nil, fmt.Errorf("charging an attempt: %w", err)
	}
	if res.Allowed == 0 {
		return nil, Refused{RetryAfter: res.RetryAfter}
	}
	return &Charge{
		limiter: l,
		key:     key,
		drained: time.Now().Add(res.ResetAfter),
		cost:    l.limit.Period / time.Duration(l.limit.Rate),
	}, nil
}

package limit_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"chat/auth/limit"
)

func Example() {
	server, err := miniredis.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { _ = rdb.Close() }()

	ctx := context.Background()
	logins := limit.New(rdb, "login:", limit.Limit{Burst: 2, Period: time.Hour})
	for range 3 {
		charge, err := logins.Take(ctx, "192.0.2.1")
		if refused, ok := errors.AsType[limit.Refused](err); ok {
			fmt.Println("wait", refused.RetryAfter.Round(time.Minute))
			continue
		}
		if err != nil {
			fmt.Println("not now:", err)
			continue
		}
		fmt.Println("look at the code")
		_ = charge // A right code would call charge.Refund.
	}
	// Output:
	// look at the code
	// look at the code
	// wait 30m0s
}

package limit_test

import (
	"context"
	"fmt"
	"net/netip"
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
	logins := limit.New(rdb, "login:", nil)
	for range 6 {
		ticket, err := logins.Take(ctx, limit.Try{Addr: netip.MustParseAddr("192.0.2.1"), Codes: 1, Fresh: true})
		switch {
		case err != nil:
			fmt.Println("not now:", err)
		case ticket.Verdict == limit.Go:
			fmt.Println("look at the code") // a right one would be followed by logins.Refund
		case ticket.Verdict == limit.Wait:
			fmt.Println("wait", ticket.RetryAfter.Round(time.Minute))
		case ticket.Verdict == limit.More:
			fmt.Println("ask for", ticket.Need, "codes")
		}
	}
	// Output:
	// look at the code
	// look at the code
	// look at the code
	// look at the code
	// look at the code
	// wait 1h0m0s
}

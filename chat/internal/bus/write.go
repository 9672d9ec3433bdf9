package bus

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// errMoved ends a line whose node has given up a channel.
var errMoved = errors.New("a room has moved to another node")

// write sends what is ordered, and a ping now and then, until that fails.
func (n *line) write(ctx context.Context, conn *redis.PubSub) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-n.poke:
			err = n.send(ctx, conn)
		case <-ticker.C:
			err = limited(ctx, func(ctx context.Context) error { return conn.Ping(ctx) })
		}
		if err != nil {
			return
		}
	}
}

// send sends all orders, in their order, with as few commands as it can.
func (n *line) send(ctx context.Context, conn *redis.PubSub) error {
	n.of.mu.Lock()
	orders := n.orders
	n.orders = nil
	for _, o := range orders {
		if o.subscribe {
			n.open[o.channel]++
		}
	}
	n.of.mu.Unlock()

	most := subscribeMax
	if n.of.bus.cluster != nil {
		most = 1 // Channels in one command must be of one slot.
	}
	for len(orders) > 0 {
		channels := []string{orders[0].channel}
		for len(channels) < min(most, len(orders)) && orders[len(channels)].subscribe == orders[0].subscribe {
			channels = append(channels, orders[len(channels)].channel)
		}
		err := limited(ctx, func(ctx context.Context) error {
			return n.command(ctx, conn, orders[0].subscribe, channels)
		})
		if err != nil {
			return err
		}
		orders = orders[len(channels):]
	}
	return nil
}

func (n *line) command(ctx context.Context, conn *redis.PubSub, subscribe bool, channels []string) error {
	sharded := n.of.bus.cluster != nil
	switch {
	case sharded && subscribe:
		return conn.SSubscribe(ctx, channels...)
	case sharded:
		return conn.SUnsubscribe(ctx, channels...)
	case subscribe:
		return conn.Subscribe(ctx, channels...)
	default:
		return conn.Unsubscribe(ctx, channels...)
	}
}

func limited(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return f(ctx)
}

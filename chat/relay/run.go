package relay

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// maxPipeline is how many commands are sent at once.
const maxPipeline = 200

// run sends what is to be sent and gives the sign of life, until Close.
func (r *Relay) run() {
	defer close(r.ended)
	defer r.leave()
	ticker := time.NewTicker(r.beat)
	defer ticker.Stop()
	down, pause := false, firstPause
	err := r.live()
	for {
		if (err != nil) != down {
			down, pause = err != nil, firstPause
			r.tell(err)
		}
		if down {
			if redis.HasErrorPrefix(err, "READONLY") {
				r.listener.Reset() // Another server has become the master.
			}
			select {
			case <-time.After(pause):
			case <-r.ctx.Done():
				return
			}
			pause = min(2*pause, longestPause)
			err = r.live()
			continue
		}
		select {
		case <-r.wake:
			if err = r.listenForCalls(r.ctx); err == nil {
				err = r.flush(r.ctx)
			}
		case <-ticker.C:
			err = r.live()
		case <-r.ctx.Done():
			return
		}
	}
}

// tell logs that Redis went away or came back.
func (r *Relay) tell(err error) {
	if err == nil {
		r.log.Info("redis takes again who is in the rooms")
	} else if r.ctx.Err() == nil {
		r.log.Warn("redis does not take who is in the rooms; other servers do not see who comes and goes", "error", err)
	}
}

// live gives the sign of life, does what follows from those of the others, and
// sends what could not be sent.
func (r *Relay) live() error {
	if err := r.sign(r.ctx); err != nil {
		return err
	}
	if err := r.listenForCalls(r.ctx); err != nil {
		return err
	}
	r.mourn()
	r.again(time.Now())
	return r.flush(r.ctx)
}

// flush does what is to be done.
func (r *Relay) flush(ctx context.Context) error {
	for {
		b := r.take()
		if b.empty() {
			return nil
		}
		err := r.send(ctx, b)
		if err == nil {
			err = r.ask(ctx, b.stale)
		}
		if err != nil {
			r.putBack(b)
			return err
		}
	}
}

// send tells the other servers in one pipeline.
func (r *Relay) send(ctx context.Context, b batch) error {
	if len(b.said)+len(b.here)+len(b.graves) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var commands []bus.Command
	for _, g := range b.graves {
		key := r.bus.Key(g.room, "here")
		commands = append(commands, bus.On(key, redis.NewCmd(ctx, "hdel", key, g.server)))
	}
	for _, h := range b.here {
		commands = append(commands, r.report(ctx, h)...)
	}
	for _, s := range b.said {
		commands = append(commands, r.bus.Publish(ctx, s.channel, s.payload))
	}
	if err := r.bus.Exec(ctx, commands); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range b.here {
		if h.people == nil && r.mine[h.room] == h.presence {
			delete(r.mine, h.room)
		}
	}
	return nil
}

// report writes down who is in a room, and then tells it.
func (r *Relay) report(ctx context.Context, h report) (commands []bus.Command) {
	key, kind := r.bus.Key(h.room, "here"), kindHere
	if h.people == nil {
		kind = kindNobody
		commands = append(commands, bus.On(key, redis.NewCmd(ctx, "hdel", key, r.id)))
	} else {
		commands = append(commands,
			bus.On(key, redis.NewCmd(ctx, "hset", key, r.id, h.people)),
			bus.On(key, redis.NewCmd(ctx, "pexpire", key, hereLife.Milliseconds())))
	}
	return append(commands, r.bus.Publish(ctx, r.bus.Channel(h.room, "live"), encode(r.id, kind, h.people)))
}

// leave takes leave in all rooms.
func (r *Relay) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	r.mu.Lock()
	r.todo = newTodo()
	for name := range r.mine {
		r.mine[name] = &presence{}
		r.todo.report(name)
	}
	r.mu.Unlock()
	if r.flush(ctx) == nil {
		r.bus.Client.ZRem(ctx, r.bus.Shared("servers"), r.id)
	}
}

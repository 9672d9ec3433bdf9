package relay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/chat/internal/bus"
)

// A server can leave something for another one, under a name that both are told:
// what a client needs that comes back, and not to the server that it was with.
// Whoever knows the name has a right to it, so Redis has only the name's hash.

// MaxParcel is how many bytes one server can leave for another.
const MaxParcel = 256 << 10

var errParcel = errors.New("it is too large to be left for another server")

// Times of waiting for a server that was called, one after the other.
const (
	firstLook = 10 * time.Millisecond
	lastLook  = 320 * time.Millisecond
)

// parcelName is the hash of the name of a parcel.
var parcelName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ParcelName is what a Caller is called with for a name.
func ParcelName(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

// parcelKey begins with what no name of a room does.
func (r *Relay) parcelKey(name string) string { return r.bus.Key("."+name, "parcel") }

// callChannel is where servers ask for what nobody has left yet.
func (r *Relay) callChannel() string { return r.bus.Channel(".calls", "live") }

// OnCall has f called with the ParcelName of what another server would like to
// have, which this one may leave then. It must not block. It is for the owner of
// the Relay, once, before others use it.
func (r *Relay) OnCall(f func(name string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.called = f
	r.signal()
}

// LeaveParcel leaves something under a name, for a time. It waits for Redis, half
// a second at most.
func (r *Relay) LeaveParcel(name string, what []byte, lasts time.Duration) error {
	if len(what) > MaxParcel {
		return errParcel
	}
	ctx, cancel := context.WithTimeout(r.ctx, callTime)
	defer cancel()
	key := r.parcelKey(ParcelName(name))
	err := r.bus.Exec(ctx, []bus.Command{bus.On(key, redis.NewCmd(ctx, "set", key, what, "px", lasts.Milliseconds()))})
	if err != nil {
		return fmt.Errorf("leaving something for another server: %w", err)
	}
	return nil
}

// TakeParcel takes what was left under a name, once for all servers, or returns
// nil.
func (r *Relay) TakeParcel(ctx context.Context, name string) ([]byte, error) {
	return r.fetch(ctx, ParcelName(name))
}

// CallForParcel is TakeParcel for what nobody may have left yet: it calls the
// other servers, and waits for a moment.
func (r *Relay) CallForParcel(ctx context.Context, name string) (what []byte, err error) {
	hash := ParcelName(name)
	if !r.call(ctx, hash) {
		return nil, nil
	}
	for pause := firstLook; pause <= lastLook; pause *= 2 {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if what, err = r.fetch(ctx, hash); what != nil || err != nil {
			return what, err
		}
	}
	return nil, nil
}

func (r *Relay) fetch(ctx context.Context, hash string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	key := r.parcelKey(hash)
	reply := redis.NewStringCmd(ctx, "getdel", key)
	err := r.bus.Exec(ctx, []bus.Command{bus.On(key, reply)})
	switch {
	case errors.Is(err, redis.Nil):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("asking for what another server left: %w", err)
	case len(reply.Val()) > MaxParcel:
		r.junk.Drop("junk that was left for a server", len(reply.Val()))
		return nil, nil
	}
	return []byte(reply.Val()), nil
}

// call asks the other servers and reports whether there are any that listen.
func (r *Relay) call(ctx context.Context, hash string) bool {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	reply := redis.NewIntCmd(ctx, r.bus.PublishCommand(), r.callChannel(), encode(r.id, kindCall, []byte(hash)))
	err := r.bus.Exec(ctx, []bus.Command{bus.On(r.callChannel(), reply)})
	return err == nil && reply.Val() > 1 // this one listens as well
}

// listenForCalls begins to, once somebody wants to know.
func (r *Relay) listenForCalls(ctx context.Context) error {
	r.mu.Lock()
	wanted := r.called != nil && !r.listens
	r.mu.Unlock()
	if !wanted {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := r.listener.Add(ctx, r.callChannel()); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listens = true
	return nil
}

// answer passes a call on.
func (r *Relay) answer(message string) {
	server, kind, hash, err := decode(message)
	if err != nil || kind != kindCall || !parcelName.MatchString(hash) {
		r.junk.Drop("junk on a channel", len(message))
		return
	}
	if server == r.id {
		return
	}
	r.mu.Lock()
	called := r.called
	r.mu.Unlock()
	called(hash)
}

package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
	"chat/auth/internal/redistest"
)

// breaking is a Redis that fails at one command, counted from when at is set.
type breaking struct {
	at   int  // which command; 0 is none
	on   bool // and all that come later, as when the process ends
	done bool // Redis does it, and only the answer is lost
	seen int  // commands so far
}

var errBroken = errors.New("the connection broke")

// over runs a command or a pipeline of some, or breaks.
func (b *breaking) over(do func() error) error {
	if b.at == 0 {
		return do()
	}
	b.seen++
	if b.seen != b.at && (b.seen < b.at || !b.on) {
		return do()
	}
	if b.done && b.seen == b.at {
		_ = do()
	}
	return errBroken
}

func (b *breaking) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (b *breaking) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := b.over(func() error { return next(ctx, cmd) })
		cmd.SetErr(err)
		return err
	}
}

func (b *breaking) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := b.over(func() error { return next(ctx, cmds) })
		if errors.Is(err, errBroken) {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
		}
		return err
	}
}

// hook returns the Redis whose commands pass b. Its client is as quick as package
// once wants it: go-redis loses hooks when it changes a timeout.
func (b *breaking) hook(t *testing.T, rdb *redis.Client) *redis.Client {
	o := *rdb.Options()
	o.ReadTimeout, o.WriteTimeout, o.MaxRetries = once.Timeout, once.Timeout, -1
	hooked := redis.NewClient(&o)
	hooked.AddHook(b)
	t.Cleanup(func() { _ = hooked.Close() })
	return hooked
}

// The fault: while the owner logs in at a trusted device, Redis fails at any command,
// before it is done or after, or the server ends there; and the browser hears of what
// came of it, or not. Whatever happens, the browser's cookie is that of a trusted
// device afterwards.
func TestADeviceOutlivesEachFault(t *testing.T) {
	for _, fault := range []struct {
		name     string
		on, done bool
	}{
		{"Redis fails", false, false},
		{"Redis does it and does not answer", false, true},
		{"the server ends", true, false},
		{"the server ends after it", true, true},
	} {
		for _, heard := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, heard %v", fault.name, heard), func(t *testing.T) {
				for at := 1; ; at++ {
					b := &breaking{on: fault.on, done: fault.done}
					if over := b.tryLogin(t, at, heard); over {
						if at < 8 {
							t.Errorf("a login takes %d commands; this test tests nothing", at-1)
						}
						return
					}
				}
			})
		}
	}
}

// tryLogin logs in at a trusted device with a fault at one command, and once more
// with none. It reports whether there was no such command.
func (b *breaking) tryLogin(t *testing.T, at int, heard bool) (over bool) {
	t.Helper()
	w := newWorld(t, redistest.Embedded(t)) // Made out here, for scs starts a goroutine that never ends.
	next := w.beside()
	synctest.Test(t, func(t *testing.T) {
		rdb := b.hook(t, redistest.Piped(t).Client)
		w.enter(t, rdb)
		next.enter(t, rdb)
		home, _ := url.Parse(w.web.URL)
		owner := w.browser("192.0.2.1")
		owner.mustLogin()
		w.clock.Advance(30 * time.Second)
		before := owner.client.Jar.Cookies(home)

		b.at = at
		if owner.login(w.code(0)).StatusCode == http.StatusSeeOther && heard {
			owner.get("/chat/x")
		}
		over, b.at = b.seen < at, 0
		if !heard {
			owner.client.Jar.SetCookies(home, before)
		}

		w.clock.Advance(30 * time.Second)
		if !b.on {
			next = w
		}
		later := next.browser("192.0.2.2")
		later.want(later.do(http.MethodPost, "/auth", strings.NewReader("code="+w.code(0)),
			"Content-Type", "application/x-www-form-urlencoded", "Cookie", "chat_dev="+owner.device()), http.StatusSeeOther)
		all := next.records("attempt")
		if all[len(all)-1]["trusted"] != true {
			t.Errorf("fault at command %d: the device is unknown afterwards", at)
		}
	})
	return over
}

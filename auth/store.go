package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/goredisstore"
	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// CountersKey is the key under a prefix without which the counters of failed
// logins are lost, so that the login is careful. Whoever keeps a Redis on disk
// removes it when the rest may be out of date.
func CountersKey(prefix string) string { return prefix + "login:guard" }

// Lifetimes of a session. Idle is counted from the last page request and moved
// on at most once every touchEvery, to save Redis the writes.
const (
	idle       = 7 * 24 * time.Hour
	lifetime   = 30 * 24 * time.Hour
	touchEvery = time.Hour
)

// newSessions configures scs. Its middleware is not used: it would write every
// session on every request and answer store failures with 500.
func newSessions(rdb *redis.Client, prefix string, secure bool) *scs.SessionManager {
	m := scs.New()
	m.IdleTimeout = idle
	m.Lifetime = lifetime
	m.HashTokenInStore = true
	m.Codec = codec{}
	m.Cookie.Name = cookieName(secure)
	m.Cookie.Secure = secure
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	rdb = once.New(rdb).Client
	m.Store = store{goredisstore.NewWithPrefix(rdb, prefix), rdb, prefix}
	return m
}

// errNoSuchSession means that a session ended between reading and writing it.
var errNoSuchSession = errors.New("the session has ended")

// errBadRecord means that Redis holds something that we did not write.
var errBadRecord = errors.New("malformed session record")

// store is goredisstore with a time limit on each command and two manners more,
// which a context asks for: see touching and updating.
type store struct {
	*goredisstore.RedisStore
	rdb    *redis.Client
	prefix string
}

type manner int

// touching makes FindCtx prolong the session it finds. Updating makes CommitCtx
// write only over a session that still exists: without it, changing the name in
// one tab while logging out in another would bring the session back to life.
const (
	touching manner = iota
	updating
)

func with(ctx context.Context, m manner) context.Context { return context.WithValue(ctx, m, true) }

func has(ctx context.Context, m manner) bool { return ctx.Value(m) != nil }

// findAndTouch returns the value of KEYS[1] and gives it ARGV[1] ms to live when
// it has less than ARGV[2].
var findAndTouch = redis.NewScript(`
local value = redis.call("GET", KEYS[1])
if value and redis.call("PTTL", KEYS[1]) < tonumber(ARGV[2]) then
  redis.call("PEXPIRE", KEYS[1], ARGV[1])
end
return value
`)

// FindCtx reads a session, prolonging it if the context says so.
func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	if !has(ctx, touching) {
		return s.RedisStore.FindCtx(ctx, token)
	}
	value, err := findAndTouch.Run(ctx, s.rdb, []string{s.prefix + token},
		idle.Milliseconds(), (idle - touchEvery).Milliseconds()).Text()
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	return []byte(value), err == nil, err
}

// CommitCtx writes a session, only over an existing one if the context says so.
func (s store) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	if !has(ctx, updating) {
		return s.RedisStore.CommitCtx(ctx, token, b, expiry)
	}
	ok, err := s.rdb.SetXX(ctx, s.prefix+token, b, time.Until(expiry)).Result()
	if err == nil && !ok {
		err = errNoSuchSession
	}
	return err
}

// DeleteCtx ends a session.
func (s store) DeleteCtx(ctx context.Context, token string) error {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	return s.RedisStore.DeleteCtx(ctx, token)
}

// Keys of a session's values.
const (
	keyID    = "id"
	keyName  = "name"
	keyEpoch = "epoch"
)

// record is a session in Redis.
type record struct {
	Deadline time.Time `json:"deadline"`
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Epoch    int64     `json:"epoch"`
}

// codec keeps sessions as JSON. Redis is not trusted for content, and scs's own
// gob decoder would build whatever types the bytes ask for.
type codec struct{}

// Encode is the inverse of Decode.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	r := record{Deadline: deadline}
	r.ID, _ = values[keyID].(string)
	r.Name, _ = values[keyName].(string)
	r.Epoch, _ = values[keyEpoch].(int64)
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding session: %w", err)
	}
	return b, nil
}

// Decode accepts what Encode wrote for a session that was valid then.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return time.Time{}, nil, errBadRecord
	}
	name, problem := cleanName(r.Name)
	if problem != "" || name != r.Name || !validID(r.ID) || r.Deadline.IsZero() {
		return time.Time{}, nil, errBadRecord
	}
	return r.Deadline, map[string]any{keyID: r.ID, keyName: r.Name, keyEpoch: r.Epoch}, nil
}

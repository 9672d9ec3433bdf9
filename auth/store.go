package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/goredisstore"
	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
	"chat/auth/limit"
)

// CountersKey is the key under a prefix without which the counters of failed
// logins are lost, so that the login is careful. Whoever keeps a Redis on disk
// removes it when the rest may be out of date.
func CountersKey(prefix string) string { return prefix + "login:guard" }

// FloodPrefix begins the keys under a prefix of what counts the tries of a minute,
// and of the note that a server runs. Whoever keeps a Redis on disk leaves them
// out: nothing hangs on them after a restart, and else each try of a flood would be
// a write.
func FloodPrefix(prefix string) string { return prefix + "login:" + limit.FloodPrefix }

// Expendable reports whether a key under a prefix counts the failures of one source
// or network. Whoever keeps a Redis in memory may drop such keys when there are
// very many; see the package documentation.
func Expendable(prefix, key string) bool {
	rest, ours := strings.CutPrefix(key, prefix+"login:")
	return ours && (strings.HasPrefix(rest, limit.SourcePrefix) || strings.HasPrefix(rest, limit.NetworkPrefix))
}

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
	m.Store = newStore(rdb, prefix)
	return m
}

// maxSessions is how many sessions there are at most; the oldest ends.
const maxSessions = 20

// errNoSuchSession means that a session ended between reading and writing it.
var errNoSuchSession = errors.New("the session has ended")

// errBadRecord means that Redis holds something that we did not write.
var errBadRecord = errors.New("malformed session record")

// store is goredisstore with a time limit on each command and two manners more,
// which a context asks for: see touching and updating.
type store struct {
	*goredisstore.RedisStore
	rdb    once.Client
	prefix string        // of the keys of sessions
	index  string        // a sorted set of the tokens' hashes, by when they were made
	turns  chan struct{} // holds one for each reader there is; see FindCtx
}

// newStore returns the store of the sessions of a deployment.
func newStore(rdb *redis.Client, prefix string) store {
	c := once.New(rdb)
	readers := max(rdb.Options().PoolSize/2, 1)
	return store{goredisstore.NewWithPrefix(c.Client, prefix+"session:"), c, prefix + "session:", prefix + "sessions", make(chan struct{}, readers)}
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

// begin writes the session KEYS[1] for ARGV[2] ms and notes it in the index
// KEYS[2]; end is its inverse.
var (
	begin = redis.NewScript(`
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
redis.call("ZADD", KEYS[2], ARGV[4], ARGV[3])
redis.call("PEXPIRE", KEYS[2], ARGV[5])
return 1
`)
	end = redis.NewScript(`
redis.call("ZREM", KEYS[2], ARGV[1])
return redis.call("DEL", KEYS[1])
`)
)

// FindCtx reads a session, prolonging it if the context says so. No script is
// needed for that, which would cost more than a stranger's made-up cookie is
// worth: a key that ended meanwhile has no time to live that could be set.
//
// One that is not in the index is none, although its record is there: its owner
// sees and ends sessions by the index, so what is not in it must open nothing.
//
// Readers use half of the connections at most. When everybody comes back at once
// after a restart they wait here, and not ahead of somebody who logs in.
func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	all := s.rdb.Pipeline()
	get, listed, left := all.Get(ctx, s.prefix+token), all.ZScore(ctx, s.index, token), all.PTTL(ctx, s.prefix+token)
	_, err := all.Exec(ctx)
	if errors.Is(get.Err(), redis.Nil) || errors.Is(listed.Err(), redis.Nil) {
		return nil, false, nil
	}
	if err == nil && has(ctx, touching) && left.Val() < idle-touchEvery {
		err = s.rdb.PExpire(ctx, s.prefix+token, idle).Err()
	}
	return []byte(get.Val()), err == nil, err
}

// CommitCtx writes a session, only over an existing one if the context says so.
func (s store) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	if !has(ctx, updating) {
		r, _ := decodeRecord(b) // It was encoded a moment ago.
		return begin.Run(ctx, s.rdb, []string{s.prefix + token, s.index},
			b, time.Until(expiry).Milliseconds(), token, r.Made.UnixMilli(), lifetime.Milliseconds()).Err()
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
	return end.Run(ctx, s.rdb, []string{s.prefix + token, s.index}, token).Err()
}

// Keys of a session's values.
const (
	keyID    = "id"
	keyName  = "name"
	keyEpoch = "epoch"
	keyMade  = "made"
	keyAgent = "agent"
)

// record is a session in Redis.
type record struct {
	Deadline time.Time `json:"deadline"`
	Made     time.Time `json:"made"`
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Epoch    int64     `json:"epoch"`
	Agent    string    `json:"agent"` // the User-Agent of the login, for its owner to know it by
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
	r.Made, _ = values[keyMade].(time.Time)
	r.Agent, _ = values[keyAgent].(string)
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding session: %w", err)
	}
	return b, nil
}

// Decode accepts what Encode wrote for a session that was valid then.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	r, err := decodeRecord(b)
	if err != nil {
		return time.Time{}, nil, err
	}
	return r.Deadline, map[string]any{
		keyID: r.ID, keyName: r.Name, keyEpoch: r.Epoch, keyMade: r.Made, keyAgent: r.Agent,
	}, nil
}

func decodeRecord(b []byte) (record, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return record{}, errBadRecord
	}
	name, problem := cleanName(r.Name)
	if !problem.IsZero() || name != r.Name || !validID(r.ID) || r.Deadline.IsZero() || agentLine(r.Agent) != r.Agent {
		return record{}, errBadRecord
	}
	return r, nil
}

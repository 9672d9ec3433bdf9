package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
	"chat/auth/limit"
)

// SessionInfo describes a session for its owner. Nothing of it opens anything.
type SessionInfo struct {
	ID    string    `json:"id"` // the visitor's
	Name  string    `json:"name"`
	Agent string    `json:"user_agent"`
	Made  time.Time `json:"made"`
	Ends  time.Time `json:"ends"` // at the latest
}

// DeviceInfo describes a trusted device for its owner. Nothing of it opens
// anything.
type DeviceInfo struct {
	ID    string    `json:"id"`
	Agent string    `json:"user_agent"`
	Made  time.Time `json:"last_login"`
	Ends  time.Time `json:"ends"`
}

// Errors of a Ledger.
var (
	ErrUnknownSession = errors.New("there is no such session")
	ErrUnknownDevice  = errors.New("there is no such trusted device")
)

// Ledger lists and ends sessions and trusted devices. It is for commands; a
// server that uses the same Redis notices within a second.
type Ledger struct {
	vault    *Vault
	sessions store
	limiter  *limit.Limiter
}

// NewLedger returns the ledger of the servers with this vault, Redis and prefix.
func NewLedger(vault *Vault, rdb *redis.Client, prefix string) *Ledger {
	return &Ledger{vault, newStore(rdb, prefix), limit.New(rdb, prefix+"login:", nil)}
}

// Sessions lists the sessions that are valid now, the newest first.
func (l *Ledger) Sessions(ctx context.Context) ([]SessionInfo, error) {
	secret, err := l.vault.Current()
	if errors.Is(err, ErrNotEnrolled) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := l.sessions.list(ctx)
	if err != nil {
		return nil, err
	}
	var list []SessionInfo
	for _, one := range all {
		if one.Epoch == secret.epoch && time.Now().Before(one.Deadline) {
			list = append(list, SessionInfo{one.ID, one.Name, one.Agent, one.Made, one.Deadline})
		}
	}
	slices.Reverse(list)
	return list, nil
}

// EndSession ends a session; its sockets close within two seconds.
func (l *Ledger) EndSession(ctx context.Context, id string) error {
	all, err := l.sessions.list(ctx)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID == id {
			return l.sessions.DeleteCtx(ctx, one.token)
		}
	}
	return ErrUnknownSession
}

// deviceID is a part of a device's hash: enough to tell 50 apart.
func deviceID(hash string) string { return hash[:min(len(hash), 12)] }

// Devices lists the devices that are trusted now, the newest first.
func (l *Ledger) Devices(ctx context.Context) ([]DeviceInfo, error) {
	all, err := l.devices(ctx)
	var list []DeviceInfo
	for _, d := range all {
		list = append(list, DeviceInfo{deviceID(d.Hash), agentLine(d.Agent), d.Made, d.Made.Add(limit.DeviceLife)})
	}
	return list, err
}

func (l *Ledger) devices(ctx context.Context) ([]limit.Device, error) {
	secret, err := l.vault.Current()
	if errors.Is(err, ErrNotEnrolled) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return l.limiter.Devices(ctx, secret.epoch, time.Now())
}

// EndDevice ends the trust in a device. Its sessions go on.
func (l *Ledger) EndDevice(ctx context.Context, id string) error {
	all, err := l.devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		if deviceID(d.Hash) == id {
			if err := l.limiter.Forget(ctx, d.Hash); !errors.Is(err, limit.ErrNoDevice) {
				return err
			}
		}
	}
	return ErrUnknownDevice
}

// stored is a session as it stands in Redis, with the hash of its token.
type stored struct {
	record
	token string
}

// list returns the sessions in Redis, the oldest first, and forgets in the
// index those that ended by themselves. Records that we would not have written
// are left out.
func (s store) list(ctx context.Context) ([]stored, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	tokens, err := s.rdb.ZRange(ctx, s.index, 0, -1).Result()
	if err != nil || len(tokens) == 0 {
		return nil, wrap("listing sessions", err)
	}
	keys := make([]string, len(tokens))
	for i, token := range tokens {
		keys[i] = s.prefix + token
	}
	values, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, wrap("listing sessions", err)
	}
	var list []stored
	var dead []any
	for i, value := range values {
		text, ok := value.(string)
		if !ok {
			dead = append(dead, tokens[i])
			continue
		}
		if r, err := decodeRecord([]byte(text)); err == nil {
			list = append(list, stored{r, tokens[i]})
		}
	}
	if len(dead) > 0 {
		err = s.rdb.ZRem(ctx, s.index, dead...).Err()
	}
	slices.SortStableFunc(list, func(a, b stored) int {
		if c := a.Made.Compare(b.Made); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list, wrap("listing sessions", err)
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

package limit

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"chat/auth/internal/once"
)

// DeviceLife is how long a device is trusted after its last login.
const DeviceLife = 180 * 24 * time.Hour

// Device is a trusted device.
type Device struct {
	Hash  string // of its token
	Made  time.Time
	Agent string // its User-Agent, one line of at most 200 characters
}

// trustScript puts the device ARGV[2] with the record ARGV[3] in the place of
// ARGV[1], into the hash KEYS[1]. Of more than ARGV[4] devices the oldest goes.
var trustScript = redis.NewScript(`
if ARGV[1] ~= "" then redis.call("HDEL", KEYS[1], ARGV[1]) end
redis.call("HSET", KEYS[1], ARGV[2], ARGV[3])
while redis.call("HLEN", KEYS[1]) > tonumber(ARGV[4]) do
  local all, oldest, least = redis.call("HGETALL", KEYS[1])
  for i = 1, #all, 2 do
    local made = tonumber(string.match(all[i + 1], "^%-?%d+ (%d+) ") or "0")
    if all[i] ~= ARGV[2] and (not least or made < least) then oldest, least = all[i], made end
  end
  redis.call("HDEL", KEYS[1], oldest)
end
redis.call("PEXPIRE", KEYS[1], ARGV[5])
return 1
`)

// Trust makes a device trusted for as long as the secret has this epoch, and
// takes the place of old, the one that it was until now, if any. There are at
// most 50; the one that logged in longest ago goes.
func (l *Limiter) Trust(ctx context.Context, old string, d Device, epoch int64) error {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	record := fmt.Sprintf("%d %d 0 0 %s", epoch, d.Made.UnixMilli(), strings.ToValidUTF8(d.Agent, ""))
	err := trustScript.Run(ctx, l.rdb, []string{l.prefix + "devices"},
		old, d.Hash, record, maxDevices, DeviceLife.Milliseconds()).Err()
	if err != nil {
		return fmt.Errorf("trusting a device: %w", err)
	}
	l.recent.trust(d.Hash)
	return nil
}

// hashes lists the devices, those of another epoch included.
func (l *Limiter) hashes(ctx context.Context) ([]string, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	return l.rdb.HKeys(ctx, l.prefix+"devices").Result()
}

var deviceRecord = regexp.MustCompile(`^(-?[0-9]{1,19}) ([0-9]{1,15}) [0-9]{1,15} ([0-9]{1,9}) ([^\x00-\x1f\x7f]{0,800})$`)

// Devices lists the devices that are trusted at the time now, for the secret of
// the given epoch, the newest first.
func (l *Limiter) Devices(ctx context.Context, epoch int64, now time.Time) ([]Device, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	all, err := l.rdb.HGetAll(ctx, l.prefix+"devices").Result()
	if err != nil {
		return nil, fmt.Errorf("listing devices: %w", err)
	}
	var list []Device
	for hash, record := range all {
		m := deviceRecord.FindStringSubmatch(record)
		if m == nil || m[1] != strconv.FormatInt(epoch, 10) {
			continue
		}
		ms, _ := strconv.ParseInt(m[2], 10, 64)
		failures, _ := strconv.Atoi(m[3])
		made := time.UnixMilli(ms)
		if failures < deviceFailures && now.Before(made.Add(DeviceLife)) {
			list = append(list, Device{Hash: hash, Made: made, Agent: m[4]})
		}
	}
	slices.SortFunc(list, func(a, b Device) int {
		if c := b.Made.Compare(a.Made); c != 0 {
			return c
		}
		return strings.Compare(a.Hash, b.Hash)
	})
	return list, nil
}

// ErrNoDevice means that there is no such device.
var ErrNoDevice = errors.New("no such device")

// Forget ends the trust in a device.
func (l *Limiter) Forget(ctx context.Context, hash string) error {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	n, err := l.rdb.HDel(ctx, l.prefix+"devices", hash).Result()
	if err != nil {
		return fmt.Errorf("forgetting a device: %w", err)
	}
	if n == 0 {
		return ErrNoDevice
	}
	return nil
}

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

// deviceRecords is how the scripts read the devices, a hash: under that of a token,
// "epoch made due failures >next agent".
//
// Next is the hash of the token that the last login gave to the device, until the
// device is seen to have it. The answer that brought it may have been lost, so until
// then the old token counts as well, with the failures that it has. A next that came
// begins anew, and the old one ends.
const deviceRecords = `
local function find(key, hash)
  local record = hash ~= "" and redis.call("HGET", key, hash)
  if record or hash == "" then return hash, record end
  local all = redis.call("HGETALL", key)
  for i = 1, #all, 2 do
    if string.match(all[i + 1], "^%-?%d+ %d+ %d+ %d+ >([%w_-]+) ") == hash then return all[i], all[i + 1] end
  end
end
local function succeed(key, hash, record)
  local epoch, made, next, agent = string.match(record, "^(%-?%d+) (%d+) %d+ %d+ >([%w_-]+) (.*)$")
  if next then redis.call("HSET", key, next, table.concat({epoch, made, 0, 0, ">", agent}, " ")) end
  redis.call("HDEL", key, hash)
end
`

// trustScript gives the device ARGV[1], if it is trusted, the token ARGV[2] besides;
// else that is a device of its own. ARGV[3] is the epoch, ARGV[4] the time, ARGV[5]
// the agent, ARGV[7] for how long devices are trusted, both times in ms. Of more than
// ARGV[6] devices the oldest goes.
var trustScript = redis.NewScript(`
local old, new, epoch, now, agent, life = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[7]
local e, made, counted = string.match(redis.call("HGET", KEYS[1], old) or "", "^(%-?%d+) (%d+) (%d+ %d+) ")
local hash, record = new, table.concat({epoch, now, 0, 0, ">", agent}, " ")
if e == epoch and tonumber(now) < tonumber(made) + tonumber(life) then
  hash, record = old, table.concat({epoch, now, counted, ">" .. new, agent}, " ")
elseif e then
  redis.call("HDEL", KEYS[1], old)
end
redis.call("HSET", KEYS[1], hash, record)
while redis.call("HLEN", KEYS[1]) > tonumber(ARGV[6]) do
  local all, oldest, least = redis.call("HGETALL", KEYS[1])
  for i = 1, #all, 2 do
    local made = tonumber(string.match(all[i + 1], "^%-?%d+ (%d+) ") or "0")
    if all[i] ~= hash and (not least or made < least) then oldest, least = all[i], made end
  end
  redis.call("HDEL", KEYS[1], oldest)
end
redis.call("PEXPIRE", KEYS[1], life)
return 1
`)

// Trust makes a device trusted for as long as the secret has this epoch. If old is
// trusted it is the same device, by a new token: old counts until that one is used,
// or Arrived. There are at most 50; the one that logged in longest ago goes.
func (l *Limiter) Trust(ctx context.Context, old string, d Device, epoch int64) error {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	err := trustScript.Run(ctx, l.rdb, []string{l.prefix + "devices"},
		old, d.Hash, epoch, d.Made.UnixMilli(), strings.ToValidUTF8(d.Agent, ""), maxDevices, DeviceLife.Milliseconds()).Err()
	if err != nil {
		return fmt.Errorf("trusting a device: %w", err)
	}
	l.recent.trust(d.Hash)
	return nil
}

// arrivedScript ends the token before ARGV[1].
var arrivedScript = redis.NewScript(deviceRecords + `
local hash, record = find(KEYS[1], ARGV[1])
if record and hash ~= ARGV[1] then succeed(KEYS[1], hash, record) end
return 1
`)

// Arrived notes that a device has the token of this hash, which its login gave it.
// From then on the one before is nobody's.
func (l *Limiter) Arrived(ctx context.Context, hash string) error {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	if err := arrivedScript.Run(ctx, l.rdb, []string{l.prefix + "devices"}, hash).Err(); err != nil {
		return fmt.Errorf("ending a device's token: %w", err)
	}
	return nil
}

// hashes lists those of the devices' tokens, of other epochs too.
func (l *Limiter) hashes(ctx context.Context) ([]string, error) {
	ctx, cancel := once.Within(ctx)
	defer cancel()
	all, err := l.rdb.HGetAll(ctx, l.prefix+"devices").Result()
	var list []string
	for hash, record := range all {
		list = append(list, hash)
		if m := deviceRecord.FindStringSubmatch(record); m != nil && m[4] != "" {
			list = append(list, m[4])
		}
	}
	return list, err
}

// deviceRecord has no next in what was written before there was any.
var deviceRecord = regexp.MustCompile(`^(-?[0-9]{1,19}) ([0-9]{1,15}) [0-9]{1,15} ([0-9]{1,9}) (?:>([\w-]{0,64}) )?([^\x00-\x1f\x7f]{0,800})$`)

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
		if (failures < deviceFailures || m[4] != "") && now.Before(made.Add(DeviceLife)) {
			list = append(list, Device{Hash: hash, Made: made, Agent: m[5]})
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

// Forget ends the trust in a device, by each of its tokens.
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

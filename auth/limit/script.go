package limit

import (
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// The policy's numbers. Times are in milliseconds, as in the scripts.
const (
	second = int64(time.Second / time.Millisecond)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	step = 30 * second // of a code

	sourceBurst = 5  // failures of a source within sourceWindow before it is blocked
	sourceDay   = 20 // failures of a source in a day
	wider       = 4  // how many times more its network has

	singleCost  = 365 * day / 180 // one single code every two days and 40 minutes
	singleBurst = 20
	doubleCost  = second/3 + 1 // not a hair more than three a second
	doubleBurst = 90

	deviceCost     = 3 * minute
	deviceBurst    = 5
	deviceFailures = 20 // in a row, then it is trusted no more
	maxDevices     = 50
)

// What a ticket was paid from.
const (
	paidNothing = iota
	paidSource  // and its network; the set-up wizard's tries
	paidSingle  // and source and network
	paidDouble  // and source and network
	paidDevice
)

// number fills the policy into a script, so that each number has one home.
var number = strings.NewReplacer(
	"$sourceBurst", str(sourceBurst), "$sourceDay", str(sourceDay), "$wider", str(wider),
	"$window", str(15*minute), "$day", str(day), "$block1", str(hour), "$block2", str(4*hour), "$block3", str(24*hour),
	"$singleCost", str(singleCost), "$singleBurst", str(singleBurst),
	"$doubleCost", str(doubleCost), "$doubleBurst", str(doubleBurst),
	"$deviceCost", str(deviceCost), "$deviceBurst", str(deviceBurst), "$deviceFailures", str(deviceFailures),

	"$paidSource", str(paidSource), "$paidSingle", str(paidSingle), "$paidDouble", str(paidDouble), "$paidDevice", str(paidDevice),
	"$go", str(int64(Go)), "$wait", str(int64(Wait)), "$more", str(int64(More)), "$stale", str(int64(Stale)), "$unsure", str(int64(Unsure)), "$foreign", str(int64(Foreign)),
	"$step", str(step), "$slack", str(slack),
)

func str(n int64) string { return strconv.FormatInt(n, 10) }

// common reads the guard, KEYS[1], a hash with the counters of all unknown
// devices:
//
//	time, seen      the counters' clock, and what the machine's said then
//	single, double  when each budget is full again (GCRA), by that clock
//	level           the level that was announced last
//	epoch           the newest epoch seen
//	secret          the label of the secret that these counters are for
//	floor           the step up to which codes count as used
//	run             which run of which Redis wrote them
//
// Another run (a promoted replica, a restart) may have lost what the last one was
// told in its last seconds. Then the single codes count as used, as when the
// counters are missing, and so do the codes of the last moment at which one may
// have been used there; see lastUse. Until there are others none is looked at, and
// nothing is paid: whoever comes with a good one is told to wait for the next. A
// floor further ahead is of a clock that was set back since.
//
// The counters' clock moves with the machine's and stands still when that goes
// back. Real time is what both sides wait for, so neither does setting the
// clock back refill a budget, nor does setting it right lock a source for as
// long as it was wrong.
const common = `
local function int(x) return string.format("%.0f", x) end
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call("TIME")
  now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
end
local guard = redis.call("HMGET", KEYS[1], "time", "seen", "single", "double", "level", "epoch", "floor", "run", "secret")
for i = 1, 7 do guard[i] = tonumber(guard[i] or "") end
local time, seen, single, double, level, newest, floor =
  guard[1], guard[2], guard[3] or 0, guard[4] or 0, guard[5] or 1, guard[6] or 0, guard[7] or 0
local secret = guard[9] or ""
local info = redis.pcall("INFO", "server") -- an error where it is not allowed, or not known
local run = type(info) == "string" and string.match(info, "run_id:(%x+)") or guard[8] or ""
local lost = not (time and seen) or guard[8] and run ~= guard[8]
if not (time and seen) then time, seen = now, now end
local back = now < seen
local t = time + math.max(0, now - seen)

local function room(due, cost, burst) return math.max(due, t) + cost - t <= burst * cost end
local function required()
  if room(single, $singleCost, $singleBurst) then return 1 end
  if room(double, $doubleCost, $doubleBurst) then return 2 end
  return 3
end
-- What is announced goes up at once, but from three to two only when there is
-- room for a while: else it would flutter three times a second.
local function announced()
  local need = required()
  if level == 3 and need == 2 and double - t > $doubleBurst * $doubleCost / 2 then return 3 end
  return need
end
local function keep()
  if level == 1 then floor = 0 end -- after two days at least: that window is long past
  redis.call("HSET", KEYS[1], "time", int(t), "seen", int(now), "single", int(single), "double", int(double),
    "level", int(level), "epoch", int(newest), "floor", int(floor), "run", run, "secret", secret)
end

-- A source or network is "till strikes mark t1 t2 ...": until when it is
-- blocked, how often it was, the last failure that the blocks account for, and
-- the failures of the last day.
local function read(key)
  local s, n = {key = key, till = 0, strikes = 0, mark = 0, times = {}}, 0
  for w in string.gmatch(redis.call("GET", key) or "", "%d+") do
    n = n + 1
    local v = tonumber(w) or 0
    if v > t + 2 * $day then v = 0 end -- none of ours; no block is longer than a day
    if n == 1 then s.till = v elseif n == 2 then s.strikes = v elseif n == 3 then s.mark = v
    elseif v > t - $day then table.insert(s.times, v) end
  end
  return s
end
local function write(s)
  if #s.times == 0 and s.till <= t then
    redis.call("DEL", s.key)
    return
  end
  local words = {int(s.till), int(s.strikes), int(s.mark)}
  for i = 1, #s.times do table.insert(words, int(s.times[i])) end
  redis.call("SET", s.key, table.concat(words, " "), "PX", int(math.max(s.till - t, $day)))
end
`

// takeScript decides about a try and charges it. KEYS are the guard, the
// source, the network, the devices and the beat; ARGV the time, "take", "look" or
// "begin", codes, device, epoch, whether epochs are ordered, whether missing
// counters are new, the secret's label, and the three values of a Witness.
//
// Of secrets in a folder the newest has the counters. One of the environment, whose
// label begins with "env", has them as long as it is in use; see package auth.
//
// A block is set by the try after the failure that deserved it, since only then
// it is sure that no success will take the failure back. It counts from the
// failure.
var takeScript = redis.NewScript(number.Replace(common + lastUse + deviceRecords + `
local take, codes, device, epoch = ARGV[2] == "take", tonumber(ARGV[3]), ARGV[4], ARGV[5]
local label, dirty, was = ARGV[8], back, level
if lost then
  dirty = true
  if ARGV[7] == "1" then
    was = 1
  else
    was = 0
    single = t + $singleBurst * $singleCost
    floor = math.floor(lastUse() / $step) + 1
  end
  level = required()
end
if ARGV[6] == "1" then
  if tonumber(epoch) > newest then
    newest, dirty = tonumber(epoch), true
    if not string.find(secret, "^env ") then secret = label end
  end
end
if secret == "" and label ~= "" then secret, dirty = label, true end

local function answer(verdict, wait, need, paid, filled, failures)
  if take and dirty and codes > 0 then keep() end
  return {verdict, math.ceil(wait), need, was, level, paid, int(t), int(filled), failures, floor}
end

if ARGV[2] == "begin" then
  if not lost then level = announced() end
  if dirty or level ~= was then keep() end
  return answer($go, 0, required(), 0, 0, 0)
end
if ARGV[6] == "1" and tonumber(epoch) < newest then return answer($stale, 0, 1, 0, 0, 0) end
if label ~= "" and label ~= secret then return answer($foreign, 0, 1, 0, 0, 0) end

local unsure, step = 0, math.floor(now / $step)
if codes > 0 and step <= floor and floor <= step + 2 then unsure = (floor + 1) * $step - now end

local hash, record = find(KEYS[4], device)
if record then
  local e, made, due, failures, rest = string.match(record, "^(%-?%d+) (%d+) (%d+) (%d+) (.*)$")
  made, due, failures = tonumber(made), tonumber(due), tonumber(failures)
  if hash ~= device then due, failures, rest = 0, 0, "> " .. string.match(rest, " (.*)") end
  if failures and failures >= $deviceFailures then
    if take then succeed(KEYS[4], hash, record) end
  elseif failures and e == epoch and now < made + 180 * $day then
    if unsure > 0 then return answer($unsure, unsure, 1, $paidDevice, 0, failures) end
    if not room(due, $deviceCost, $deviceBurst) then
      if codes >= 3 then return answer($go, 0, 1, $paidDevice, 0, failures) end
      return answer($wait, math.max(due, t) + $deviceCost - t - $deviceBurst * $deviceCost, 1, $paidDevice, 0, failures)
    end
    due, failures = math.max(due, t) + $deviceCost, failures + 1
    if take then
      redis.call("HSET", KEYS[4], device, table.concat({e, int(made), int(due), int(failures), rest}, " "))
      if hash ~= device then redis.call("HDEL", KEYS[4], hash) end
    end
    dirty = true
    return answer($go, 0, 1, $paidDevice, due, failures)
  end
end

if unsure > 0 then return answer($unsure, unsure, required(), 0, 0, 0) end
local source, network = read(KEYS[2]), read(KEYS[3])
if codes >= 3 then return answer($go, 0, required(), 0, 0, #source.times + 2) end

local blocks = {$block1, $block2, $block3}
local function till(s, burst, daily)
  local n = #s.times
  local first = s.times[n - burst + 1]
  if first and first > s.mark and s.times[n] - first <= $window then
    s.strikes = math.min(s.strikes + 1, 3)
    s.till, s.mark = s.times[n] + blocks[s.strikes], s.times[n]
    if take then write(s) end
  end
  local oldest = s.times[n - daily + 1]
  return math.max(s.till, oldest and oldest + $day or 0)
end
local free = math.max(till(source, $sourceBurst, $sourceDay), till(network, $wider * $sourceBurst, $wider * $sourceDay))
if free > t then return answer($wait, free - t, required(), 0, 0, #source.times) end

local need = required()
if codes == 1 and need > 1 then return answer($more, 0, need, 0, 0, #source.times) end
if codes == 2 and not room(double, $doubleCost, $doubleBurst) then return answer($more, 0, 3, 0, 0, #source.times) end

table.insert(source.times, t)
table.insert(network.times, t)
if take then
  write(source)
  write(network)
end
if codes == 0 then return answer($go, 0, need, $paidSource, 0, #source.times) end
local paid, filled = $paidSingle, 0
if codes == 1 then
  single = math.max(single, t) + $singleCost
  filled = single
else
  double = math.max(double, t) + $doubleCost
  paid, filled = $paidDouble, double
end
dirty = true
level = announced()
return answer($go, 0, take and required() or need, paid, filled, #source.times)
`))

// refundScript gives back a charge. KEYS are as in takeScript; ARGV the time,
// what was paid, when, the paid budget's time after it, and the device.
var refundScript = redis.NewScript(number.Replace(common + `
local paid, at, filled = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if paid == $paidDevice then
  local record = redis.call("HGET", KEYS[4], ARGV[5]) or ""
  local head, due, failures, rest = string.match(record, "^(%-?%d+ %d+) (%d+) (%d+) (.*)$")
  if failures and tonumber(failures) > 0 then
    due = tonumber(due) - math.max(0, math.min($deviceCost, filled - t))
    redis.call("HSET", KEYS[4], ARGV[5], table.concat({head, int(due), int(failures - 1), rest}, " "))
  end
  return {level, level}
end
for i = 2, 3 do
  local s = read(KEYS[i])
  for n = #s.times, 1, -1 do
    if s.times[n] == at then
      table.remove(s.times, n)
      write(s)
      break
    end
  end
end
if lost then return {level, level} end -- as before the first login: the wizard makes no counters
local was = level
if paid == $paidSingle then single = single - math.max(0, math.min($singleCost, filled - t)) end
if paid == $paidDouble then double = double - math.max(0, math.min($doubleCost, filled - t)) end
level = announced()
if paid ~= $paidSource then keep() end
return {was, level}
`))

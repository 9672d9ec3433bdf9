-- Changes the ledger of all files.
--
-- KEYS: a sorted set of lines by when they are to be looked at, the bytes in all.
-- ARGV: a line to take out and its bytes; a line to put in, its bytes and in how
-- many ms to look at it; the most bytes in all; which lines to return: those to be
-- looked at within so many ms, and how many at most.
-- Returns {was there room for the line, line, line...}.
local lines, used = KEYS[1], KEYS[2]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function int(n) return string.format("%.0f", tonumber(n)) end
local function count(by)
  if redis.call("INCRBY", used, int(by)) < 0 then redis.call("SET", used, 0) end
end

if redis.call("EXISTS", used) == 0 then -- It may have been evicted without the lines.
  local sum = 0
  for _, l in ipairs(redis.call("ZRANGE", lines, 0, -1)) do sum = sum + (tonumber(string.match(l, "^%d+")) or 0) end
  redis.call("SET", used, int(sum))
end

local replaced = false
if ARGV[1] ~= "" and redis.call("ZREM", lines, ARGV[1]) == 1 then
  count(-tonumber(ARGV[2]))
  replaced = true
end
local ok = 1
if ARGV[3] ~= "" then
  if replaced or tonumber(redis.call("GET", used) or 0) + ARGV[4] <= tonumber(ARGV[6]) then
    if redis.call("ZADD", lines, int(now + ARGV[5]), ARGV[3]) == 1 then count(ARGV[4]) end
  else
    ok = 0
  end
end
local out = {ok}
if tonumber(ARGV[8]) > 0 then
  for _, l in ipairs(redis.call("ZRANGEBYSCORE", lines, "-inf", int(now + ARGV[7]), "LIMIT", 0, ARGV[8])) do
    out[#out + 1] = l
  end
end
return out

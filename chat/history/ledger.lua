-- Notes how many bytes rooms have, and tells which one should give some back.
--
-- KEYS: the rooms by bytes, with the sum under the name ""; the rooms by the time
-- at which they go by themselves.
-- ARGV: the most bytes of all rooms, more than 0; how long a room lives from now,
-- in ms, 0 for ever; and then rooms, each with its bytes.
-- Returns {bytes that are too many, the room that has most, its bytes}, or
-- {0, "", 0}.
local sizes, ends = KEYS[1], KEYS[2]
local most, life = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function note(room, bytes)
  local before = tonumber(redis.call("ZSCORE", sizes, room) or 0)
  if bytes == before then return end
  redis.call("ZINCRBY", sizes, string.format("%.0f", bytes - before), "")
  if bytes > 0 then redis.call("ZADD", sizes, string.format("%.0f", bytes), room) else redis.call("ZREM", sizes, room) end
end

for i = 3, #ARGV, 2 do
  local room, bytes = ARGV[i], tonumber(ARGV[i + 1])
  note(room, bytes)
  if life > 0 and bytes > 0 then
    redis.call("ZADD", ends, string.format("%.0f", now + life), room)
  else
    redis.call("ZREM", ends, room)
  end
end
for _, room in ipairs(redis.call("ZRANGEBYSCORE", ends, "-inf", string.format("%.0f", now), "LIMIT", 0, 1000)) do
  note(room, 0)
  redis.call("ZREM", ends, room)
end
if redis.call("ZCARD", sizes) == 1 then redis.call("DEL", sizes) end -- What the sum says of no room is a mistake.

local over = tonumber(redis.call("ZSCORE", sizes, "") or 0) - most
if over <= 0 then return {0, "", 0} end
for _, room in ipairs(redis.call("ZREVRANGE", sizes, 0, 1)) do
  if room ~= "" then return {over, room, tonumber(redis.call("ZSCORE", sizes, room))} end
end
return {0, "", 0}

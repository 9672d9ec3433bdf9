-- Stores one entry of a room and publishes it, or finds that it was there before.
--
-- What a stream holds cannot be changed. So it holds ids only, each with an empty
-- body, and the bodies are in a hash. An older version had them in the stream.
--
-- KEYS: the room's stream, bodies, keys, keys of dropped entries, state.
-- ARGV: what the keys of its files begin with; how to publish, the channel; the
-- entry's key and file ("" is none) and its body; an id that the new one must be
-- behind; the most entries, the longest age in ms and the most bytes of a room (0
-- is no limit); "1" if the entry is pinned; and then, for each entry that it
-- blanks, its id, "1" if its file goes as well, and what it says from now on.
-- Returns {again, id, previous id, born, body of the first one or false, bytes of
-- the room}.
local publish, channel, key, file, body, floor = unpack(ARGV, 2, 7)
local maxCount, maxAge, maxBytes = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])

local MAX_SEQ = 4294967295 -- of our ids
local YEAR = 365 * 86400000
local MAX_GONE = 50000 -- keys of dropped entries, whatever their age

local function moveBodies() -- from the stream of an older version
  local life = redis.call("PTTL", log)
  local all = redis.call("XRANGE", log, "-", "+")
  redis.call("DEL", log)
  for _, e in ipairs(all) do
    if e[2][2] and e[2][2] ~= "" then redis.call("HSET", text, e[1], e[2][2]) end
    redis.call("XADD", log, e[1], "e", "")
  end
  if life > 0 then
    redis.call("PEXPIRE", log, int(life))
    redis.call("PEXPIRE", text, int(life))
  end
end

local function blank(id, dropFile, says) -- takes away what an entry says
  local e = redis.call("XRANGE", log, id, id)[1]
  if not e then return end
  if e[2][2] ~= "" then moveBodies() end
  local old = redis.call("HGET", text, id)
  if not old then return end
  local _, itsFile, lengths, before = names(old)
  if dropFile then let_go(itsFile); itsFile = "" end
  local new = lengths .. int(#itsFile) .. "\n" .. before .. itsFile .. says
  if new == old then return end
  redis.call("HSET", text, id, new)
  redis.pcall("HINCRBY", state, "bytes", int(#new - #old)) -- It may hold what is no number.
end

-- Only entries before this one are blanked. It may be one that is tried again.
local heldAs = key ~= "" and redis.call("HGET", keys, key)
local own_m, own_q = split(heldAs or "")
for i = 12, #ARGV, 3 do
  local m, q = split(ARGV[i])
  if m and (not own_m or m < own_m or (m == own_m and q < own_q)) then
    blank(ARGV[i], ARGV[i + 1] == "1", ARGV[i + 2])
  end
end

if heldAs then
  local held = bodyOf(redis.call("XRANGE", log, heldAs, heldAs)[1])
  return {1, heldAs, "0-0", "", held ~= "" and held, -1}
end

local now, time = clock()

-- An id later than this is nobody's. To go on from it would be the end of the log.
local limit = now + YEAR
local LAST = int(limit) .. "-" .. int(MAX_SEQ)

local s = redis.call("HMGET", state, "last", "born", "bytes", "first", "touched", "age")
local last, born, bytes, first, touched = s[1], s[2], count(s[3]), s[4], count(s[5])
if (split(last) or limit) >= limit then -- It may have been evicted without the stream.
  local top = redis.call("XREVRANGE", log, LAST, "-", "COUNT", 1)[1]
  last = top and top[1] or "0-0"
end
if not born then born = time[1] .. "." .. time[2] end

-- The id: now, or as close behind the last one as there is one.
local ms, seq = now, 0
local function behind(id)
  local m, q = split(id)
  if not m or m >= limit or m < ms or (m == ms and q < seq) then return end
  ms, seq = m, q + 1
  if seq > MAX_SEQ then ms, seq = m + 1, 0 end
end
behind(last)
behind(floor)

local function add()
  local reply = redis.pcall("XADD", log, int(ms) .. "-" .. int(seq), "e", "")
  return type(reply) == "string", reply
end
local ok, err = add()
if not ok then -- Something foreign is on top of the stream.
  local top = redis.call("XREVRANGE", log, LAST, "-", "COUNT", 1)[1]
  behind(top and top[1])
  ok, err = add()
end
if not ok then -- Its id is none that we could go on from: make the stream anew, without it.
  local all = redis.call("XRANGE", log, "-", LAST)
  redis.call("DEL", log)
  for _, e in ipairs(all) do
    local m, q = split(e[1])
    if q <= MAX_SEQ then redis.call("XADD", log, e[1], "e", e[2][2]) end
  end
  ok, err = add()
end
if not ok then return err end
local id = int(ms) .. "-" .. int(seq)
if redis.call("XLEN", log) == 1 then redis.call("DEL", text) end -- The stream was evicted without it.
redis.call("HSET", text, id, body)
bytes = bytes + #body
first = first or id

-- Drop what is more than the room may keep, but never the new one.
first, bytes = drop(now, first, bytes, 1, function(entries, oldest, size)
  return maxAge > 0 and (split(oldest) or 0) < now - maxAge
    or maxCount > 0 and entries > maxCount or maxBytes > 0 and size > maxBytes
end)
first = first or id

-- Forget the keys of entries that were dropped an hour ago, or that are too many.
local spent = redis.call("ZCARD", gone)
if spent > 0 then
  local old = redis.call("ZRANGEBYSCORE", gone, "-inf", now - HOUR, "LIMIT", 0, 2 * MAX_DROP)
  if spent > MAX_GONE then old = redis.call("ZRANGE", gone, 0, 2 * MAX_DROP) end
  if #old > 0 then
    redis.call("ZREM", gone, unpack(old))
    redis.call("HDEL", keys, unpack(old))
  end
end

local changed = s[6] ~= int(maxAge)
local fresh = changed or redis.call("HLEN", text) == 1 or math.abs(now - touched) >= MINUTE or spent == 1
if key ~= "" then
  redis.call("HSET", keys, key, id)
  fresh = fresh or redis.call("HLEN", keys) == 1
end
if file ~= "" then
  redis.call("HINCRBY", state, "file:" .. file, 1)
  if maxAge > 0 then redis.call("PEXPIRE", files .. file, int(maxAge + MINUTE * 2)) else redis.call("PERSIST", files .. file) end
end
if fresh then touched = now end
redis.call("HSET", state, "last", id, "born", born, "bytes", int(bytes), "first", first, "touched", int(touched))
if ARGV[11] == "1" then redis.call("HSET", state, "pin", body, "pinned", id) end
if fresh then outlive(log, text, keys, gone, state, files, maxAge, changed) end

redis.call(publish, channel, born .. " " .. last .. " " .. id .. "\n" .. body)
return {0, id, last, born, false, bytes}

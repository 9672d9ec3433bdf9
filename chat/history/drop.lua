-- What the scripts have in common that drop entries of a room.
--
-- KEYS: the room's stream, bodies, keys, keys of dropped entries, state.
-- ARGV[1]: what the keys of its files begin with.
local log, text, keys, gone, state = unpack(KEYS, 1, 5)
local files = ARGV[1]

local MAX_DROP = 100 -- entries at once, so that no call takes long

local function int(n) return string.format("%.0f", n) end
local function split(id)
  local ms, seq = string.match(id or "", "^(%d+)%-(%d+)$")
  return tonumber(ms), tonumber(seq)
end

local function count(word) -- what counts up from 0, and nothing else that somebody may have put there
  local n = tonumber(word or 0) or 0
  return n >= 0 and n < 2 ^ 53 and n or 0
end

local function names(body) -- key and file in a body, and what is before the file
  local k, o, f, rest = string.match(body or "", "^(%d+) (%d+) (%d+)\n()")
  if not k then return "", "", "0 0 ", "" end
  k, o, f = tonumber(k), tonumber(o), tonumber(f)
  return string.sub(body, rest, rest + k - 1), string.sub(body, rest + k + o, rest + k + o + f - 1),
    int(k) .. " " .. int(o) .. " ", string.sub(body, rest, rest + k + o - 1)
end

local function let_go(itsFile) -- of which one entry less speaks
  if itsFile ~= "" and redis.call("HINCRBY", state, "file:" .. itsFile, -1) <= 0 then
    redis.call("HDEL", state, "file:" .. itsFile)
    redis.call("UNLINK", files .. itsFile)
  end
end

local function bodyOf(e) -- an entry of the stream; "" if there is none
  return e and (redis.call("HGET", text, e[1]) or e[2][2]) or ""
end

-- drop takes the oldest entries away as long as there are more than least and
-- much(entries, first, bytes) says that it is too much. It returns the id of the
-- first that is left and the bytes of all.
local function drop(now, first, bytes, least, much)
  local entries, dropped = redis.call("XLEN", log), 0
  while entries > least and dropped < MAX_DROP and much(entries, first, bytes) do
    local two = redis.call("XRANGE", log, "-", "+", "COUNT", 2)
    local itsBody = bodyOf(two[1])
    local itsKey, itsFile = names(itsBody)
    redis.call("XDEL", log, two[1][1])
    redis.call("HDEL", text, two[1][1])
    if itsKey ~= "" then redis.call("ZADD", gone, int(now), itsKey) end
    let_go(itsFile)
    redis.call("HSET", state, "dropped", two[1][1])
    bytes, first = math.max(bytes - #itsBody, 0), two[2] and two[2][1]
    entries, dropped = entries - 1, dropped + 1
  end
  return first, bytes
end

local function clock()
  local time = redis.call("TIME")
  return time[1] * 1000 + math.floor(time[2] / 1000), time
end


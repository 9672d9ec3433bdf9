-- Reads a part of a room's log.
--
-- KEYS: the room's stream, bodies, state.
-- ARGV: the first and the last id, both included; the most entries and the most
-- bytes (one entry is always read); "1" to read from the end; an id, and the
-- first one that is not too old to be shown: are there entries between them?
-- Returns {born, last id, last dropped id, more, too old, longest age, id, body,
-- id, body...}.
local log, text, state = KEYS[1], KEYS[2], KEYS[3]
local from, to, limit, maxBytes, back = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == "1"
local after, oldest = ARGV[6], ARGV[7]
local MAX_BODY = 16 * 1024 * 1024 -- a larger one is nobody's

local s = redis.call("HMGET", state, "born", "last", "dropped", "age")
local out = {s[1] or "", s[2] or "0-0", s[3] or "0-0", 0, 0, s[4] or ""}
if oldest ~= "" and #redis.call("XRANGE", log, "(" .. after, "(" .. oldest, "COUNT", 1) > 0 then out[5] = 1 end

local count, size = 0, 0
while true do
  local want = math.min(limit - count + 1, 16)
  local some
  if back then
    some = redis.call("XREVRANGE", log, to, from, "COUNT", want)
  else
    some = redis.call("XRANGE", log, from, to, "COUNT", want)
  end
  for _, e in ipairs(some) do
    local id, old = e[1], e[2][2] or "" -- of an older version, which had no hash
    if tonumber(string.match(id, "%-(%d+)$")) <= 4294967295 then -- or else it is none of ours
      local long = redis.call("HSTRLEN", text, id)
      if long == 0 then long = #old end
      if count == limit or (count > 0 and size + long > maxBytes) then
        out[4] = 1
        return out
      end
      out[#out + 1] = id
      out[#out + 1] = long <= MAX_BODY and (redis.call("HGET", text, id) or old) or ""
      count, size = count + 1, size + long
    end
    if back then to = "(" .. id else from = "(" .. id end
  end
  if #some < want then return out end
end

-- Reads a part of a room's log.
--
-- KEYS: the room's stream, state.
-- ARGV: the first and the last id, both included; the most entries and the most
-- bytes (one entry is always read); "1" to read from the end; an id, and the
-- first one that is not too old to be shown: are there entries between them?
-- Returns {born, last id, last dropped id, more, too old, longest age, id, body,
-- id, body...}.
local log, state = KEYS[1], KEYS[2]
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
    local id, body = e[1], e[2][2] or ""
    local ours = tonumber(string.match(id, "%-(%d+)$")) <= 4294967295
    if ours then
      if count == limit or (count > 0 and size + #body > maxBytes) then
        out[4] = 1
        return out
      end
      if #body > MAX_BODY then body = "" end
      out[#out + 1], out[#out + 2] = id, body
      count, size = count + 1, size + #body
    end
    if back then to = "(" .. id else from = "(" .. id end
  end
  if #some < want then return out end
end

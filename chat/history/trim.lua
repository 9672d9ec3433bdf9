-- Drops the oldest entries of a room until it has no more than so many bytes.
--
-- KEYS and ARGV[1]: as in drop.lua. ARGV[2]: how many bytes it may have.
-- Returns the bytes of the room.
local s = redis.call("HMGET", state, "first", "bytes")
local bytes = count(s[2])
if redis.call("XLEN", log) == 0 then return 0 end
local goal = tonumber(ARGV[2])
local first, left = drop(clock(), s[1], bytes, 0, function(_, _, size) return size > goal end)
if first then redis.call("HSET", state, "first", first) else redis.call("HDEL", state, "first"); left = 0 end
redis.call("HSET", state, "bytes", int(left))
local life = redis.call("PTTL", keys) -- that of the keys of dropped entries, which may be new
if life > 0 then redis.call("PEXPIRE", gone, int(life)) end
return left

-- Gives the sign of life of a server.
--
-- KEYS: a sorted set of the servers by the time of their last sign.
-- ARGV: the server's id, after how many ms without a sign one is dead.
-- Returns {was it unknown, now, server, its time, server, its time...}.
local time = redis.call("TIME")
local now = string.format("%.0f", time[1] * 1000 + math.floor(time[2] / 1000))
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", string.format("%.0f", now - 10 * ARGV[2]))
local added = redis.call("ZADD", KEYS[1], now, ARGV[1])
redis.call("PEXPIRE", KEYS[1], string.format("%.0f", 20 * ARGV[2]))
local out = {added, now}
for _, word in ipairs(redis.call("ZRANGE", KEYS[1], 0, 999, "WITHSCORES")) do out[#out + 1] = word end
return out

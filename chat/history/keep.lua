-- Has a room take over another longest age of its entries.
--
-- KEYS: the room's stream, keys, keys of dropped entries, state.
-- ARGV: what the keys of its files begin with, the longest age in ms (0 is no
-- limit).
if redis.call("EXISTS", KEYS[4]) == 1 then
  outlive(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1], tonumber(ARGV[2]), true)
end
return 0

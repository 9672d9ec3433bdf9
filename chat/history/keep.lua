-- Has a room take over another longest age of its entries.
--
-- KEYS: the room's stream, bodies, keys, keys of dropped entries, state.
-- ARGV: what the keys of its files begin with, the longest age in ms (0 is no
-- limit).
if redis.call("EXISTS", KEYS[5]) == 1 then
  outlive(KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[1], tonumber(ARGV[2]), true)
end
return 0

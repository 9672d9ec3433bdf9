-- How long the keys of a room live. It stands before the scripts that need it.
local MINUTE, HOUR = 60000, 3600000

-- outlive has the keys of a room go by themselves some time after its newest
-- entry is too old, or never, if no entry ever is (longest is 0). The files are
-- looked at only if that is another time than before.
local function outlive(log, text, keys, gone, state, files, longest, changed)
  local function keep(key, ms)
    if longest > 0 then
      redis.call("PEXPIRE", key, string.format("%.0f", ms))
    else
      redis.call("PERSIST", key)
    end
  end
  local life = longest + MINUTE * 2
  keep(log, life)
  keep(text, life)
  keep(keys, life + HOUR)
  keep(gone, life + HOUR)
  keep(state, 2 * life) -- It tells who comes later that something was here.
  if not changed then return end
  for _, field in ipairs(redis.call("HKEYS", state)) do
    local file = string.match(field, "^file:(.*)$")
    if file then keep(files .. file, life) end
  end
  redis.call("HSET", state, "age", string.format("%.0f", longest))
end


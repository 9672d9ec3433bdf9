package limit

import "time"

// Witness is what a server knows of the Redis that was there before the one that
// answers now. It says until when codes may have been used there that this one has
// forgotten.
type Witness struct {
	// Run is the run of Redis that the server knew. Empty: it knew none.
	Run string
	// Beat is when the server noted last that it runs, by the counters' clock, in
	// ms. All servers note it each second, under BeatKey.
	Beat int64
	// Gone is for how long there has been nobody at the address of Redis: each
	// second the system there said so, or that Redis was still loading. 0: it is
	// not known that nobody was.
	Gone time.Duration
}

// BeatKey is where servers note when the last one of them ran, by the counters'
// clock, in ms; under the prefix of the Limiter. Whoever keeps a Redis on disk may
// leave it out if it is never another run.
const BeatKey = FloodPrefix + "beat"

// slack is how much a Redis that appends to a file loses at most when it is killed,
// which is two seconds, and a beat that came late.
const slack = 5 * second

// lastUse is for the takeScript, when the counters were written by another run of
// Redis, or are gone. It returns until when codes may have been used that this run
// does not know of: the present, unless a server's testimony says otherwise. Two
// kinds of it are good, both for a Redis that was started after what is testified,
// and was no replica since: who was one ran beside the run that is gone.
//
//   - Nobody was there for a while, and nothing that was kept is newer than the
//     beginning of it. Then codes were used before that, however much was lost.
//   - The run before was killed, and its file has the last beat that this server
//     knows of. Then it has also, but for the slack, what others did since.
const lastUse = `
local function lastUse()
  local all, knew, beat, gone = redis.pcall("INFO"), ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])
  if type(all) ~= "string" or knew == "" or guard[8] and guard[8] ~= knew then return now end
  local up = tonumber(string.match(all, "uptime_in_seconds:(%d+)"))
  if not up or not string.find(all, "master_replid2:0+\r") then return now end
  local began, kept = now - (up + 1) * 1000, tonumber(redis.call("GET", KEYS[5]) or "") or 0
  if gone > 0 and began >= now - gone and kept <= now - gone then return now - gone end
  if beat > 0 and began >= beat and kept >= beat - $slack and string.find(all, "aof_enabled:1") then
    return math.min(now, math.max(kept, beat) + $slack)
  end
  return now
end
`

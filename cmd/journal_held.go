package cmd

import (
	"cmp"
	"slices"
	"time"

	"chat/auth"
)

// maxSources is how many counters of sources and networks are kept, and
// keptSources how many are left when there are more.
//
// Each of them costs memory, a start that reads it and a tick that ages it, and
// whoever guesses from ever new addresses makes them without end. What has to
// hold against guessing is in the one entry with the counters of all unknown
// devices, which stays, as sessions, devices and used steps do. By the time that
// a source is dropped so many tries were charged there that single codes are long
// used up; see the package documentation of auth.
const (
	maxSources  = 20_000
	keptSources = 15_000
)

// hold notes what a key has from now on.
func (j *journal) hold(e entry) {
	j.drop(e.Key)
	if !e.gone() {
		j.live[e.Key] = e
		j.count(e.Key, 1)
		j.held += int64(len(e.text) + aroundText)
	}
}

// drop notes that a key has nothing. Without a line that says so, that is how it
// was before for the next start.
func (j *journal) drop(key string) {
	if e, ok := j.live[key]; ok {
		delete(j.live, key)
		j.count(key, -1)
		j.held -= int64(len(e.text) + aroundText)
	}
}

// release drops what has ended.
func (j *journal) release(now time.Time) {
	for key, e := range j.live {
		if e.Until != 0 && e.Until <= now.UnixMilli() {
			j.drop(key)
		}
	}
	j.sinceRelease = 0
}

// count notes that there is one expendable key more, or less.
func (j *journal) count(key string, n int) {
	if auth.Expendable(redisPrefix, key) {
		j.sources += n
	}
}

// thin drops sources and networks when there are too many, and returns which. Those
// go that end soonest: who failed least, and longest ago. It sorts all of them,
// which is paid for by the thousands that came since it did so before. The file is
// left as it is, and who starts with it drops them again.
func (j *journal) thin() []string {
	if j.sources <= maxSources {
		return nil
	}
	list := make([]entry, 0, j.sources)
	for key, e := range j.live {
		if auth.Expendable(redisPrefix, key) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.Until, b.Until) })
	list = list[:len(list)-keptSources]
	keys := make([]string, len(list))
	for i, e := range list {
		keys[i] = e.Key
		j.drop(e.Key)
	}
	return keys
}

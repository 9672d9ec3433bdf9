package history

import (
	"cmp"
	"slices"
	"time"
)

// segments are the files of a log. The caller holds Disk.mu during all calls.
// A log in memory has none.
type segments struct {
	list  []*segment // in order; the last one is being written
	byRef map[uint32]*segment
	refs  uint32 // given so far
	bytes int64  // of all files
	most  int64  // bytes of one, about
}

// add takes a segment in, in its order.
func (s *segments) add(one *segment) {
	if s.byRef == nil {
		s.byRef = make(map[uint32]*segment)
	}
	s.refs++
	one.ref = s.refs
	s.byRef[one.ref] = one
	s.bytes += one.size
	at, _ := slices.BinarySearchFunc(s.list, one.name.first, func(o *segment, first uint32) int {
		return cmp.Compare(o.name.first, first)
	})
	s.list = slices.Insert(s.list, at, one)
}

// remove takes segments out. They are dead from then on: whoever reads one last
// removes its file. It returns those that nobody reads.
func (s *segments) remove(list []*segment) (gone []*segment) {
	for _, one := range list {
		one.dead = true
		delete(s.byRef, one.ref)
		s.bytes -= one.size
		if one.readers == 0 {
			gone = append(gone, one)
		}
	}
	if len(list) > 0 {
		s.list = slices.DeleteFunc(s.list, func(one *segment) bool { return one.dead })
	}
	return gone
}

// grow notes that records were written to the end of the last segment.
func (s *segments) grow(one *segment, bytes int64, newest place) {
	one.size += bytes
	one.newest = newest
	s.bytes += bytes
}

// sealed are the segments that are not written any more.
func (s *segments) sealed() []*segment { return s.list[:max(len(s.list)-1, 0)] }

// number is what slots call a segment; in memory there is none.
func (one *segment) number() uint32 {
	if one == nil {
		return 0
	}
	return one.ref
}

// waste is how many bytes of a segment nobody needs. The keys in it are needed
// for their time.
func (one *segment) waste(now time.Time) int64 {
	needed := one.live
	if one.young(now) {
		needed += one.keys
	}
	return one.size - int64(headerBytes) - needed
}

// wasted reports whether it is worth to rewrite a segment: it is mostly waste, or
// space is short and something in it was dropped for that. Until it is rewritten
// a restart finds that again.
func (one *segment) wasted(now time.Time) bool {
	waste := one.waste(now)
	return waste >= max(one.size/2, 1) || one.evicted && waste > 0
}

// young reports whether the keys of a segment's entries are still needed.
func (one *segment) young(now time.Time) bool {
	return int64(one.newest.ms) > now.Add(-keepKeys).UnixMilli()
}

// reclaimable is how many bytes rewriting would give back.
func (s *segments) reclaimable(now time.Time) (bytes int64) {
	for _, one := range s.sealed() {
		if one.wasted(now) {
			bytes += one.waste(now)
		}
	}
	return bytes
}

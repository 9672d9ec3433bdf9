package history

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
)

// A segment is a file of records that is written to its end and then only read.
// Its name says for which numbers it stands: its own, or all from one to another
// when it holds what was left of several. The generation counts how often these
// were rewritten; the last is the true one.
type segment struct {
	name   segmentName
	path   string
	marker marker
	ref    uint32 // what slots call it, in this process

	// Guarded by Disk.mu.
	size    int64 // of the file, as far as it is good
	live    int64 // of the records of entries that are kept
	keys    int64 // of the keys of dropped entries in it
	newest  place // of the last record
	evicted bool  // entries in it were dropped because the log was too large
	readers int   // it must not be removed before they are done
	busy    bool  // it is being rewritten, or made by that
	dead    bool  // it is to be removed

	damaged atomic.Bool // and the log said so
}

type segmentName struct {
	first, last uint32
	generation  uint16
}

const (
	newSuffix     = ".new"     // it is being written
	damagedSuffix = ".damaged" // it was put aside
)

var segmentPattern = regexp.MustCompile(`^([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{4})\.log(|\.new|\.damaged)$`)

func (n segmentName) String() string {
	return fmt.Sprintf("%08x-%08x-%04x.log", n.first, n.last, n.generation)
}

// parseSegmentName is the inverse of String, with a suffix or without.
func parseSegmentName(s string) (n segmentName, suffix string, ok bool) {
	parts := segmentPattern.FindStringSubmatch(s)
	if parts == nil {
		return segmentName{}, "", false
	}
	first, _ := strconv.ParseUint(parts[1], 16, 32) // The pattern has looked.
	last, _ := strconv.ParseUint(parts[2], 16, 32)
	generation, _ := strconv.ParseUint(parts[3], 16, 16)
	return segmentName{uint32(first), uint32(last), uint16(generation)}, parts[4], first <= last
}

// covers reports whether a segment stands for all that another one does, and
// is the later of the two.
func (n segmentName) covers(o segmentName) bool {
	if n.first > o.first || n.last < o.last {
		return false
	}
	return n.first < o.first || n.last > o.last || n.generation > o.generation
}

func (n segmentName) in(dir string) string { return filepath.Join(dir, n.String()) }

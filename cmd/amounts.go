package cmd

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// The types of the settings that say how much or how long.

// count is how many of something there may be.
type count int

const maxCount = 1_000_000

func (c *count) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil || n > maxCount {
		return errNotAllowed
	}
	*c = count(n)
	return nil
}

// age is a time that may be given in days, as 7d.
type age time.Duration

func (a *age) UnmarshalText(text []byte) error {
	s := string(text)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return errNotAllowed
		}
		*a = age(n) * age(24*time.Hour)
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return errNotAllowed
	}
	*a = age(d)
	return nil
}

// size is a number of bytes, as 64MB.
type size int64

// units are those of sizes, by powers of 1024 as disks are filled. The longer
// ones come first, because all of them end in B.
var units = []struct {
	suffix string
	bytes  int64
}{{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"B", 1}}

func (z *size) UnmarshalText(text []byte) error {
	s, unit := strings.ToUpper(string(text)), int64(1)
	for _, u := range units {
		if n, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = strings.TrimSpace(n), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/unit {
		return errNotAllowed
	}
	*z = size(n * unit)
	return nil
}

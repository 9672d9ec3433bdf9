package cmd

import (
	"testing"
	"time"
)

func TestAmounts(t *testing.T) {
	var a age
	var z size
	var c count
	for _, test := range []struct {
		text string
		read func([]byte) error
		got  func() int64
		want int64 // -1: refused
	}{
		{"7d", a.UnmarshalText, func() int64 { return int64(a) }, int64(7 * 24 * time.Hour)},
		{"90m", a.UnmarshalText, func() int64 { return int64(a) }, int64(90 * time.Minute)},
		{"0", a.UnmarshalText, func() int64 { return int64(a) }, 0},
		{"-1h", a.UnmarshalText, nil, -1},
		{"-1d", a.UnmarshalText, nil, -1},
		{"1e9d", a.UnmarshalText, nil, -1},
		{"week", a.UnmarshalText, nil, -1},
		{"64MB", z.UnmarshalText, func() int64 { return int64(z) }, 64 << 20},
		{"2 gib", z.UnmarshalText, func() int64 { return int64(z) }, 2 << 30},
		{"500", z.UnmarshalText, func() int64 { return int64(z) }, 500},
		{"0", z.UnmarshalText, func() int64 { return int64(z) }, 0},
		{"9999999999GB", z.UnmarshalText, nil, -1},
		{"-5MB", z.UnmarshalText, nil, -1},
		{"MB", z.UnmarshalText, nil, -1},
		{"1000", c.UnmarshalText, func() int64 { return int64(c) }, 1000},
		{"1000001", c.UnmarshalText, nil, -1},
		{"ten", c.UnmarshalText, nil, -1},
	} {
		err := test.read([]byte(test.text))
		if test.want < 0 {
			if err == nil {
				t.Errorf("%q is accepted, want it refused", test.text)
			}
			continue
		}
		if got := test.got(); err != nil || got != test.want {
			t.Errorf("%q: got %d, %v; want %d", test.text, got, err, test.want)
		}
	}
}

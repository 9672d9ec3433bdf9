package history_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"chat/chat/history"
)

func TestID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		ms   uint64
		seq  uint32
		want history.ID
	}{
		{0, 0, "00000000000000000000"},
		{1_700_000_000_000, 1, "018bcfe5680000000001"},
		{1, math.MaxUint32, "000000000001ffffffff"},
		{math.MaxUint64, 2, "ffffffffffff00000002"},
	} {
		id := history.NewID(tt.ms, tt.seq)
		if id != tt.want {
			t.Errorf("NewID(%d, %d) is %s, want %s", tt.ms, tt.seq, id, tt.want)
		}
		if got, err := history.ParseID(string(id)); got != id || err != nil {
			t.Errorf("ParseID(%s) is %q, %v", id, got, err)
		}
	}
	for id, want := range map[history.ID]history.ID{
		"018bcfe5680000000001": "018bcfe5680000000000",
		"018bcfe5680000000000": "018bcfe567ffffffffff",
		"00000000000000000000": "",
		"junk":                 "",
	} {
		if got := id.Prev(); got != want {
			t.Errorf("in front of %s is %q, want %q", id, got, want)
		}
	}
	if got, want := history.NewID(1_700_000_000_123, 9).Time(), time.UnixMilli(1_700_000_000_123); !got.Equal(want) {
		t.Errorf("its time is %v, want %v", got, want)
	}
	if !history.ID("").Time().IsZero() || !history.ID("junk").Time().IsZero() {
		t.Error("what is no id has a time")
	}
}

// A client sends anything at all as the id of the last message that it saw.
func TestParseIDRefusesJunk(t *testing.T) {
	t.Parallel()
	for _, junk := range []string{
		"", "0", "018bcfe568000000000", "018bcfe56800000000001", "018BCFE5680000000001",
		"018bcfe568000000000g", "-18bcfe5680000000001", "018bcfe568000000000\x00", "018bcfe5-0000000001 ",
		"٠١٢٣٤٥٦٧٨٩",
	} {
		if id, err := history.ParseID(junk); !errors.Is(err, history.ErrBadID) || id != "" {
			t.Errorf("ParseID(%q) is %q, %v, want ErrBadID", junk, id, err)
		}
	}
}
